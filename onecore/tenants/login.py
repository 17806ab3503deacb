"""Sign-in: the front door is closed to strangers, and rights come from the role table alone."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.apps import apps
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from onecore.lib.scope import TenantOwned, current_tenant_id, has_tenant
from onecore.tenants.roles import ACTS, ADMINISTER, VIEW, may

_ACT_PREFIX = "onecore"


class ClosedDoor(DefaultAccountAdapter):
    """Nobody signs up by themselves: people are added by a tenant's owner."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class RoleBackend(ModelBackend):
    """Answers `user.has_perm` from the person's role in the current tenant.

    `onecore.<act>` asks for an act of the table; `<app>.view_<model>` and the other model permissions of Django's admin
    are granted for tenant-owned models only. Whatever is not granted is refused for good: no group or permission row,
    set by whatever mistake, gives more.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> None:  # type: ignore[override]
        """Passwords are checked by allauth, which is next in line."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if may_do(user_obj, perm):
            return True
        raise PermissionDenied

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        owns_rows = any(issubclass(model, TenantOwned) for model in apps.get_app_config(app_label).get_models())
        if owns_rows and may_do(user_obj, f"{_ACT_PREFIX}.{VIEW}"):
            return True
        raise PermissionDenied

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not has_tenant():
            return set()
        return {f"{_ACT_PREFIX}.{act}" for act in ACTS if may(user_obj, act, current_tenant_id())}


def may_do(user: Any, permission: str) -> bool:
    """True if the person's role in the current tenant carries this permission."""
    act = _act_for(permission)
    return act is not None and has_tenant() and may(user, act, current_tenant_id())


def _act_for(permission: str) -> str | None:
    label, _, name = permission.partition(".")
    if label == _ACT_PREFIX:
        return name if name in ACTS else None
    verb, _, model_name = name.partition("_")
    try:
        model = apps.get_model(label, model_name)
    except LookupError:
        return None
    if not issubclass(model, TenantOwned):
        return None
    return VIEW if verb == "view" else ADMINISTER
