"""Make the portal as the file says. Rows of one tenant go in one transaction; calls to the outside are made between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from audit import events
from audit.record import record
from connectors import catalog
from connectors.connections import health
from connectors.connections.configure import configure, create_connection
from connectors.connections.models import Connection, Integration, Policy
from connectors.connections.opening import open_port
from connectors.onboarding.provisioning.plan import FlowPlan, Joint, Link, Plan, TenantPlan
from connectors.port.errors import ConnectorError, SignInAgain
from connectors.sync import references
from connectors.sync.acts import switch
from connectors.sync.flows import FLOWS
from connectors.sync.models import Flow
from connectors.webhooks.models import Hook
from connectors.webhooks.receive import create_hook
from mappings.ensure import ensure_all
from mappings.importing.applying import import_sheets
from mappings.importing.bounds import Unreadable, check_size
from mappings.importing.reading import read_file
from mappings.models import Reference
from onecore.lib.clock import utcnow
from onecore.lib.command import Exit, Stop
from onecore.lib.scope import tenant_scope
from onecore.tenants.models import Membership, Tenant
from onecore.tenants.roles import Role

ACTOR = "provision"


@dataclass
class Provisioned:
    """What was made or changed, in words, tenant by tenant."""

    tenants: list[dict[str, Any]] = field(default_factory=list)


def provision(plan: Plan, *, tell: Callable[[str], None]) -> Provisioned:
    """Raises Stop with the place in the file where something does not fit."""
    done = Provisioned()
    for number, wanted in enumerate(plan.tenants):
        where = f"tenants[{number}]"
        tell(f"{wanted.slug}: tenant and people")
        tenant = _tenant(wanted, where)
        with tenant_scope(tenant):
            _people(tenant, wanted, where)
            links = {link.name: _connection(link, f"{where}.connections[{index}]", tell) for index, link in enumerate(wanted.connections)}
            integrations = [
                _integration(joint, links, f"{where}.integrations[{index}]", plan.folder, tell) for index, joint in enumerate(wanted.integrations)
            ]
            for index, link in enumerate(wanted.connections):
                if link.webhooks:
                    _webhooks(links[link.name], link.webhooks, f"{where}.connections[{index}].webhooks", tell)
        done.tenants.append({"tenant": tenant.slug, "connections": [_about(row) for row in links.values()], "integrations": integrations})
    return done


def _about(connection: Connection) -> dict[str, Any]:
    connection.refresh_from_db()
    return {
        "name": connection.name,
        "system": connection.system,
        "status": connection.status,
        "organisation": connection.organisation,
        "organisation_id": connection.organisation_id,
    }


def _tenant(wanted: TenantPlan, where: str) -> Tenant:
    tenant = Tenant.objects.filter(slug=wanted.slug).first() or Tenant(slug=wanted.slug)
    tenant.name, tenant.time_zone, tenant.words, tenant.environment = wanted.name, wanted.time_zone, wanted.words, wanted.environment
    with _refusing(where):
        tenant.full_clean()
        tenant.save()
    return tenant


def _people(tenant: Tenant, wanted: TenantPlan, where: str) -> None:
    users = get_user_model()
    for index, person in enumerate(wanted.users):
        if person.role not in Role.values:
            raise Stop(Exit.WRONG_USE, f"{where}.users[{index}].role is {person.role!r}. Known: {', '.join(Role.values)}.")
        with transaction.atomic():
            user, fresh = users.objects.get_or_create(username=person.username, defaults={"email": person.email, "is_staff": True})
            if fresh:
                user.set_password(person.password or None)
                user.save()
            Membership.everywhere.update_or_create(tenant=tenant, user=user, defaults={"role": person.role})


def _connection(link: Link, where: str, tell: Callable[[str], None]) -> Connection:
    if link.system not in catalog.CONNECTORS:
        raise Stop(Exit.WRONG_USE, f"{where}.system is {link.system!r}. Known: {', '.join(catalog.CONNECTORS)}.")
    values = link.config | link.secrets
    connection = Connection.objects.filter(name=link.name).first()
    with _refusing(where):
        if connection is None:
            connection = create_connection(system=link.system, name=link.name, values=values, actor=ACTOR, signs_in_with=link.signs_in_with)
        else:
            configure(connection, values, actor=ACTOR)
    if connection.status != Connection.Status.OK:
        tell(f"{link.name}: signing in")
        _test(connection)
    return connection


def _test(connection: Connection) -> None:
    try:
        health.test(connection, actor=ACTOR)
    except SignInAgain as error:
        raise Stop(Exit.SIGN_IN, f"{connection.name}: {error.message}") from error
    except ConnectorError as error:
        raise Stop(Exit.FAILED, f"{connection.name} does not answer: {error.message}") from error
    connection.refresh_from_db()


def _integration(joint: Joint, links: dict[str, Connection], where: str, folder: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    for side in (joint.source, joint.ledger):
        if side not in links:
            raise Stop(Exit.WRONG_USE, f"{where} names the connection {side!r}, which the file does not have. It has: {', '.join(links)}.")
    integration = Integration.objects.filter(slug=joint.slug).first() or Integration(slug=joint.slug)
    integration.name, integration.start_date = joint.name, joint.start_date
    integration.source, integration.ledger = links[joint.source], links[joint.ledger]
    with _refusing(where):
        integration.tenant_id = links[joint.source].tenant_id
        integration.full_clean(exclude=["tenant"])
        integration.save()
    flows = [_flow(integration, plan, f"{where}.flows[{index}]") for index, plan in enumerate(joint.flows)]
    tell(f"{joint.name}: reading the lists of both sides")
    _read_lists(integration, flows)
    _policy(integration, joint.policy, f"{where}.policy")
    made = ensure_all(integration)  # also where the lists were read by another integration of the same connections
    imported = _mappings(integration, folder / joint.mappings, f"{where}.mappings", tell) if joint.mappings else []
    _switch(flows, joint.flows)
    return {"integration": integration.slug, "mapping_rows": made, "imported": imported, "flows": [flow.key for flow in flows]}


def _read_lists(integration: Integration, flows: list[Flow]) -> None:
    try:
        for flow in flows:
            references.refresh(integration, FLOWS[flow.key], now=utcnow())
    except SignInAgain as error:
        raise Stop(Exit.SIGN_IN, f"{integration.name}: {error.message}") from error
    except ConnectorError as error:
        raise Stop(Exit.FAILED, f"The lists of {integration.name} could not be read: {error.message}") from error


def _policy(integration: Integration, wanted: dict[str, Any], where: str) -> None:
    policy = Policy.objects.get(integration=integration)
    before = {name: getattr(policy, name) for name in wanted if hasattr(policy, name)}
    for name, value in wanted.items():
        if name in {"retainage_account", "default_account"}:
            setattr(policy, name, _account(integration, str(value), f"{where}.{name}") if value else None)
        elif name not in _PLAIN_CHOICES:
            raise Stop(Exit.WRONG_USE, f"{where}.{name} is no choice of the policy. Known: {', '.join(sorted(_PLAIN_CHOICES | _ACCOUNTS))}.")
        else:
            setattr(policy, name, value)
    after = {name: getattr(policy, name) for name in before}
    if before == after:
        return
    with _refusing(where), transaction.atomic():
        policy.full_clean(exclude=["tenant", "integration"])
        policy.changed_at = utcnow()
        policy.save()
        words = {name: str(value) for name, value in after.items() if before[name] != value}
        record(
            events.POLICY_CHANGED,
            tenant_id=policy.tenant_id,
            subject=integration.name,
            integration_id=integration.pk,
            actor=ACTOR,
            data={"after": words},
        )


_ACCOUNTS = {"retainage_account", "default_account"}
_PLAIN_CHOICES = {row.name for row in Policy._meta.concrete_fields} - _ACCOUNTS - {"id", "tenant", "integration", "changed_at"}


def _account(integration: Integration, number: str, where: str) -> Reference:
    found = Reference.objects.filter(connection=integration.ledger, kind="account", remote_id=number).first()
    if found is None:
        raise Stop(Exit.WRONG_USE, f"{where}: the ledger has no account {number}.")
    return found


def _flow(integration: Integration, plan: FlowPlan, where: str) -> Flow:
    if plan.key not in FLOWS:
        raise Stop(Exit.WRONG_USE, f"{where} is {plan.key!r}. Known: {', '.join(FLOWS)}.")
    flow, _ = Flow.objects.get_or_create(integration=integration, key=plan.key, defaults={"every_minutes": plan.every_minutes})
    if flow.every_minutes != plan.every_minutes:
        flow.every_minutes = plan.every_minutes
        flow.save(update_fields=["every_minutes"])
    return flow


def _switch(flows: list[Flow], plans: tuple[FlowPlan, ...]) -> None:
    """Only at the very end: a flow that is on is picked up by any worker at once."""
    for flow, plan in zip(flows, plans, strict=True):
        if (flow.enabled, flow.paused) != (plan.enabled, plan.paused):
            switch(flow, enabled=plan.enabled, paused=plan.paused, by=ACTOR)


def _mappings(integration: Integration, path: Path, where: str, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    tell(f"{integration.name}: importing {path.name}")
    try:
        check_size(path.stat().st_size, filename=path.name)
        sheets = read_file(path.read_bytes(), filename=path.name)
    except OSError as problem:
        raise Stop(Exit.WRONG_USE, f"{where}: {path} cannot be read: {problem.strerror}.") from None
    except Unreadable as problem:
        raise Stop(Exit.WRONG_USE, f"{where}: {problem}") from None
    applied = import_sheets(integration, sheets, filename=path.name, by=ACTOR)
    for one in applied:
        if not one.preview.usable:
            faults = [one.preview.raw.fault] if one.preview.raw.fault else []
            faults += [f"{verdict.cell}: {verdict.reason}" for verdict in one.preview.invalid[:3]]
            raise Stop(Exit.WRONG_USE, f"{where}: the sheet {one.preview.title} was left out. {' '.join(faults)}")
    return [{"sheet": one.preview.title, "written": one.changed} for one in applied]


def _webhooks(connection: Connection, base: str, where: str, tell: Callable[[str], None]) -> None:
    """Ask the system to announce changes to us; once. What is there already is left as it is."""
    if Hook.objects.filter(connection=connection, active=True).exists():
        return
    source = open_port(connection)
    if not hasattr(source, "subscribe"):
        raise Stop(Exit.WRONG_USE, f"{where}: {connection.system_label} has no webhooks to register.")
    tell(f"{connection.name}: registering webhooks")
    hook, secret = create_hook(connection, actor=ACTOR)
    address = base.rstrip("/") + reverse("webhooks:receive", args=[connection.system, hook.opaque_id])
    try:
        source.subscribe(destination_url=address, authorization=secret)
    except ConnectorError as error:
        Hook.objects.filter(pk=hook.pk).delete()
        raise Stop(Exit.FAILED, f"The webhooks of {connection.name} could not be registered: {error.message}") from error


@contextmanager
def _refusing(where: str) -> Iterator[None]:
    """Turn a refused value into one sentence that names the place in the file."""
    try:
        yield
    except ValidationError as problem:
        named = problem.message_dict if hasattr(problem, "error_dict") else {"": problem.messages}
        sentence = "; ".join(f"{name}: {' '.join(texts)}".lstrip(": ") for name, texts in named.items())
        raise Stop(Exit.WRONG_USE, f"{where}: {sentence}") from problem
