"""Columns that lists share: money, state badges, links, ages. Each returns what `list_display` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from onecore.lib.clock import utcnow
from onecore.lib.money import quantize
from onecore.lib.text import isolated

Column = Callable[..., Any]

NOTHING = "–"
TONES = ("good", "info", "warn", "bad", "quiet")
_STEPS = ((60, 1, "s"), (3600, 60, "min"), (86_400, 3600, "h"), (float("inf"), 86_400, "d"))


def money(field: str, *, currency: str = "currency", title: str | None = None) -> Column:
    """An amount with its currency, digits under digits. `field` and `currency` may cross relations with `__`."""

    def show(row: Any) -> str:
        return money_text(_reach(row, field), _reach(row, currency) or "")

    return _column(show, title=title or _title(field), ordering=field)


def state(field: str, tones: Mapping[str, str], *, title: str | None = None) -> Column:
    """A badge with the human name of a choice; `tones` says how each value looks (good, info, warn, bad, quiet)."""

    def show(row: Any) -> str:
        value = _reach(row, field)
        words = getattr(row, f"get_{field}_display", lambda: value)()
        return badge(words, tones.get(value, "quiet")) if value else SafeString(NOTHING)

    return _column(show, title=title or _title(field), ordering=field)


def link(field: str, *, text: str | Callable[[Any], str] = str, title: str | None = None) -> Column:
    """The row a foreign key names, as a link to its page; plain text where it has no page."""

    def show(row: Any) -> str:
        other = _reach(row, field)
        if other is None:
            return SafeString(NOTHING)
        words = str(_reach(other, text) if isinstance(text, str) else text(other))
        return page_link(other, words)

    return _column(show, title=title or _title(field), ordering=field)


def age(field: str, *, title: str | None = None) -> Column:
    """How long ago a moment was; the exact time on hover."""

    def show(row: Any) -> str:
        return age_text(_reach(row, field), now=utcnow())

    return _column(show, title=title or _title(field), ordering=field)


def money_text(amount: Decimal | None, currency: str) -> SafeString:
    """1,234.50 USD; a dash for no amount. Whole minor units only if nothing is lost by showing so."""
    if amount is None:
        return SafeString(NOTHING)
    rounded = quantize(amount, currency)
    figure = f"{rounded if rounded == amount else amount.normalize():,f}"
    return format_html('<span class="oc-money">{} <small>{}</small></span>', figure, currency)


def badge(words: object, tone: str = "quiet") -> SafeString:
    """A small coloured label. The words carry the meaning; the colour only repeats it."""
    if tone not in TONES:
        raise ValueError(f"{tone!r} is no tone. Choose one of {', '.join(TONES)}.")
    return format_html('<span class="oc-badge oc-{}">{}</span>', tone, isolated(str(words)))


def page_link(row: Model, words: str) -> SafeString:
    """A link to the row's admin page."""
    words = isolated(words)
    try:
        address = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    except NoReverseMatch:
        return format_html("{}", words)
    return format_html('<a class="oc-link" href="{}">{}</a>', address, words)


def age_text(moment: datetime | None, *, now: datetime) -> SafeString:
    """`5 min ago`, `in 2 h`; a dash for never."""
    if moment is None:
        return SafeString(NOTHING)
    seconds = (now - moment).total_seconds()
    unit = next((int(abs(seconds) // size), name) for below, size, name in _STEPS if abs(seconds) < below)
    words = f"{unit[0]} {unit[1]}"
    shown = "just now" if abs(seconds) < 10 else f"{words} ago" if seconds > 0 else f"in {words}"
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), f"{moment:%Y-%m-%d %H:%M:%S} UTC", shown)


def _column(show: Callable[[Any], Any], *, title: str, ordering: str) -> Column:
    @admin.display(description=title, ordering=ordering)
    def column(*page_and_row: Any) -> Any:
        return show(page_and_row[-1])  # as a method of a page it is handed the page first

    return column


def _reach(row: Any, path: str) -> Any:
    for name in path.split("__"):
        if row is None:
            return None
        row = getattr(row, name)
    return row


def _title(field: str) -> str:
    return field.replace("__", " ").replace("_", " ")
