"""Sign-ins and memberships, written down as they happen. Observers only: nothing here decides anything.

A person's sign-in belongs to the trail of every tenant they are a member of; a stranger's to the portal's own.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Q
from django.db.models.signals import post_delete, post_save, pre_save

from audit.actor import SYSTEM, actor_of, came_from
from audit.events import MEMBERSHIP_CHANGED, USER_SECURED, USER_SIGN_IN_FAILED, USER_SIGNED_IN, USER_SIGNED_OUT, Event
from audit.record import record

_NOBODY = "nobody"


def connect() -> None:
    """Called once, when every app's models are ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit.signed_out")
    user_login_failed.connect(_sign_in_failed, dispatch_uid="audit.sign_in_failed")
    membership = apps.get_model("tenants", "Membership")
    pre_save.connect(_remember_role, sender=membership, dispatch_uid="audit.membership_before")
    post_save.connect(_membership_saved, sender=membership, dispatch_uid="audit.membership_saved")
    post_delete.connect(_membership_deleted, sender=membership, dispatch_uid="audit.membership_deleted")
    _connect_allauth()


def _connect_allauth() -> None:
    from allauth.account import signals as account
    from allauth.mfa import signals as mfa

    account.password_changed.connect(_password_changed, dispatch_uid="audit.password_changed")
    account.password_set.connect(_password_changed, dispatch_uid="audit.password_set")
    account.password_reset.connect(_password_changed, dispatch_uid="audit.password_reset")
    mfa.authenticator_added.connect(_factor_added, dispatch_uid="audit.factor_added")
    mfa.authenticator_removed.connect(_factor_removed, dispatch_uid="audit.factor_removed")
    mfa.authenticator_reset.connect(_factor_reset, dispatch_uid="audit.factor_reset")


# --- signing in and out -----------------------------------------------------------------------------------------------
def _signed_in(*, user: Any, request: Any = None, **_: Any) -> None:
    _about_person(USER_SIGNED_IN, user, request)


def _signed_out(*, user: Any, request: Any = None, **_: Any) -> None:
    if user is not None:
        _about_person(USER_SIGNED_OUT, user, request)


def _sign_in_failed(*, credentials: dict[str, Any], request: Any = None, **_: Any) -> None:
    """`credentials` comes with the password already masked by Django; only the name is kept, and it may be anybody's."""
    given = str(credentials.get("username") or credentials.get("email") or credentials.get("login") or _NOBODY)
    users = get_user_model()._default_manager
    user = users.filter(Q(**{users.model.USERNAME_FIELD: given}) | Q(email__iexact=given)).first()
    if user is None:
        record(USER_SIGN_IN_FAILED, tenant_id=None, subject=given, data=came_from(request))
    else:
        _about_person(USER_SIGN_IN_FAILED, user, request, actor=SYSTEM)


# --- how a person signs in ----------------------------------------------------------------------------------------
def _password_changed(*, user: Any, request: Any = None, **_: Any) -> None:
    _about_person(USER_SECURED, user, request, change="a new password")


def _factor_added(*, user: Any, authenticator: Any, request: Any = None, **_: Any) -> None:
    _about_person(USER_SECURED, user, request, change=f"added {authenticator.get_type_display()}")


def _factor_removed(*, user: Any, authenticator: Any, request: Any = None, **_: Any) -> None:
    _about_person(USER_SECURED, user, request, change=f"removed {authenticator.get_type_display()}")


def _factor_reset(*, user: Any, authenticator: Any, request: Any = None, **_: Any) -> None:
    _about_person(USER_SECURED, user, request, change=f"renewed {authenticator.get_type_display()}")


# --- memberships ----------------------------------------------------------------------------------------------------
def _remember_role(*, instance: Any, raw: bool = False, **_: Any) -> None:
    known = None if raw or instance.pk is None else type(instance).everywhere.filter(pk=instance.pk).values_list("role", flat=True).first()
    instance._audit_role_before = known or "no role"


def _membership_saved(*, instance: Any, raw: bool = False, **_: Any) -> None:
    before = getattr(instance, "_audit_role_before", "no role")
    if not raw and before != instance.role:
        _about_membership(instance, before=before, after=instance.role)


def _membership_deleted(*, instance: Any, **_: Any) -> None:
    _about_membership(instance, before=instance.role, after="no role")


def _about_membership(membership: Any, *, before: str, after: str) -> None:
    record(
        MEMBERSHIP_CHANGED,
        tenant_id=membership.tenant_id,
        subject=membership.user.get_username(),
        subject_id=str(membership.user_id),
        data={"before": before, "after": after},
    )


def _about_person(event: Event, user: Any, request: Any, *, actor: str | None = None, **data: str) -> None:
    for tenant_id in _tenants_of(user) or [None]:
        record(
            event,
            tenant_id=tenant_id,
            actor=actor or actor_of(user),
            subject=user.get_username(),
            subject_id=str(user.pk),
            data={**data, **came_from(request)},
        )


def _tenants_of(user: Any) -> list[int | None]:
    return list(apps.get_model("tenants", "Membership").everywhere.filter(user=user).order_by("tenant_id").values_list("tenant_id", flat=True))
