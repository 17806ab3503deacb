"""One row of any tenant-owned model, its required fields filled by their kind. Texts carry a mark to look for."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from onecore.lib.scope import tenant_scope
from onecore.tenants.models import Tenant
from tests.factories.people import a_person

_numbers = itertools.count(1)
_MOMENT = datetime(2026, 10, 5, 12, tzinfo=UTC)

# Where a field's name says more than its type.
_BY_NAME: dict[str, Any] = {"system": "procore", "currency": "USD", "time_zone": "UTC", "key": "requisitions"}
_BY_KIND: tuple[tuple[type[models.Field[Any, Any]], Callable[[int], Any]], ...] = (
    (models.BooleanField, lambda number: False),
    (models.IntegerField, lambda number: number),
    (models.DecimalField, lambda number: Decimal(number)),
    (models.FloatField, float),
    (models.DateTimeField, lambda number: _MOMENT),
    (models.DateField, lambda number: date(2026, 10, 5)),
    (models.BinaryField, lambda number: b"bytes"),
    (models.JSONField, lambda number: {}),
)


def _an_entry(model: type[models.Model], tenant_id: int | None, mark: str) -> Any:
    """The trail is written by its own recorder only."""
    from audit.events import EXPORT_MADE
    from audit.record import record

    record(EXPORT_MADE, tenant_id=tenant_id, subject=f"{mark}-{next(_numbers)}", actor=mark)
    return model.everywhere.filter(tenant_id=tenant_id).latest("pk")  # type: ignore[attr-defined]


# Models whose rows cannot simply be created.
_RECIPES: dict[str, Callable[[type[models.Model], Tenant, str], Any]] = {
    "audit.Entry": lambda model, tenant, mark: _an_entry(model, tenant.pk, mark),
    "audit.PortalEntry": lambda model, tenant, mark: _an_entry(model, None, mark),
}


def a_row(model: type[models.Model], *, tenant: Tenant, mark: str = "made", **given: Any) -> Any:
    """Create a row of `model` in `tenant`; what it must point at is created with it."""
    with tenant_scope(tenant):
        return _make(model, tenant=tenant, mark=mark, given=given)


def _make(model: type[models.Model], *, tenant: Tenant, mark: str, given: dict[str, Any]) -> Any:
    recipe = _RECIPES.get(model._meta.label)
    if recipe is not None:
        return recipe(model, tenant, mark)
    number = next(_numbers)
    values = dict(given)
    for field in model._meta.concrete_fields:
        if field.name not in values and _is_needed(field):
            values[field.name] = _value(field, tenant=tenant, mark=mark, number=number)
    manager = getattr(model, "everywhere", model._default_manager)
    return manager.create(**values)


def _is_needed(field: Any) -> bool:
    if field.primary_key and not field.is_relation:
        return False
    if field.name == "tenant":
        return True
    if field.null or field.has_default() or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        # Texts are filled even if they need not be: they are what a leak would show.
        return _is_free_text(field) and not field.has_default() and not field.null
    return True


def _is_free_text(field: Any) -> bool:
    return isinstance(field, models.CharField | models.TextField) and not field.choices


def _value(field: Any, *, tenant: Tenant, mark: str, number: int) -> Any:
    if field.is_relation:
        return _related(field.remote_field.model, tenant=tenant, mark=mark)
    if field.choices:
        return field.flatchoices[0][0]
    if field.name in _BY_NAME:
        return _BY_NAME[field.name]
    if _is_free_text(field):
        text = f"{mark}-{number}"
        return text if field.max_length is None else text[-field.max_length :]
    return next(make(number) for kind, make in _BY_KIND if isinstance(field, kind))


def _related(model: type[models.Model], *, tenant: Tenant, mark: str) -> Any:
    if model is Tenant:
        return tenant
    if model is get_user_model():
        return a_person(f"{mark}{next(_numbers)}")
    return _make(model, tenant=tenant, mark=mark, given={})
