"""Who belongs to a tenant: add, change, remove. Nobody raises themselves, nor takes or gives more than they have."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction

from onecore.lib.scope import tenant_scope
from onecore.tenants.models import Membership
from onecore.tenants.roles import Role, may_grant
from onecore.tenants.signals import access_denied, membership_changed


class Refused(ValueError):
    """A change of people that the rules do not allow; the text says which rule."""


def add_person(*, tenant_id: int, email: str, role: str, by: Any, first_name: str = "", last_name: str = "") -> Membership:
    """Give a person a role in the tenant; a new account is made, without a password, if the address is unknown."""
    why = why_not_add(tenant_id=tenant_id, email=email, role=role, by=by)
    if why:
        _deny(by, tenant_id, why)
        raise Refused(why)
    user = account_of(email)
    with transaction.atomic(), tenant_scope(tenant_id):
        if user is None:
            address = email.strip().lower()
            user = get_user_model()(username=address, email=address, first_name=first_name, last_name=last_name)
            user.set_unusable_password()
            user.save()
        membership: Membership = Membership.objects.create(tenant_id=tenant_id, user=user, role=role)
        _tell(membership, by=by, before="", after=role)
    return membership


def why_not_add(*, tenant_id: int, email: str, role: str, by: Any) -> str:
    """A sentence if `by` may not add this person in this role; blank if they may."""
    user = account_of(email)
    if user is not None and user.is_superuser:
        return "This account cannot be added to a tenant."
    if user is not None and Membership.everywhere.filter(tenant_id=tenant_id, user=user).exists():
        return f"{email.strip()} is in this tenant already. Change the role there."
    return _why_not_grant(role, by=by, tenant_id=tenant_id)


def account_of(email: str) -> Any:
    """The account with this address, however its letters are cased; None if there is none."""
    return get_user_model()._default_manager.filter(email__iexact=email.strip()).order_by("-is_active", "pk").first()


def change_role(membership: Membership, *, role: str, by: Any) -> None:
    """Give another role. Raises Refused."""
    before = Membership.everywhere.get(pk=membership.pk).role
    if before == role:
        return
    why = why_untouchable(membership, by=by, role_now=before) or _why_not_grant(role, by=by, tenant_id=membership.tenant_id)
    if why:
        _deny(by, membership.tenant_id, why)
        raise Refused(why)
    with transaction.atomic():
        membership.role = role
        membership.save(update_fields=["role"])
        _tell(membership, by=by, before=before, after=role)


def remove_person(membership: Membership, *, by: Any) -> None:
    """Take a person out of the tenant; the account stays. Raises Refused."""
    why = why_untouchable(membership, by=by)
    if why:
        _deny(by, membership.tenant_id, why)
        raise Refused(why)
    with transaction.atomic():
        _tell(membership, by=by, before=membership.role, after="")
        membership.delete()


def why_untouchable(membership: Membership, *, by: Any, role_now: str | None = None) -> str:
    """A sentence if `by` may not change or remove this membership; blank if they may. None as `by` is the command line."""
    role = role_now or membership.role
    if by is not None and membership.user_id == by.pk:
        return "You cannot change your own role. Another owner can."
    if by is not None and membership.user.is_superuser and not by.is_superuser:
        return "A platform account can only be changed by platform support."
    if by is not None and not may_grant(by, role, membership.tenant_id):
        return f"Only someone who may do all that the role {Role(role).label} may can change it."
    if role == Role.OWNER and not _other_owners(membership):
        return "The last owner stays: name another owner first."
    return ""


def _other_owners(membership: Membership) -> bool:
    owners = Membership.everywhere.filter(tenant_id=membership.tenant_id, role=Role.OWNER, user__is_active=True)
    return owners.exclude(pk=membership.pk).exists()


def _why_not_grant(role: str, *, by: Any, tenant_id: int) -> str:
    if by is None or may_grant(by, role, tenant_id):
        return ""
    return f"The role {Role(role).label} may do more than you may; only an owner can give it."


def _tell(membership: Membership, *, by: Any, before: str, after: str) -> None:
    membership_changed.send(sender=Membership, membership=membership, by=by, before=before, after=after)


def _deny(by: Any, tenant_id: int, what: str) -> None:
    access_denied.send(sender=Membership, user=by, tenant_id=tenant_id, what=what)
