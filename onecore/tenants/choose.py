"""Which tenant a person works in: theirs to choose among their memberships; superusers may enter any, on the record."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from onecore.tenants.models import Tenant
from onecore.tenants.roles import roles_of
from onecore.tenants.signals import access_denied, tenant_entered

SESSION_KEY = "tenant"
_IDS = re.compile(r"[0-9]{1,18}")


def chosen_tenant(request: HttpRequest) -> Tenant | None:
    """The tenant in the session if it is still the person's; else their first; None for strangers.

    A superuser gets none by default: support enters a tenant only by a choice that is recorded.
    """
    user = request.user
    if not user.is_authenticated or not user.is_active:
        return None
    wanted = request.session.get(SESSION_KEY)
    if user.is_superuser and wanted is not None:
        return Tenant.objects.filter(pk=wanted).first() or _first(user)
    if wanted in roles_of(user):
        return Tenant.objects.filter(pk=wanted).first()
    return _first(user)


def tenants_to_choose(user: Any) -> QuerySet[Tenant]:
    """The tenants this person may enter, by name."""
    if not user.is_authenticated or not user.is_active:
        return Tenant.objects.none()
    return Tenant.objects.all() if user.is_superuser else Tenant.objects.filter(pk__in=list(roles_of(user)))


def enter_tenant(request: HttpRequest, tenant_id: object) -> Tenant:
    """Switch the session to a tenant. Raises PermissionDenied, the same for a foreign tenant as for none at all."""
    tenant = tenants_to_choose(request.user).filter(pk=int(str(tenant_id))).first() if _IDS.fullmatch(str(tenant_id)) else None
    if tenant is None:
        access_denied.send(sender=Tenant, user=request.user, tenant_id=tenant_id, what="enter tenant")
        raise PermissionDenied("You are not a member of this tenant. Ask its owner to add you under People.")
    request.session[SESSION_KEY] = tenant.pk
    tenant_entered.send(sender=Tenant, user=request.user, tenant_id=tenant.pk)
    return tenant


def _first(user: Any) -> Tenant | None:
    first = next(iter(roles_of(user)), None)
    return Tenant.objects.filter(pk=first).first() if first is not None else None
