"""Import and export on the grid: upload, look at the preview, apply it if it still holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from unfold.widgets import UnfoldAdminFileFieldWidget

from audit import events
from audit.record import record
from mappings.importing.applying import StalePreview, import_sheets
from mappings.importing.bounds import Unreadable, check_size
from mappings.importing.exporting import export_csv, export_xlsx
from mappings.importing.preview import SheetPreview, Verdict, preview, stamp
from mappings.importing.reading import read_file
from mappings.kinds import MappingKind
from mappings.models import WorkbookUpload
from onecore.adminkit.tenant_admin import NOT_HERE
from onecore.lib import clock
from onecore.lib.scope import current_tenant_id

_KEPT = timedelta(days=1)
_SHOWN_ROWS = 200
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadForm(forms.Form):
    """The file to look at; the theme's script expects the theme's own input around it."""

    file = forms.FileField(widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".xlsx,.csv", "aria-label": "Workbook, .xlsx or .csv"}))


class WorkbookPages:
    """Mixed into a grid's admin, beside GridPages."""

    kind: MappingKind

    def get_urls(self) -> list[URLPattern]:
        own = {"import": self.import_view, "export": self.export_view}
        return [self._url(name, view) for name, view in own.items()] + super().get_urls()  # type: ignore[misc, attr-defined]

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """The whole workbook of the integration, or with ?format=csv one table."""
        self.demand(request, "view")  # type: ignore[attr-defined]
        integration = self.integration_or_404(request.GET.get("integration"))  # type: ignore[attr-defined]
        as_csv = request.GET.get("format") == "csv"
        content = export_csv(integration) if as_csv else export_xlsx(integration)
        filename = f"mappings-{integration.slug}.{'csv' if as_csv else 'xlsx'}"
        what = {"subject": f"mappings of {integration.name}", "integration_id": integration.pk, "data": {"file": filename}}
        record(events.EXPORT_MADE, tenant_id=integration.tenant_id, actor=request.user.get_username(), **what)
        response = HttpResponse(content, content_type="text/csv; charset=utf-8" if as_csv else _XLSX)
        response["Content-Disposition"] = f'attachment; filename="{filename}"'
        return response

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """GET: choose a file. POST with a file: its preview. POST with `upload`: apply what was previewed."""
        self.demand(request, "change", method="POST" if request.method == "POST" else "GET")  # type: ignore[attr-defined]
        given = request.POST if request.method == "POST" else request.GET
        integration = self.integration_or_404(given.get("integration"))  # type: ignore[attr-defined]
        if request.method != "POST":
            return self._page(request, integration)
        return self._apply(request, integration) if request.POST.get("upload") else self._preview(request, integration)

    def _preview(self, request: HttpRequest, integration: Any) -> HttpResponse:
        sent = request.FILES.get("file")
        if sent is None:
            return self._page(request, integration, problem="Choose a file first: an .xlsx or .csv as Export writes it.")
        filename = str(sent.name)[-200:]
        try:
            check_size(sent.size or 0, filename=filename)
            content = sent.read()
            previews = preview(integration, read_file(content, filename=filename))
        except Unreadable as problem:
            return self._page(request, integration, problem=str(problem))
        now = clock.utcnow()
        own = WorkbookUpload.everywhere.filter(tenant_id=current_tenant_id())
        own.filter(at__lt=now - _KEPT).delete()
        by = request.user.get_username()
        upload = WorkbookUpload.everywhere.create(
            tenant_id=current_tenant_id(), integration=integration, filename=filename, content=content, stamp=stamp(previews), by=by, at=now
        )
        return self._page(request, integration, previews=previews, upload=upload)

    def _apply(self, request: HttpRequest, integration: Any) -> HttpResponse:
        number = request.POST["upload"]
        rows = WorkbookUpload.everywhere.filter(tenant_id=current_tenant_id(), integration=integration, by=request.user.get_username())
        upload = rows.filter(pk=int(number)).first() if number.isascii() and number.isdigit() and len(number) < 16 else None
        if upload is None:
            raise Http404(NOT_HERE)
        sheets = read_file(bytes(upload.content), filename=upload.filename)
        try:
            results = import_sheets(integration, sheets, filename=upload.filename, by=upload.by, seen=upload.stamp)
        except StalePreview as stale:
            previews = preview(integration, sheets)
            upload.stamp = stamp(previews)
            upload.save(update_fields=["stamp"])
            return self._page(request, integration, previews=previews, upload=upload, problem=str(stale))
        upload.delete()
        changed = sum(one.changed for one in results)
        left_out = [one.preview.title for one in results if not one.applied]
        messages.success(request, f"{changed} mappings set from {upload.filename}. Documents that waited for them are looked at again.")
        if left_out:
            messages.warning(request, f"Left out, because of invalid rows: {', '.join(left_out)}.")
        return HttpResponseRedirect(f"{self.address('changelist')}?integration={integration.pk}")  # type: ignore[attr-defined]

    def _page(
        self, request: HttpRequest, integration: Any, *, previews: list[SheetPreview] | None = None, upload: Any = None, problem: str = ""
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "opts": self.kind.model._meta,
            "title": f"Import mappings of {integration.name}",
            "integration": integration,
            "sheets": [_shown(one) for one in previews or []],
            "applicable": any(one.usable and one.wanted for one in previews or []),
            "upload": upload,
            "form": UploadForm(),
            "problem": problem,
            "back": f"{self.address('changelist')}?integration={integration.pk}",  # type: ignore[attr-defined]
            "export": f"{self.address('export')}?integration={integration.pk}",  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "mappings/import.html", context, status=422 if problem else 200)


def _shown(one: SheetPreview) -> dict[str, Any]:
    """A sheet as the page shows it: what is wrong first, then what would change; what stays is only counted."""
    rows = [*one.invalid, *one.changes]
    told = [{"verdict": verdict, "said": verdict.reason or _change(one.raw.sheet.kind, verdict)} for verdict in rows[:_SHOWN_ROWS]]
    return {"preview": one, "rows": told, "hidden": max(0, len(rows) - _SHOWN_ROWS)}


def _change(kind: MappingKind, verdict: Verdict) -> str:
    parts = ((kind.target(name).label, verdict.before.get(name), after) for name, after in verdict.after.items())
    return "; ".join(f"{label}: {before or 'nothing'} → {after or 'nothing'}" for label, before, after in parts)
