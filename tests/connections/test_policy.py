"""Integrations and how they decide."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from audit.models import Entry
from connectors.connections.decide import CHOICES, change_policy
from connectors.connections.models import Connection, Integration, NoSuchIntegration, Policy
from mappings.models import Reference
from onecore.lib import doorbell
from onecore.lib.clock import utcnow
from onecore.lib.scope import tenant_scope
from onecore.tenants.models import Tenant

from .people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def integration(connection: Connection, ledger: Connection) -> Integration:
    return Integration.objects.create(name="Pretend to ledger", slug="one", source=connection, ledger=ledger, start_date="2026-01-01")


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    heard: list[str] = []
    monkeypatch.setattr(doorbell, "ring", lambda task=doorbell.WORK: heard.append(task))
    return heard


def test_a_new_integration_starts_with_the_defaults(integration: Integration) -> None:
    assert (integration.policy.arrive_as, integration.policy.due_days, integration.policy.batch_size) == ("draft", 30, 100)


@pytest.mark.parametrize("text", ["one", "Pretend to ledger", "acme/one"])
def test_it_is_found_by_what_people_call_it(integration: Integration, text: str) -> None:
    assert Integration.find(text) == integration


def test_an_unknown_name_lists_the_known_ones(integration: Integration) -> None:
    with pytest.raises(NoSuchIntegration, match="acme/one"):
        Integration.find("two")


def test_the_same_name_in_two_tenants_must_be_told_apart(integration: Integration) -> None:
    other = Tenant.objects.create(name="Borealis", slug="borealis")
    with tenant_scope(other):
        ends = [Connection.objects.create(system=system, name=system) for system in ("pretend", "pretend_ledger")]
        theirs = Integration.objects.create(name="Other", slug="one", source=ends[0], ledger=ends[1], start_date="2026-01-01")
    with pytest.raises(NoSuchIntegration, match="acme/one, borealis/one"):
        Integration.find("one")
    assert Integration.find("borealis/one") == theirs


def test_a_ledger_is_no_source(connection: Connection, ledger: Connection) -> None:
    with pytest.raises(ValidationError, match="a source is needed"):
        Integration(name="x", slug="x", source=ledger, ledger=ledger, start_date="2026-01-01").clean()


def test_a_change_is_told_with_before_and_after_and_rings(integration: Integration, rings: list[str]) -> None:
    before = integration.policy.changed_at
    assert change_policy(integration.policy, actor="ana", closed_period="first_open", due_days=45)
    entry = Entry.objects.get(event="policy.changed")
    assert entry.data["before"] == {"closed_period": "hold", "due_days": 30}
    assert entry.data["after"] == {"closed_period": "first_open", "due_days": 45}
    assert (entry.actor, entry.integration_id) == ("ana", integration.pk)
    integration.policy.refresh_from_db()
    assert integration.policy.changed_at > before
    assert rings == [doorbell.WORK]


def test_nothing_changed_is_nothing_told(integration: Integration, rings: list[str]) -> None:
    assert not change_policy(integration.policy, actor="ana", due_days=30)
    assert not Entry.objects.filter(event="policy.changed").exists()
    assert rings == []


def test_a_choice_that_does_not_exist_is_refused(integration: Integration) -> None:
    with pytest.raises(ValueError, match="no choice"):
        change_policy(integration.policy, actor="ana", colour="blue")
    with pytest.raises(ValidationError):
        change_policy(integration.policy, actor="ana", arrive_as="by post")


@pytest.mark.parametrize("values", [{"approval_gate": "above"}, {"number": "prefix"}])
def test_a_choice_that_needs_another_says_which(integration: Integration, values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        change_policy(integration.policy, actor="ana", **values)


def reference(connection: Connection, **changes: Any) -> Reference:
    return Reference.objects.create(
        **{"connection": connection, "kind": "account", "remote_id": "2010", "code": "2010", "name": "Retainage", "seen_at": utcnow(), **changes}
    )


def test_an_account_of_the_ledger_is_taken(integration: Integration) -> None:
    account = reference(integration.ledger)
    assert change_policy(integration.policy, actor="ana", retainage_account=account)
    assert Policy.objects.get().retainage_account == account


@pytest.mark.parametrize("changes", [{"active": False}, {"selectable": False, "why_not": "it is a header"}, {"kind": "vendor"}])
def test_an_account_that_cannot_be_booked_on_is_refused(integration: Integration, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        change_policy(integration.policy, actor="ana", default_account=reference(integration.ledger, **changes))


def test_an_account_of_another_system_is_refused(integration: Integration) -> None:
    with pytest.raises(ValidationError, match="Choose an account of"):
        change_policy(integration.policy, actor="ana", default_account=reference(integration.source))


def test_every_choice_is_a_sentence_on_the_page_and_can_be_saved_there(tenant: Any, integration: Integration, rings: list[str]) -> None:
    ana = signed_in(tenant)
    account = reference(integration.ledger)
    reference(integration.source, remote_id="9", code="9", name="Foreign account")
    address = reverse("admin:connections_integration_change", args=[integration.pk])
    page = ana.get(address).content.decode()
    assert "Foreign account" not in page
    for name in CHOICES:
        assert f'name="policy-0-{name.removesuffix("_id")}"' in page
    form = {f"policy-0-{name.removesuffix('_id')}": getattr(integration.policy, name) or "" for name in CHOICES}
    form |= {"policy-TOTAL_FORMS": 1, "policy-INITIAL_FORMS": 1, "policy-0-id": integration.policy.pk, "policy-0-integration": integration.pk}
    form |= {"name": "Renamed", "start_date": "2026-02-01", "active": "on", "policy-0-retainage_account": account.pk, "policy-0-gate_amount": "0"}
    answer = ana.post(address, form)
    assert answer.status_code == 302, answer.context["errors"]
    assert Policy.objects.get().retainage_account == account
    assert Entry.objects.get(event="policy.changed").data["after"] == {"retainage_account_id": account.pk}
    assert set(Entry.objects.get(event="integration.changed").data["after"]) == {"name", "start_date"}
    assert len(rings) == 2
