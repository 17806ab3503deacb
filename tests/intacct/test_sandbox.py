"""The adapter against the pretend Sage Intacct over HTTP: two strangers who read the same reference."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.intacct.auth import sign_in
from connectors.intacct.ledger import IntacctLedger
from connectors.port.connector import Grant, Knobs, SignIn
from connectors.port.drafts import Bill, Operation, VendorDraft
from connectors.port.errors import Code, Refused, SignInAgain, TryLater, Uncertain
from connectors.port.ledger import Booked, Composition, KeyedDraft, Lookup, Outcome
from connectors.port.refs import Kind
from tests.sandbox_server import Sandbox, sandbox, sandbox_server

from .pretend import Journal, Tokens, bill, line, opened, signing

__all__ = ["sandbox", "sandbox_server"]
pytestmark = pytest.mark.sandbox
_counter = itertools.count(1)


@dataclass
class Desk:
    """One signed-in company, and numbers no other test uses."""

    town: Sandbox
    ledger: IntacctLedger
    tokens: Tokens
    journal: Journal
    company: str

    def draft(self, **given: Any) -> KeyedDraft:
        number = next(_counter)
        lines = (self.line(), self.line(account="2110", amount=Decimal("-12.34")))
        filled = bill(**({"vendor": "V-10001", "number": f"T-{number}", "token": f"OC-T{number:06d}", "lines": lines} | given))
        return KeyedDraft(f"key-{number}", Operation.CREATE, self.ledger.fit(filled))

    def line(self, **given: Any) -> Any:
        return line(**({"account": "5030", "project": "25-101", "location": "100"} | given))

    def compose(self, *items: KeyedDraft) -> Composition:
        return self.ledger.compose(items, control=f"batch-{next(_counter)}")

    def send(self, *items: KeyedDraft) -> list[Outcome]:
        return self.ledger.send(self.compose(*items), guard=lambda: None)

    def look(self, item: KeyedDraft) -> list[Booked]:
        assert isinstance(item.draft, Bill)
        return self.ledger.find([Lookup(item.key, "bill", item.draft.vendor, item.draft.number, item.draft.token)])[item.key]


def enter(town: Sandbox, **config: str) -> Desk:
    company = town.pair("Cascadia")["intacct"]
    entered = {name: company[name] for name in ("sender_id", "sender_password", "company_id", "user_id", "user_password")} | config
    api = town.environment["ONECORE_INTACCT_API_URL"]
    journal = Journal()
    signer = signing(api=api, journal=journal, knobs=Knobs(read_s=5, total_s=10), **entered)
    tokens = Tokens(held=sign_in(signer, Grant(SignIn.SESSION)), signing=signer)
    return Desk(town, opened(tokens, journal=journal, api=api, **entered), tokens, journal, company["company_id"])


@pytest.fixture
def desk(sandbox: Sandbox) -> Iterator[Desk]:
    yield enter(sandbox)
    sandbox.calm()


def test_the_company_is_healthy_and_every_list_can_be_read(desk: Desk) -> None:
    health = desk.ledger.check()
    assert (health.organisation_id, health.currency, health.warnings) == ("CASCADIA", "USD", ())
    counted = {kind: len(list(desk.ledger.references(kind))) for kind in Kind}
    assert all(counted[kind] for kind in (Kind.ACCOUNT, Kind.VENDOR, Kind.PROJECT, Kind.TASK, Kind.COST_TYPE, Kind.LOCATION, Kind.TERM))


def test_unusable_accounts_are_known_beforehand_and_retainage_is_usable(desk: Desk) -> None:
    accounts = {account.code: account for account in desk.ledger.references(Kind.ACCOUNT)}
    assert not any(accounts[code].selectable for code in ("1010", "2000", "5000", "5999"))
    assert accounts["2110"].selectable
    assert accounts["5030"].attributes["requires"] == ["location", "project"]


def test_a_bill_is_booked_to_the_cent_and_found_by_number_and_token(desk: Desk) -> None:
    item = desk.draft(lines=(desk.line(memo="<b> & ]]> \U0001f3d7 é\r\nz"), desk.line(amount=Decimal("-0.01"))))
    (outcome,) = desk.send(item)
    assert outcome.booked is not None
    (held,) = desk.look(item)
    assert held.ledger_ref == outcome.booked.ledger_ref
    assert (held.total, held.line_count, held.currency, held.state, held.settled) == (Decimal("99.99"), 2, "USD", "Posted", True)
    kept = next(each for each in desk.town.get(f"ledger/intacct/{desk.company}")["documents"] if each["RECORDNO"] == held.ledger_ref)
    assert held.token in kept["DESCRIPTION"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"account": "1010"}, Code.ACCOUNT_IS_BANK),
        ({"account": "5000"}, Code.ACCOUNT_UNUSABLE),
        ({"account": "5999"}, Code.ACCOUNT_UNUSABLE),
        ({"account": "9999"}, Code.ACCOUNT_UNUSABLE),
        ({"project": ""}, Code.DIMENSION_MISSING),
        ({"project": "NOPE"}, Code.REFERENCE_UNKNOWN),
        ({"location": "ZZ"}, Code.REFERENCE_UNKNOWN),
    ],
)
def test_a_refused_line_says_why_and_its_siblings_are_booked(desk: Desk, wrong: dict[str, str], code: Code) -> None:
    good, bad = desk.draft(), desk.draft(lines=(desk.line(**wrong),))
    first, second = desk.send(bad, good)
    assert isinstance(first.error, Refused)
    assert first.error.code is code
    assert second.booked is not None
    assert desk.look(bad) == []


def test_a_closed_period_tells_its_first_open_day(desk: Desk) -> None:
    (outcome,) = desk.send(desk.draft(bill_date=date(2026, 8, 15), gl_date=date(2026, 8, 15)))
    assert isinstance(outcome.error, Refused)
    assert (outcome.error.code, outcome.error.first_open) == (Code.PERIOD_CLOSED, date(2026, 9, 1))


def test_a_number_that_exists_and_an_unknown_vendor_are_told_apart(desk: Desk) -> None:
    first = desk.draft()
    desk.send(first)
    assert isinstance(first.draft, Bill)
    twice, stranger = desk.send(desk.draft(number=first.draft.number), desk.draft(vendor="V-404"))
    assert isinstance(twice.error, Refused)
    assert isinstance(stranger.error, Refused)
    assert (twice.error.code, stranger.error.code) == (Code.DUPLICATE_NUMBER, Code.VENDOR_UNUSABLE)


def test_the_same_request_again_books_nothing_and_says_so(desk: Desk) -> None:
    item = desk.draft()
    composition = desk.compose(item)
    desk.ledger.send(composition, guard=lambda: None)
    (again,) = desk.ledger.send(composition, guard=lambda: None)
    assert isinstance(again.error, Refused)
    assert again.error.code is Code.ALREADY_DONE
    assert len(desk.look(item)) == 1


@pytest.mark.parametrize("effect", ["accept_then_lose", "accept_then_status", "accept_then_html", "accept_then_truncate"])
def test_a_bill_whose_answer_was_lost_is_uncertain_and_found(desk: Desk, effect: str) -> None:
    item = desk.draft()
    desk.town.weather(effect, system="intacct", times=1, match={"operation": "create APBILL"})
    with pytest.raises(Uncertain):
        desk.send(item)
    assert len(desk.look(item)) == 1


@pytest.mark.parametrize("effect", ["reset", "html_200", "truncated", "garbage"])
def test_a_broken_exchange_never_looks_like_a_yes_or_a_no(desk: Desk, effect: str) -> None:
    item = desk.draft()
    desk.town.weather(effect, system="intacct", times=1, match={"operation": "create APBILL"})
    with pytest.raises(Uncertain):
        desk.send(item)


def test_answers_in_another_order_or_missing_are_matched_by_key(desk: Desk) -> None:
    items = [desk.draft() for _ in range(4)]
    desk.town.weather("reorder_results", system="intacct", times=1, match={"operation": "create APBILL"})
    for item, outcome in zip(items, desk.send(*items), strict=True):
        assert outcome.booked is not None
        assert [held.ledger_ref for held in desk.look(item)] == [outcome.booked.ledger_ref]
    desk.town.weather("drop_result", system="intacct", times=1, match={"operation": "create APBILL"})
    outcomes = desk.send(*(desk.draft() for _ in range(4)))
    assert sum(isinstance(outcome.error, Uncertain) for outcome in outcomes) == 1
    assert sum(outcome.booked is not None for outcome in outcomes) == 3


def test_a_throttled_call_was_not_done(desk: Desk) -> None:
    item = desk.draft()
    desk.town.weather("status", system="intacct", times=1, status=429, headers={"Retry-After": "7"}, match={"operation": "create APBILL"})
    with pytest.raises(TryLater) as caught:
        desk.send(item)
    assert caught.value.after_s == 7
    assert desk.look(item) == []


def test_a_session_that_expires_is_renewed_once(desk: Desk) -> None:
    desk.town.post("clock", advance_s=6 * 3600)
    try:
        assert desk.look(desk.draft()) == []
    finally:
        desk.town.post("clock", advance_s=-6 * 3600)
    assert desk.tokens.renewed == 1


def test_a_wrong_password_stops_and_no_secret_is_written_down(sandbox: Sandbox, desk: Desk) -> None:
    with pytest.raises(SignInAgain, match="Web Services user"):
        enter(sandbox, user_password="wrong-canary")
    with pytest.raises(SignInAgain, match="sender"):
        enter(sandbox, sender_password="wrong-canary")
    desk.look(desk.draft())
    written = "".join(f"{call.request}{call.response}" for call in desk.journal.calls)
    company = sandbox.pair("Cascadia")["intacct"]
    assert written
    assert not any(secret in written for secret in (company["user_password"], company["sender_password"], desk.tokens.held.access))


def test_a_draft_is_amended_as_a_whole_and_deleted(desk: Desk) -> None:
    item = desk.draft(as_draft=True)
    (created,) = desk.send(item)
    assert created.booked is not None
    ref = created.booked.ledger_ref
    assert isinstance(item.draft, Bill)
    smaller = desk.draft(as_draft=True, number=item.draft.number, token=item.draft.token, lines=(desk.line(amount=Decimal("5")),))
    desk.send(KeyedDraft(f"{item.key}-amend", Operation.AMEND, smaller.draft, ledger_ref=ref))
    (held,) = desk.ledger.read("bill", [ref])
    assert (held.total, held.line_count, held.state, held.settled) == (Decimal("5.00"), 1, "Draft", False)
    (gone,) = desk.send(KeyedDraft(f"{item.key}-void", Operation.VOID, smaller.draft, ledger_ref=ref))
    assert gone.booked is not None
    assert gone.booked.void
    assert desk.ledger.read("bill", [ref]) == []


def test_a_posted_bill_is_reversed_and_no_longer_found(desk: Desk) -> None:
    item = desk.draft()
    (created,) = desk.send(item)
    assert created.booked is not None
    ref = created.booked.ledger_ref
    (reversed_,) = desk.send(KeyedDraft(f"{item.key}-void", Operation.VOID, item.draft, ledger_ref=ref, void_date=date(2026, 11, 1)))
    assert reversed_.booked is not None
    assert (reversed_.booked.ledger_ref, reversed_.booked.void) == (ref, True)
    assert desk.look(item) == []
    assert [held.void for held in desk.ledger.read("bill", [ref])] == [True]


def test_a_vendor_is_created_once_and_found_by_id_name_and_token(desk: Desk) -> None:
    vendor = VendorDraft(
        "V-NEW-1", "New & Sons", "USD", "OC-VENDOR1", email="a@new.example", street="1 Main St", city="Bend", state="OR", postcode="97701"
    )
    (created,) = desk.send(KeyedDraft("vendor-1", Operation.CREATE, vendor))
    (again,) = desk.send(KeyedDraft("vendor-2", Operation.CREATE, vendor))
    assert created.booked is not None
    assert created.booked.ledger_ref == "V-NEW-1"
    assert isinstance(again.error, Refused)
    assert again.error.code is Code.NAME_EXISTS
    lookups = [
        Lookup("id", "vendor", "V-NEW-1", "", ""),
        Lookup("name", "vendor", "", "New & Sons", ""),
        Lookup("token", "vendor", "", "", "OC-VENDOR1"),
    ]
    assert {key: [each.vendor for each in found] for key, found in desk.ledger.find(lookups).items()} == {
        "id": ["V-NEW-1"],
        "name": ["V-NEW-1"],
        "token": ["V-NEW-1"],
    }


def test_a_full_batch_costs_one_call_and_a_look_two(desk: Desk) -> None:
    items = [desk.draft() for _ in range(100)]
    desk.journal.calls.clear()
    assert all(outcome.booked for outcome in desk.send(*items))
    assert len(desk.journal.calls) == 1
    lookups = [Lookup(item.key, "bill", item.draft.vendor, item.draft.number, item.draft.token) for item in items]  # type: ignore[union-attr]
    found = desk.ledger.find(lookups)
    assert len(desk.journal.calls) == 3
    assert all(len(held) == 1 and held[0].line_count == 2 for held in found.values())


def test_everything_of_ours_is_listed_and_a_strangers_bill_is_not(desk: Desk) -> None:
    item = desk.draft()
    (created,) = desk.send(item)
    assert created.booked is not None
    desk.town.post(
        f"intacct/{desk.company}/bill",
        VENDORID="V-10001",
        RECORDID="BY-HAND-1",
        lines=[{"ACCOUNTNO": "6300", "TRX_AMOUNT": "10.00", "LOCATIONID": "100"}],
    )
    listed = list(desk.ledger.booked("bill"))
    assert created.booked.ledger_ref in {each.ledger_ref for each in listed}
    assert all(each.token for each in listed)
    assert "BY-HAND-1" not in {each.number for each in listed}


def test_an_entity_session_books_in_its_entity(sandbox: Sandbox) -> None:
    desk = enter(sandbox, entity_id="100")
    assert desk.ledger.check().organisation_id == "CASCADIA|100"
    item = desk.draft()
    (outcome,) = desk.send(item)
    assert outcome.booked is not None
    assert [held.ledger_ref for held in desk.look(item)] == [outcome.booked.ledger_ref]
