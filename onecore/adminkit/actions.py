"""Actions that ask first. A GET shows what would happen and changes nothing; the confirmed POST does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

SHOWN = 20
"""A confirmation names this many objects and counts the rest."""

CARRIED = ("action", "select_across", "index", ACTION_CHECKBOX_NAME)
"""What a list's action form sent, sent again with the confirmation."""


def confirm_then(
    request: HttpRequest,
    queryset: QuerySet[Any],
    *,
    act: Callable[..., int | None],
    done: str,
    title: str = "Please confirm",
    sentence: str = "",
    button: str = "Confirm",
    danger: bool = False,
    ask_reason: bool = False,
    refusals: tuple[type[Exception], ...] = (),
    back: str | None = None,
) -> HttpResponse:
    """For admin actions and unfold's list, row and detail actions alike: show a page, then call `act(queryset)`.

    With `ask_reason` the person must write one, and `act(queryset, reason=...)` is called. `act` may return how many it
    changed; `done` is told as a message, `{n}` being that number. An exception named in `refusals` is told as an error.
    `back` is where to go afterwards; by default the list the action came from.
    """
    reason = request.POST.get("reason", "").strip()
    confirmed = request.method == "POST" and request.POST.get("confirmed") == "yes"
    if not confirmed or (ask_reason and not reason):
        asked = {"title": title, "sentence": sentence, "button": button, "danger": danger, "ask_reason": ask_reason}
        return _ask(request, queryset, back=back, context={**asked, "reason_missing": confirmed})
    try:
        count = act(queryset, reason=reason) if ask_reason else act(queryset)
    except refusals as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done.format(n=queryset.count() if count is None else count))
    return HttpResponseRedirect(back or request.get_full_path())


def _ask(request: HttpRequest, queryset: QuerySet[Any], *, back: str | None, context: dict[str, Any]) -> HttpResponse:
    carried = [(name, value) for name in CARRIED for value in request.POST.getlist(name)]
    count = queryset.count()
    return TemplateResponse(
        request,
        "admin/confirm.html",
        {
            **admin.site.each_context(request),
            **context,
            "opts": queryset.model._meta,
            "objects": [str(row) for row in queryset[:SHOWN]],
            "count": count,
            "hidden_count": max(0, count - SHOWN),
            "carried": carried,
            "back": back or request.get_full_path(),
        },
    )
