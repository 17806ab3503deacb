"""Sign-ins and memberships, written down as they happen. Observers only: nothing here decides anything.

A person's sign-in belongs to the trail of every tenant they are a member of; a stranger's to the portal's own.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.models import Q
from django.db.models.signals import post_delete

from audit.actor import SYSTEM, actor_of, came_from
from audit.events import ACCESS_DENIED, MEMBERSHIP_CHANGED, TENANT_ENTERED, USER_SECURED, USER_SIGN_IN_FAILED, USER_SIGNED_IN, USER_SIGNED_OUT, Event
from audit.record import record
from onecore.lib.text import strip_forbidden
from onecore.tenants import signals
from onecore.tenants.models import Membership, Tenant

_NOBODY = "nobody"


def connect() -> None:
    """Called once, when every app's models are ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit.signed_out")
    user_login_failed.connect(_sign_in_failed, dispatch_uid="audit.sign_in_failed")
    signals.membership_changed.connect(_membership_changed, dispatch_uid="audit.membership_changed")
    signals.tenant_entered.connect(_tenant_entered, dispatch_uid="audit.tenant_entered")
    signals.access_denied.connect(_access_denied, dispatch_uid="audit.access_denied")
    post_delete.connect(_membership_deleted, sender=Membership, dispatch_uid="audit.membership_deleted")
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
    given = strip_forbidden(str(credentials.get("username") or credentials.get("email") or credentials.get("login") or _NOBODY))
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


# --- tenants and their people ---------------------------------------------------------------------------------------
def _membership_changed(*, membership: Membership, by: Any, before: str, after: str, **_: Any) -> None:
    membership._audit_told = True  # type: ignore[attr-defined]
    _about_membership(membership, actor=actor_of(by), before=before, after=after)


def _membership_deleted(*, instance: Membership, **_: Any) -> None:
    """A membership that vanished without its signal: its account was deleted."""
    if not getattr(instance, "_audit_told", False):
        _about_membership(instance, actor=SYSTEM, before=instance.role, after="")


def _about_membership(membership: Membership, *, actor: str, before: str, after: str) -> None:
    data = {"before": before or "no role", "after": after or "no role"}
    who = membership.user
    record(MEMBERSHIP_CHANGED, tenant_id=membership.tenant_id, actor=actor, subject=who.get_username(), subject_id=str(who.pk), data=data)


def _tenant_entered(*, user: Any, tenant_id: int, **_: Any) -> None:
    name = Tenant.objects.values_list("name", flat=True).get(pk=tenant_id)
    record(TENANT_ENTERED, tenant_id=tenant_id, actor=actor_of(user), subject=name, subject_id=str(tenant_id))


def _access_denied(*, user: Any, tenant_id: object, what: str, **_: Any) -> None:
    """Into the trail of the tenant it was about; what was asked may name no tenant at all."""
    known = str(tenant_id).isdecimal() and Tenant.objects.filter(pk=str(tenant_id)[:18]).exists()
    about = int(str(tenant_id)) if known else None
    record(ACCESS_DENIED, tenant_id=about, actor=actor_of(user), subject=what, subject_id=str(tenant_id))


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
    return list(Membership.everywhere.filter(user=user).order_by("tenant_id").values_list("tenant_id", flat=True))
