"""How the trail is narrowed down on screen: by event, by day, by integration."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter

from audit.events import EVENTS
from onecore.lib.scope import current_tenant_id


def words_of(event: str) -> str:
    """An event's name for people: "posting.settled" reads "Posting settled"."""
    return event.replace(".", " ").replace("_", " ").capitalize()


class DayFilter(RangeDateFilter):
    """Days in UTC, the last one included. (The theme's own would compare with midnight, in no zone.)"""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = self._day("from"), self._day("to")
        if first:
            queryset = queryset.filter(**{f"{self.field_path}__gte": datetime.combine(first, time(), UTC)})
        if last:
            queryset = queryset.filter(**{f"{self.field_path}__lt": datetime.combine(last + timedelta(days=1), time(), UTC)})
        return queryset

    def _day(self, end: str) -> date | None:
        try:
            return date.fromisoformat(str(self.used_parameters.get(f"{self.parameter_name}_{end}", "")))
        except ValueError:
            return None


class EventFilter(DropdownFilter):
    """One event, or a whole family of them. The choices come from the list of events, not from the table."""

    title = "event"
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        families = sorted({name.partition(".")[0] for name in EVENTS})
        return [choice for family in families for choice in self._family(family)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value()
        if not wanted:
            return queryset
        names = [name for name in EVENTS if name.startswith(wanted)] if wanted.endswith(".") else [wanted]
        return queryset.filter(event__in=names)

    def _family(self, family: str) -> list[tuple[str, str]]:
        names = [name for name in EVENTS if name.startswith(f"{family}.")]
        return [(f"{family}.", f"{family.capitalize()}: all"), *((name, words_of(name)) for name in names)]


class IntegrationFilter(DropdownFilter):
    """One integration of the tenant; they live on a floor above, so they are asked for by name."""

    title = "integration"
    parameter_name = "integration"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        if not apps.is_installed("connectors.connections"):
            return []
        rows = apps.get_model("connections", "Integration").everywhere.filter(tenant_id=current_tenant_id())
        return [(str(pk), name) for pk, name in rows.order_by("name").values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value() or ""
        return queryset.filter(integration_id=int(wanted)) if wanted.isdecimal() else queryset
