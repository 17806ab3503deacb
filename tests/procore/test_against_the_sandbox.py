"""The adapter and the pretend Procore, written apart from the same reference, agree over real HTTP."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from connectors.kit.oauth2 import pkce_pair
from connectors.port.connector import Grant, Knobs, SignIn
from connectors.port.errors import Code, ConnectorError, Refused, SignInAgain, TryLater, Uncertain
from connectors.port.records import Gone, RecordKind, Requisition, Standing
from connectors.port.refs import Kind
from connectors.procore.auth import authorize, revoke, sign_in
from connectors.procore.source import ProcoreSource, open_source

from .sandbox_opening import opening_on

pytestmark = pytest.mark.sandbox
BACK = "http://localhost:8000/connections/return/"
SECRETS = ("cascadia-procore-secret", "borealis-procore-secret")


@pytest.fixture(autouse=True)
def calm(sandbox) -> Iterator[None]:
    sandbox.post("procore/settings", hourly_limit=100_000, spike_limit=10_000)
    yield
    sandbox.calm()


@pytest.fixture
def source(sandbox) -> ProcoreSource:
    return open_source(opening_on(sandbox))


def truth(sandbox) -> Any:
    company = sandbox.pair("Cascadia")["procore"]["company_id"]
    return sandbox.get(f"source/procore/{company}/requisitions")


def all_of(source: ProcoreSource) -> dict[str, Requisition]:
    return {record.source_id: record for record in source.changes(RecordKind.REQUISITION, since=None)}


def test_the_company_is_recognised_without_a_warning(source):
    health = source.check()
    assert (health.organisation, health.organisation_id, health.currency) == ("Cascadia Builders", "4281379", "USD")
    assert health.warnings == ()


def test_an_account_with_few_rights_is_warned_of(sandbox):
    pair = sandbox.pair("Cascadia")["procore"]
    few = opening_on(sandbox, client_id=pair["restricted_client_id"], client_secret=pair["restricted_client_secret"])
    assert any("administrator" in warning for warning in open_source(few).check().warnings)


def test_another_companys_number_is_refused(sandbox):
    other = sandbox.pair("Borealis")["procore"]["company_id"]
    with pytest.raises(Refused) as caught:
        open_source(opening_on(sandbox, company_id=str(other))).check()
    assert caught.value.code in {Code.PERMISSION_MISSING, Code.SUBSCRIPTION_MISSING}


@pytest.mark.parametrize("kind", [Kind.VENDOR, Kind.PROJECT, Kind.COST_CODE, Kind.PROJECT_COST_CODE, Kind.COST_TYPE, Kind.TAX_CODE, Kind.COMMITMENT])
def test_every_list_is_read_whole_and_each_row_once(source, kind):
    rows = list(source.references(kind))
    assert rows
    assert len({(row.parent, row.remote_id) for row in rows}) == len(rows)
    assert all(row.remote_id and row.name for row in rows)
    assert all(row.selectable or row.why_not for row in rows)


def test_division_headers_cannot_be_chosen_and_project_codes_know_their_standard_code(source):
    standard = {row.remote_id: row for row in source.references(Kind.COST_CODE)}
    for row in source.references(Kind.PROJECT_COST_CODE):
        origin = standard[row.attributes["standard_cost_code_id"]]
        assert (origin.code, origin.selectable) == (row.code, row.selectable)
    assert sum(not row.selectable for row in standard.values()) > 10


def test_the_total_is_what_the_source_answers_for_and_what_the_records_add_up_to(source, sandbox):
    told = truth(sandbox)["totals"]["USD"]
    (total,) = source.totals(RecordKind.REQUISITION)
    payable = [record for record in all_of(source).values() if record.standing is Standing.PAYABLE]
    assert (total.count, total.amount) == (told["count"], Decimal(told["total"]))
    assert len(payable) == told["count"]
    assert sum(record.payable_net + record.tax_total for record in payable) == total.amount


def test_every_requisition_proves_its_total_from_the_one_before(source):
    records = all_of(source)
    for record in records.values():
        before = {line.line_ref: line for line in records[record.previous_ref].lines} if record.previous_ref else {}
        net = Decimal(0)
        for line in record.lines:
            old = before.pop(line.line_ref, None)
            net += line.completed_and_stored_to_date - (old.completed_and_stored_to_date if old else 0)
            net -= line.retainage_held_to_date - (old.retainage_held_to_date if old else 0)
        assert before == {}, f"a line of the previous requisition is missing on {record.source_id}"
        assert net == record.payable_net, record.source_id
        assert sum(line.retainage_held_to_date for line in record.lines) == Decimal(record.extra["summary"]["total_retainage"])
        assert record.extra["unreadable"] == []


def test_lines_point_at_codes_that_exist(source):
    codes = {(row.parent, row.remote_id): row for row in source.references(Kind.PROJECT_COST_CODE)}
    types = {row.remote_id: row.code for row in source.references(Kind.COST_TYPE)}
    for record in all_of(source).values():
        for line in record.lines:
            assert codes[record.project_ref, line.cost_code_ref].code == line.cost_code
            assert types[line.cost_type_ref] == line.cost_type


def test_reading_everything_costs_few_calls_and_reading_nothing_new_fewer(source, sandbox):
    sandbox.delete("calls")
    assert len(all_of(source)) > 120
    assert len(source._opening.journal.calls) <= 10
    fresh = open_source(opening_on(sandbox))
    assert list(fresh.changes(RecordKind.REQUISITION, since=datetime.now(UTC) + timedelta(hours=2))) == []
    assert len(fresh._opening.journal.calls) <= 7  # sign in, projects, one a project


def test_an_edit_is_found_by_its_time_and_a_deletion_is_gone(sandbox):
    opened = opening_on(sandbox)
    before = all_of(open_source(opened))
    last = {record.commitment_ref: record for record in sorted(before.values(), key=lambda each: each.number)}
    draft = next(record for record in last.values() if record.standing is Standing.OPEN)
    since = datetime.now(UTC) + timedelta(minutes=6)  # later than the overlap reaches back
    sandbox.post("clock", advance_s=1200)
    company = opened.config["company_id"]
    sandbox.post(f"procore/{company}/requisitions/{draft.source_id}/approve")
    later = dataclasses.replace(opened, now=lambda: time.time() + 1200)
    found = list(open_source(later).changes(RecordKind.REQUISITION, since=since))
    assert [(each.source_id, each.standing) for each in found] == [(draft.source_id, Standing.PAYABLE)]
    sandbox.post(f"procore/{company}/requisitions/{draft.source_id}/delete")
    assert list(open_source(later).read(RecordKind.REQUISITION, [(draft.source_id, draft.project_ref)])) == [
        Gone(RecordKind.REQUISITION, draft.source_id)
    ]


def test_records_read_one_by_one_in_blocks_and_in_the_list_are_equal(source):
    listed = all_of(source)
    refs = [(record.source_id, record.project_ref) for record in listed.values()][:40]
    assert {each.source_id: each for each in source.read(RecordKind.REQUISITION, refs)} == {source_id: listed[source_id] for source_id, _ in refs}
    (alone,) = source.read(RecordKind.REQUISITION, refs[:1])
    assert alone == listed[refs[0][0]]


def test_a_token_that_died_is_renewed_once_in_the_middle_of_the_work(sandbox, source):
    list(source.references(Kind.COST_TYPE))
    sandbox.post("clock", advance_s=6000)
    assert len(all_of(source)) > 100
    assert source._opening.tokens.renewals == 1


def test_being_throttled_is_told_with_the_time_to_wait(sandbox, source):
    list(source.references(Kind.COST_TYPE))
    sandbox.post("procore/settings", spike_limit=1)
    with pytest.raises(TryLater) as caught:
        for _ in range(5):
            source.client.get("/rest/v1.0/company_base_url", operation="read web address")
    assert caught.value.pauses_connection
    assert 0 < caught.value.after_s <= 10


@pytest.mark.parametrize(
    ("effect", "more"),
    [
        ("status", {"status": 500}),
        ("status", {"status": 503}),
        ("html_200", {}),
        ("truncated", {}),
        ("refuse_before", {}),
        ("accept_then_lose", {}),
        ("garbage", {}),
        ("drip", {}),
        ("slow", {"delay_ms": 1500}),
    ],
)
def test_broken_weather_makes_a_read_try_later(sandbox, source, effect, more):
    impatient = dataclasses.replace(source._opening, knobs=Knobs(connect_s=1, read_s=0.5, total_s=0.8))
    list(source.references(Kind.PROJECT))
    sandbox.weather(effect, system="procore", match={"path": "requisitions"}, **more)
    with pytest.raises(TryLater):
        open_source(impatient).totals(RecordKind.REQUISITION, scope=source.company.active)


def test_a_read_survives_two_resets_without_a_word(sandbox, source):
    sandbox.weather("reset", system="procore", match={"path": "requisitions"}, times=2)
    assert len(all_of(source)) > 100


def test_a_redirect_is_not_followed(sandbox, source):
    sandbox.weather("redirect", system="procore", match={"path": "requisitions"}, location="http://127.0.0.1:1/")
    with pytest.raises(Refused, match="not followed"):
        all_of(source)


def test_a_lost_answer_to_making_a_webhook_is_uncertain_and_the_next_run_finds_it(sandbox, source):
    asked = {"destination_url": "http://127.0.0.1:9/hooks/procore/x/", "authorization": "Bearer long-and-random-1"}
    sandbox.weather("accept_then_lose", system="procore", match={"method": "POST", "path": "webhooks/hooks$"}, times=1)
    with pytest.raises(Uncertain):
        source.subscribe(**asked)
    first = source.subscribe(**asked)
    assert [each.made for each in first] == [False, True, True, True, True, True]
    assert all(each.triggers_made for each in first)
    again = source.subscribe(**asked)
    assert not any(each.made or each.mended or each.triggers_made for each in again)
    assert all(each.mended for each in source.subscribe(**asked | {"authorization": "Bearer another-secret-2"}))


def test_a_wrong_secret_and_a_revoked_token_ask_for_signing_in(sandbox):
    with pytest.raises(SignInAgain):
        sign_in(opening_on(sandbox, client_secret="wrong"), Grant(SignIn.CLIENT_CREDENTIALS))
    opened = opening_on(sandbox)
    token = opened.tokens.token()
    revoke(opened, token)
    list(open_source(opened).references(Kind.COST_TYPE))
    assert opened.tokens.renewals == 1


def test_a_person_signs_in_by_consent_and_a_refresh_token_works_once(sandbox):
    opened = opening_on(sandbox)
    verifier, challenge = pkce_pair()
    page = authorize(opened, redirect_uri=BACK, state="st-1", challenge=challenge)
    consent = requests.get(f"{page}&auto=1", allow_redirects=False, timeout=5)
    back = parse_qs(urlsplit(consent.headers["Location"]).query)
    assert back["state"] == ["st-1"]
    token = sign_in(opened, Grant(SignIn.AUTHORIZATION_CODE, code=back["code"][0], redirect_uri=BACK, verifier=verifier))
    renewed = sign_in(opened, Grant(SignIn.AUTHORIZATION_CODE, refresh=token.refresh, redirect_uri=BACK))
    assert renewed.refresh not in {"", token.refresh}
    with pytest.raises(SignInAgain) as caught:
        sign_in(opened, Grant(SignIn.AUTHORIZATION_CODE, refresh=token.refresh, redirect_uri=BACK))
    assert caught.value.remote_code == "invalid_grant"


def test_no_secret_and_no_token_ever_reaches_the_journal(sandbox, source):
    list(source.references(Kind.VENDOR))
    written = repr(source._opening.journal.calls)
    assert source._opening.tokens.held.access not in written
    assert not any(secret in written for secret in SECRETS)


def test_only_the_five_ways_to_fail_come_out(sandbox, source):
    list(source.references(Kind.COST_TYPE))
    for status in (400, 401, 403, 404, 406, 409, 418, 422, 429, 451, 500, 599):
        sandbox.calm()
        sandbox.weather("status", system="procore", match={"path": "line_item_types"}, status=status)
        with pytest.raises(ConnectorError):
            list(open_source(source._opening).references(Kind.COST_TYPE))
