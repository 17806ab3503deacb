"""The audit app. Migrating puts the guard of the trail in place; sign-ins and memberships are observed from here."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "audit"
    label = "audit"
    verbose_name = "Audit trail"

    def ready(self) -> None:
        from audit import checks, observe

        checks.register_all()
        observe.connect()
        post_migrate.connect(_keep_guarded, sender=self, dispatch_uid="audit.guard")


def _keep_guarded(*, using: str, **_: Any) -> None:
    """SQLite drops triggers when a later migration rebuilds the table, so every migrate puts them back."""
    from audit.guard import raise_guard

    raise_guard(using)
