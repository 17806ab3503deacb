"""The contractor's twelve holds, each fixed where its link leads; a worker posts everything without another click."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from connectors.reconcile.report import reconcile
from connectors.sync.models import Document, Hold
from mappings.models import Reference
from tests.journeys.conftest import Journey
from tests.journeys.harbor import Harbor, provision_harbor
from tests.journeys.processes import Processes, until
from tests.sandbox_server import Sandbox

PEOPLE = [{"username": name, "email": f"{name}@harbor.example", "role": role} for name, role in (("ana", "owner"), ("carl", "finance"))]


@pytest.fixture
def contractor(town: Sandbox, processes: Processes, tmp_path: Path) -> Journey:
    town.reset("contractor")
    return Journey(provision_harbor(town, tmp_path, users=PEOPLE), processes, town)


def test_every_hold_is_fixed_where_its_link_leads_and_all_is_posted(contractor: Journey) -> None:
    harbor = contractor.harbor
    harbor.make_due()
    contractor.processes.worker()
    contractor.until_quiet(within_s=120)
    harbor.prove()
    reasons = set(harbor.holds().values())
    assert reasons == {"cost_code_unmapped", "period_closed", "cost_code_source_not_selectable", "waits_for_document"}, reasons

    _map_codes(harbor, _signed_in("carl"))
    until(lambda: "cost_code_unmapped" not in harbor.holds().values(), "mapping a code frees what waited for it", every_s=0.2)
    _move_gl_dates(harbor, _signed_in("ana"))
    until(lambda: "period_closed" not in harbor.holds().values(), "the policy frees what lay in a closed period", within_s=150, every_s=0.2)
    _recode_in_the_source(contractor)
    harbor.make_due()
    until(lambda: not harbor.holds(), "the mended line frees its commitment", within_s=150, every_s=0.2)

    contractor.until_quiet()
    harbor.prove(posted=len(harbor.payable()))
    sides = reconcile(harbor.integration)
    assert sides["ok"] is True, sides
    assert {item["unexplained"] for flow in sides["flows"] for item in flow["currencies"]} <= {"0", "0.00"}


def _signed_in(name: str) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.get(username=name), backend="onecore.tenants.login.RoleBackend")
    return client


def _map_codes(harbor: Harbor, carl: Client) -> None:
    """In the grid, cell by cell, following the holds' own links."""
    links = set(Hold.everywhere.filter(resolved_at__isnull=True, reason="cost_code_unmapped").values_list("fix_url", flat=True))
    account = Reference.everywhere.get(connection=harbor.integration.ledger, kind="account", code="5030")
    assert len(links) == 2
    for link in links:
        assert carl.get(link).status_code == 200
        row = int(parse_qs(urlsplit(link).query)["focus"][0])
        cell = {"mapping": row, "field": "account", "reference": account.pk}
        answer = carl.post("/admin/mappings/costcodemapping/save/", json.dumps(cell), content_type="application/json")
        assert answer.status_code == 200, answer.content


def _move_gl_dates(harbor: Harbor, ana: Client) -> None:
    """On the policy page the hold links to; nothing else on it is touched."""
    link = Hold.everywhere.filter(resolved_at__isnull=True, reason="period_closed").values_list("fix_url", flat=True)[0]
    address, _, field = link.partition("#id_")
    form = _form_on(ana.get(address))
    assert form[field] == "hold"
    answer = ana.post(address, form | {field: "first_open"})
    assert answer.status_code == 302, answer.context["errors"] if answer.context else answer
    harbor.integration.policy.refresh_from_db()
    assert harbor.integration.policy.closed_period == "first_open"


def _form_on(page: Any) -> dict[str, Any]:
    """Everything a browser would send back from an admin page that nobody touched."""
    forms = [page.context["adminform"].form]
    for inline in page.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    values = {form.add_prefix(name): form[name].value() for form in forms for name in form.fields}
    return {name: "on" if value is True else value for name, value in values.items() if value is not None and value is not False}


def _recode_in_the_source(journey: Journey) -> None:
    """The project team gives the line a code below the header; a code already in use there, so it is mapped."""
    hold = Hold.everywhere.filter(resolved_at__isnull=True, reason="cost_code_source_not_selectable").select_related("document")[0]
    header = hold.details["gaps"][0]["source_ref"]
    project = hold.document.project_ref
    line = next(line for line in hold.document.record["lines"] if line["cost_code_ref"] == header)
    posted = Document.everywhere.filter(project_ref=project, state="posted")
    code = next(item["cost_code_ref"] for document in posted for item in document.record["lines"])
    journey.sandbox.post(f"procore/{journey.harbor.company}/recode", line_item_id=int(line["line_ref"].rpartition(":")[2]), cost_code_id=int(code))
