"""Filters that the engine's lists share. Their choices are read in one query each, whatever the number of rows."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import DropdownFilter

from connectors.connections.models import Integration
from connectors.sync.reasons import REASONS
from mappings.models import Reference
from onecore.lib.scope import current_tenant_id

OFFERED = 500
"""A drop-down offers this many projects; others are found by searching for their documents."""


class IntegrationFilter(DropdownFilter):
    """One integration of the tenant. `path` leads from the row to it."""

    title = "integration"
    parameter_name = "integration"
    path = "flow__integration"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = Integration.everywhere.filter(tenant_id=current_tenant_id()).order_by("name")
        return [(str(pk), name) for pk, name in rows.values_list("pk", "name")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value() or ""
        return queryset.filter(**{self.path: int(wanted)}) if _is_id(wanted) else queryset


class IntegrationOfDocument(IntegrationFilter):
    path = "document__flow__integration"


class OwnIntegration(IntegrationFilter):
    path = "integration"


class ProjectFilter(DropdownFilter):
    """One project of one source; its value is `connection:project`."""

    title = "project"
    parameter_name = "project"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        sources = Integration.everywhere.filter(tenant_id=current_tenant_id()).values("source_id")
        rows = Reference.everywhere.filter(connection__in=sources, kind="project").order_by("name", "code", "pk")
        named = rows.values_list("connection_id", "remote_id", "code", "name")[:OFFERED]
        return [(f"{connection}:{remote_id}", f"{code} {name}".strip()) for connection, remote_id, code, name in named]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        connection, _, project = (self.value() or "").partition(":")
        if not _is_id(connection):
            return queryset
        return queryset.filter(flow__integration__source=int(connection), project_ref=project)


class ReasonFilter(DropdownFilter):
    """One reason of the catalogue."""

    title = "reason"
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((key, reason.title) for key, reason in REASONS.items()), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(reason=self.value()) if self.value() else queryset


class StandingFilter(DropdownFilter):
    """Open holds unless others are asked for: the list is the work to do."""

    title = "standing"
    parameter_name = "standing"
    all_option = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("open", "Open"), ("resolved", "Resolved"), ("all", "Open and resolved")]

    def value(self) -> str:
        return super().value() or "open"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() != "resolved")


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
