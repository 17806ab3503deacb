"""Change how an Integration decides: the trail gets before and after, and what waited because of it is looked at again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from audit.events import INTEGRATION_CHANGED, POLICY_CHANGED
from audit.record import record
from onecore.lib import doorbell
from onecore.lib.clock import utcnow

from .models import Integration, Policy

_NOT_CHOICES = {"id", "tenant", "integration", "changed_at"}
CHOICES = tuple(field.attname for field in Policy._meta.concrete_fields if field.name not in _NOT_CHOICES)
_FACTS = ("name", "slug", "source_id", "ledger_id", "start_date", "active", "live")


def change_policy(policy: Policy, *, actor: str, now: datetime | None = None, **values: Any) -> bool:
    """Set these choices, checked as a whole. True if anything changed. Raises ValidationError."""
    with transaction.atomic():
        before = choices_of(Policy.everywhere.select_for_update().get(pk=policy.pk))
        for name, value in values.items():
            if name not in CHOICES and f"{name}_id" not in CHOICES:
                raise ValueError(f"{name!r} is no choice of a policy. Choices: {', '.join(CHOICES)}.")
            setattr(policy, name, value)
        policy.full_clean(exclude=["tenant", "integration"])
        policy.save()
        return policy_changed(policy, before=before, actor=actor, now=now)


def policy_changed(policy: Policy, *, before: dict[str, Any], actor: str, now: datetime | None = None) -> bool:
    """Tell what a save changed, compared with `before` (from `choices_of`). Inside the caller's transaction."""
    after = choices_of(policy)
    changed = [name for name in CHOICES if before[name] != after[name]]
    if not changed:
        return False
    policy.changed_at = now or utcnow()
    policy.save(update_fields=["changed_at"])
    record(
        POLICY_CHANGED,
        tenant_id=policy.tenant_id,
        subject=policy.integration.name,
        subject_id=f"integration:{policy.integration_id}",
        integration_id=policy.integration_id,
        data={"before": {name: before[name] for name in changed}, "after": {name: after[name] for name in changed}},
        actor=actor,
    )
    doorbell.ring()
    return True


def integration_changed(integration: Integration, *, before: dict[str, Any] | None, actor: str) -> bool:
    """Tell what a save of the Integration itself changed; `before` None for a new one. Inside the caller's transaction."""
    after = facts_of(integration)
    changed = [name for name in _FACTS if before is None or before[name] != after[name]]
    if not changed:
        return False
    data = {"before": {name: before[name] for name in changed} if before else {}, "after": {name: after[name] for name in changed}}
    record(
        INTEGRATION_CHANGED,
        tenant_id=integration.tenant_id,
        subject=integration.name,
        subject_id=f"integration:{integration.pk}",
        integration_id=integration.pk,
        data=data,
        actor=actor,
    )
    doorbell.ring()
    return True


def choices_of(policy: Policy) -> dict[str, Any]:
    """Every choice as it stands."""
    return {name: getattr(policy, name) for name in CHOICES}


def facts_of(integration: Integration) -> dict[str, Any]:
    """What an Integration joins, and from when."""
    return {name: getattr(integration, name) for name in _FACTS}
