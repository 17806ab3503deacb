"""A small world to map in: one contractor with a source, a ledger and both sides' lists; and another tenant beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from connectors.connections.models import Connection, Integration
from mappings.mirror import mirror
from mappings.models import CostCodeMapping, Reference
from onecore.lib.scope import tenant_scope
from onecore.tenants.models import Membership, Tenant

NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Listed:
    """A row as a connector hands it over."""

    remote_id: str
    code: str = ""
    name: str = ""
    active: bool = True
    selectable: bool = True
    why_not: str = ""
    parent: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Place:
    """One tenant with one integration, and short ways to speak of its lists."""

    tenant: Tenant
    integration: Any

    def source(self, kind: str, rows: Iterable[Listed], **options: Any) -> Any:
        return mirror(self.integration.source, kind, rows, now=NOW, **options)

    def ledger(self, kind: str, rows: Iterable[Listed], **options: Any) -> Any:
        return mirror(self.integration.ledger, kind, rows, now=NOW, **options)

    def ref(self, kind: str, remote_id: str, *, parent: str = "", ledger: bool = False) -> Reference:
        connection = self.integration.ledger if ledger else self.integration.source
        return Reference.everywhere.get(connection=connection, kind=kind, remote_id=remote_id, parent=parent)

    def account(self, number: str) -> Reference:
        return self.ref("account", number, ledger=True)

    def row(self, source: Reference, cost_type: Reference | None = None) -> CostCodeMapping:
        return CostCodeMapping.everywhere.get(integration=self.integration, source=source, cost_type=cost_type)

    def person(self, name: str, role: str) -> Any:
        user = get_user_model().objects.create_user(name, f"{name}@example.com", "a long pass phrase")
        Membership.everywhere.create(tenant=self.tenant, user=user, role=role)
        return user


def build(name: str) -> Place:
    slug = name.lower()
    tenant = Tenant.objects.create(name=name, slug=slug)
    with tenant_scope(tenant):
        source = Connection.objects.create(system="procore", name=f"{name} Procore")
        ledger = Connection.objects.create(system="intacct", name=f"{name} Intacct")
        integration = Integration.objects.create(name=f"{name} main", slug=f"{slug}-main", source=source, ledger=ledger, start_date=date(2026, 1, 1))
    return Place(tenant, Integration.everywhere.select_related("source", "ledger", "tenant").get(pk=integration.pk))


def furnish(place: Place) -> Place:
    """Lists as a contractor has them: standard codes, two projects with their copies, accounts good and bad."""
    place.source("project", [Listed("11", "P-01", "Harbor Tower"), Listed("12", "P-02", "Mill Street School")])
    place.source(
        "cost_code",
        [
            Listed("100", "03", "Concrete", selectable=False, why_not="it is a division header"),
            Listed("101", "03-300", "Cast-in-place concrete"),
            Listed("102", "09-250", "Drywall"),
        ],
    )
    copies = [
        Listed("900", "03", "Concrete", selectable=False, why_not="it is a division header", parent="11", attributes={"standard_cost_code_id": 100}),
        Listed("901", "03-300", "Cast-in-place concrete", parent="11", attributes={"standard_cost_code_id": 101}),
        Listed("902", "09-250", "Drywall", parent="11", attributes={"standard_cost_code_id": 102}),
        Listed("911", "03-300", "Cast-in-place concrete", parent="12", attributes={"standard_cost_code_id": 101}),
        Listed("912", "77-001", "Site special", parent="12"),
        Listed("903", "77-001", "Site special", parent="11"),
    ]
    place.source("project_cost_code", copies)
    place.source("cost_type", [Listed("1", "L", "Labor"), Listed("2", "S", "Subcontract")])
    place.source("vendor", [Listed("70", "00012", "Apex Concrete"), Listed("71", "V2", "Brightline Drywall")])
    place.ledger(
        "account",
        [
            Listed("5010", "5010", "Concrete"),
            Listed("5020", "5020", "Drywall"),
            Listed("5100", "5100", "Subcontract labor"),
            Listed("5999", "5999", "Old costs", active=False),
            Listed("5000", "5000", "Job costs", selectable=False, why_not="it is a header"),
            Listed("1000", "1000", "Checking", selectable=False, why_not="it is tied to the bank account CHK1."),
            Listed("4000", "4000", "Contract revenue", attributes={"account_type": "income"}),
            Listed("2100", "2100", "Retainage payable", attributes={"account_type": "balance sheet", "retainage": True}),
            Listed("5400", "5400", "Retention pond works", attributes={"account_type": "expense", "retainage": True}),
        ],
    )
    place.ledger("vendor", [Listed("V-APEX", "V-APEX", "Apex Concrete LLC"), Listed("V-BRI", "V-BRI", "Brightline Drywall Inc")])
    place.ledger("project", [Listed("HT", "HT", "Harbor Tower"), Listed("MS", "MS", "Mill Street School")])
    place.ledger("location", [Listed("L10", "L10", "North"), Listed("L20", "L20", "South")])
    place.ledger("department", [Listed("D1", "D1", "Field")])
    place.ledger("class", [Listed("C1", "C1", "Commercial")])
    place.ledger("cost_type", [Listed("SUB", "SUB", "Subcontracts"), Listed("LAB", "LAB", "Labor")])
    place.ledger("task", [Listed("T-03", "T-03", "Concrete work")])
    return place


@pytest.fixture
def acme(db: None) -> Iterator[Place]:
    place = furnish(build("Acme"))
    with tenant_scope(place.tenant):
        yield place


@pytest.fixture
def borealis(db: None) -> Place:
    return furnish(build("Borealis"))
