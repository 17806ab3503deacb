"""The grid in the admin: the page itself, and the small calls its script makes (find targets, save one, apply to all, add a row)."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from mappings.assign import assign
from mappings.ensure import ensure_exception
from mappings.grid import Asked, read_grid, read_row
from mappings.kinds import COST_CODE, MappingKind
from mappings.lookup import as_choice, find_references
from mappings.models import Reference
from mappings.spread import apply_to_all_projects
from mappings.targets import Refusal, refuse_source
from onecore.adminkit.tenant_admin import NOT_HERE
from onecore.lib.scope import current_tenant_id, has_tenant


class GridPages:
    """Mixed into a TenantAdmin that names its `kind`."""

    kind: MappingKind

    def get_urls(self) -> list[URLPattern]:
        own = {"targets": self.targets_view, "save": self.save_view, "spread": self.spread_view, "add_row": self.add_row_view}
        return [self._url(name, view) for name, view in own.items()] + super().get_urls()  # type: ignore[misc]

    def _url(self, name: str, view: Any) -> URLPattern:
        wrapped = self.admin_site.admin_view(view)  # type: ignore[attr-defined]
        return path(f"{name.replace('_', '-')}/", wrapped, name=f"{self.url_name(name)}")

    def url_name(self, name: str) -> str:
        """The admin URL name of one of this kind's pages."""
        return f"mappings_{self.kind.model._meta.model_name}_{name}"

    def address(self, name: str) -> str:
        return reverse(f"admin:{self.url_name(name)}")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The grid instead of the list."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        self.demand(request, "view")
        integrations = self._integrations()
        integration = self._chosen(request.GET.get("integration"), integrations, focus=request.GET.get("focus"))
        grid = read_grid(self.kind, integration, Asked.read(request.GET)) if integration else None
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "opts": self.kind.model._meta,
            "title": self.kind.label,
            "integrations": integrations,
            "grid": grid,
            "may_map": self.has_change_permission(request),  # type: ignore[attr-defined]
            "addresses": {name: self.address(name) for name in ("targets", "save", "spread", "add_row", "import", "export")},
        }
        return TemplateResponse(request, "mappings/grid.html", context)

    def targets_view(self, request: HttpRequest) -> HttpResponse:
        """At most 20 matches for what was typed into one field, as JSON."""
        self.demand(request, "view")
        integration = self.integration_or_404(request.GET.get("integration"))
        text = request.GET.get("q", "")[:200]
        field = request.GET.get("field", "")
        if field == "source":
            kinds, connection_id = self.kind.sources, integration.source_id
        else:
            target = next((target for target in self.kind.targets if target.name == field), None)
            if target is None:
                raise Http404(NOT_HERE)
            kinds, connection_id = (target.kind,), integration.ledger_id
        rows = find_references(tenant_id=integration.tenant_id, connection_id=connection_id, kinds=kinds, text=text)
        return JsonResponse({"matches": [as_choice(row) for row in rows]})

    def save_view(self, request: HttpRequest) -> HttpResponse:
        """Set one target of one row: {mapping, field, reference or null} -> the row as it now stands, or the sentence that refuses."""
        self.demand(request, "change", method="POST")
        asked = _body(request)
        mapping = self.mapping_or_404(asked.get("mapping"))
        names = {target.name for target in self.kind.targets}
        if asked.get("field") not in names:
            raise Http404(NOT_HERE)
        targets: dict[str, Any] = {asked["field"]: self._reference_or_404(asked["reference"]) if asked.get("reference") else None}
        try:
            change = assign(mapping, by=request.user.get_username(), how="grid", **targets)
        except Refusal as refusal:
            return JsonResponse({"ok": False, "sentence": str(refusal)}, status=422)
        row = read_row(self.kind, mapping.integration, mapping.pk)
        assert row is not None
        said = "Nothing changed." if change is None else f"Saved: {change.words}. What waited for it is looked at again."
        return JsonResponse({"ok": True, "sentence": said, "row": asdict(row)})

    def spread_view(self, request: HttpRequest) -> HttpResponse:
        """Apply one project's cost code to all projects."""
        self.demand(request, "change", method="POST")
        if self.kind is not COST_CODE:
            raise Http404(NOT_HERE)
        mapping = self.mapping_or_404(_body(request).get("mapping"))
        try:
            spread = apply_to_all_projects(mapping, by=request.user.get_username())
        except Refusal as refusal:
            return JsonResponse({"ok": False, "sentence": str(refusal)}, status=422)
        return JsonResponse({"ok": True, "sentence": spread.sentence, "changed": spread.changed})

    def add_row_view(self, request: HttpRequest) -> HttpResponse:
        """A row for a project's own cost code, or for one cost type; an ordinary form that leads back to the new row."""
        self.demand(request, "change", method="POST")
        if self.kind is not COST_CODE:
            raise Http404(NOT_HERE)
        integration = self.integration_or_404(request.POST.get("integration"))
        code, project = request.POST.get("code", "").strip(), request.POST.get("project", "")
        kind = "project_cost_code" if project else "cost_code"
        source = Reference.everywhere.filter(connection_id=integration.source_id, kind=kind, parent=project, code=code, vanished_at=None).first()
        back = f"{self.address('changelist')}?integration={integration.pk}"
        if source is None:
            where = "this project has" if project else "the standard list has"
            messages.error(request, f"There is no cost code {code or '(blank)'} there: {where} none of that code. Check the code and the project.")
            return HttpResponseRedirect(back)
        cost_type = self._cost_type_or_404(integration, request.POST.get("cost_type", ""))
        try:
            refuse_source(self.kind, source, integration=integration)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(back)
        row_id = ensure_exception(integration, source, cost_type=cost_type)
        return HttpResponseRedirect(f"{back}&focus={row_id}")

    # --- whose, and may they ----------------------------------------------------------------------------------------
    def demand(self, request: HttpRequest, verb: str, *, method: str = "GET") -> None:
        """Stop here unless the person may do `verb` and uses the right method."""
        if not self.allows(request, verb):  # type: ignore[attr-defined]
            raise PermissionDenied("Your role may look at mappings but not change them." if verb == "change" else "Your role does not see mappings.")
        if request.method != method and not (method == "GET" and request.method == "HEAD"):
            raise PermissionDenied("This address is only called by the mapping grid.")

    def integration_or_404(self, text: str | None) -> Any:
        found = self._chosen(text, self._integrations()) if text else None
        if found is None:
            raise Http404(NOT_HERE)
        return found

    def mapping_or_404(self, mapping_id: Any) -> Any:
        rows = self.kind.model.everywhere.filter(tenant_id=current_tenant_id(), pk=_whole(mapping_id))
        mapping = rows.select_related("integration", "source").first()
        if mapping is None:
            raise Http404(NOT_HERE)
        return mapping

    def _reference_or_404(self, reference_id: Any) -> Reference:
        found = Reference.everywhere.filter(tenant_id=current_tenant_id(), pk=_whole(reference_id)).first()
        if found is None:
            raise Http404(NOT_HERE)
        return found

    def _cost_type_or_404(self, integration: Any, remote_id: str) -> Reference | None:
        if not remote_id:
            return None
        found = Reference.everywhere.filter(connection_id=integration.source_id, kind="cost_type", remote_id=remote_id).first()
        if found is None:
            raise Http404(NOT_HERE)
        return found

    def _integrations(self) -> list[Any]:
        if not has_tenant():
            return []
        rows = apps.get_model("connections", "Integration").everywhere.filter(tenant_id=current_tenant_id())  # type: ignore[attr-defined]
        return list(rows.order_by("name"))

    def _chosen(self, text: str | None, integrations: list[Any], *, focus: str | None = None) -> Any:
        """The integration asked for, or the one of the row to focus on, or the first."""
        if text:
            chosen = next((one for one in integrations if str(one.pk) == text), None)
            if chosen is None:
                raise Http404(NOT_HERE)
            return chosen
        if focus and integrations:
            row = self.kind.model.everywhere.filter(tenant_id=current_tenant_id(), pk=_whole(focus)).values("integration_id").first()
            return next((one for one in integrations if row and one.pk == row["integration_id"]), integrations[0])
        return integrations[0] if integrations else None


def _body(request: HttpRequest) -> dict[str, Any]:
    try:
        data = json.loads(request.body or b"{}")
    except ValueError:
        data = None
    return data if isinstance(data, dict) else {}


def _whole(value: Any) -> int:
    """A row id, or one that no row has."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
