"""What every ledger must do. A new system's conformance test is one class with its key and its codes."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

import pytest

from connectors import catalog
from connectors.port.connector import Role
from connectors.port.drafts import Bill, DraftLine, LineRole, Operation, VendorCredit
from connectors.port.errors import Code, Misfit, Refused, SignInAgain, TryLater, Uncertain
from connectors.port.ledger import Booked, Composition, KeyedDraft, Lookup, Outcome
from tests.contracts.opened import opened
from tests.sandbox_server import Sandbox

_numbers = itertools.count(1)


@pytest.mark.sandbox
@pytest.mark.django_db
class LedgerContract:
    """`key`: the system. `vendor`, `account`, `retainage`, `project`, `location`: codes of the pretend books. `posting`: the
    operation weather shall hit. `wrong`: a config value that makes signing in fail. `open_day`, `closed_day`: GL dates."""

    key: ClassVar[str]
    vendor: ClassVar[str]
    account: ClassVar[str]
    retainage: ClassVar[str]
    project: ClassVar[str]
    location: ClassVar[str]
    posting: ClassVar[str]
    wrong: ClassVar[dict[str, str]]
    open_day: ClassVar[date] = date(2026, 10, 15)
    closed_day: ClassVar[date] = date(2026, 7, 15)

    @pytest.fixture
    def ledger(self, sandbox: Sandbox) -> Any:
        return opened(sandbox, self.key)

    # --- building and sending ---------------------------------------------------------------------------------------
    def bill(self, **other: Any) -> Bill:
        number = next(_numbers)
        line = DraftLine(self.account, Decimal("110.10"), memo="Work", source_line="1", project=self.project, location=self.location)
        held = DraftLine(
            self.retainage, Decimal("-10.10"), memo="Retainage held", role=LineRole.RETAINAGE, project=self.project, location=self.location
        )
        facts: dict[str, Any] = {
            "vendor": self.vendor, "number": f"CT-{number}", "bill_date": self.open_day, "due_date": self.open_day, "gl_date": self.open_day,
            "currency": "USD", "reference": "SC-1 #1", "description": "Contract test", "token": f"OC-CT{number:010d}", "lines": (line, held),
        }  # fmt: skip
        return Bill(**(facts | other))

    def keyed(self, ledger: Any, draft: Bill | None = None, **other: Any) -> KeyedDraft:
        return KeyedDraft(f"{next(_numbers):064x}", Operation.CREATE, ledger.fit(draft or self.bill()), **other)

    def compose(self, ledger: Any, *items: KeyedDraft) -> Composition:
        return ledger.compose(items, control=f"contract-{next(_numbers)}")

    def send(self, ledger: Any, *items: KeyedDraft) -> dict[str, Outcome]:
        return {outcome.key: outcome for outcome in ledger.send(self.compose(ledger, *items), guard=lambda: None)}

    def look(self, ledger: Any, item: KeyedDraft) -> list[Booked]:
        draft = item.draft
        assert isinstance(draft, Bill)
        return ledger.find([Lookup(item.key, "bill", draft.vendor, draft.number, draft.token)]).get(item.key, [])

    # --- the contract ------------------------------------------------------------------------------------------------
    def test_it_is_declared_as_a_ledger_and_says_what_it_can_do(self) -> None:
        declared = catalog.connector(self.key)
        assert declared.role is Role.LEDGER
        assert Operation.CREATE in declared.capabilities.drafts["bill"]
        assert declared.capabilities.limits is not None
        assert declared.capabilities.verify_window_s > 0

    def test_it_tells_whose_books_it_opens(self, ledger: Any) -> None:
        health = ledger.check()
        assert health.organisation_id
        assert health.currency == "USD"

    def test_every_declared_list_can_be_read_and_unusable_entries_say_why(self, ledger: Any) -> None:
        for kind in sorted(catalog.connector(self.key).capabilities.references):
            rows = list(ledger.references(kind))
            assert len({(row.parent, row.remote_id) for row in rows}) == len(rows), kind
            assert all(row.why_not for row in rows if not row.selectable)

    def test_a_bill_is_booked_and_found_by_its_number_and_by_its_token(self, ledger: Any) -> None:
        item = self.keyed(ledger)
        outcome = self.send(ledger, item)[item.key]
        assert outcome.booked is not None
        [found] = self.look(ledger, item)
        assert (found.ledger_ref, found.total, found.line_count, found.token) == (outcome.booked.ledger_ref, Decimal("100.00"), 2, item.draft.token)
        assert (found.vendor, found.currency) == (self.vendor, "USD")
        renumbered = ledger.find([Lookup("x", "bill", self.vendor, "another number", item.draft.token)])["x"]
        assert [booked.ledger_ref for booked in renumbered] == [found.ledger_ref]

    def test_what_was_never_booked_is_not_found(self, ledger: Any) -> None:
        assert self.look(ledger, self.keyed(ledger)) == []

    def test_the_same_request_sent_twice_books_once(self, ledger: Any) -> None:
        item = self.keyed(ledger)
        composition = self.compose(ledger, item)
        ledger.send(composition, guard=lambda: None)
        [again] = ledger.send(composition, guard=lambda: None)
        assert isinstance(again.error, Refused)
        assert again.error.code in {Code.ALREADY_DONE, Code.DUPLICATE_NUMBER}
        assert len(self.look(ledger, item)) == 1

    def test_the_request_is_the_same_bytes_every_time_and_carries_no_credential(self, ledger: Any, sandbox: Sandbox) -> None:
        item = self.keyed(ledger)
        one, two = ledger.compose([item], control="c"), ledger.compose([item], control="c")
        assert one == two
        secrets = [str(value) for name, value in sandbox.pair("Cascadia")[self.key].items() if "secret" in name or "password" in name]
        assert not any(secret.encode() in one.body for secret in secrets)

    def test_one_bad_bill_never_sinks_the_rest_and_answers_go_by_key(self, ledger: Any, sandbox: Sandbox) -> None:
        good, bad, last = self.keyed(ledger), self.keyed(ledger, self.bill(vendor="NOBODY-1")), self.keyed(ledger)
        sandbox.weather("reorder_results", system=self.key, match={"operation": self.posting})
        answers = self.send(ledger, good, bad, last)
        assert answers[good.key].booked
        assert answers[last.key].booked
        assert isinstance(answers[bad.key].error, Refused)
        assert "NOBODY-1" in str(answers[bad.key].error)

    def test_a_missing_answer_is_uncertain_and_not_a_no(self, ledger: Any, sandbox: Sandbox) -> None:
        first, second = self.keyed(ledger), self.keyed(ledger)
        sandbox.weather("drop_result", system=self.key, match={"operation": self.posting}, times=1)
        answers = self.send(ledger, first, second)
        assert sorted(type(answer.error).__name__ for answer in answers.values()) == ["NoneType", "Uncertain"]

    @pytest.mark.parametrize("effect", ["accept_then_lose", "accept_then_html", "accept_then_truncate", "accept_then_status"])
    def test_a_lost_answer_is_uncertain_and_the_look_finds_the_bill(self, ledger: Any, sandbox: Sandbox, effect: str) -> None:
        ledger.check()
        item = self.keyed(ledger)
        sandbox.weather(effect, system=self.key, match={"operation": self.posting}, times=1, **({"status": 502} if effect.endswith("status") else {}))
        with pytest.raises(Uncertain):
            ledger.send(self.compose(ledger, item), guard=lambda: None)
        assert len(self.look(ledger, item)) == 1

    def test_being_throttled_stores_nothing(self, ledger: Any, sandbox: Sandbox) -> None:
        ledger.check()
        item = self.keyed(ledger)
        sandbox.weather("status", system=self.key, match={"operation": self.posting}, status=429, headers={"Retry-After": "3"}, times=1)
        with pytest.raises(TryLater):
            ledger.send(self.compose(ledger, item), guard=lambda: None)
        assert self.look(ledger, item) == []

    def test_the_guard_is_asked_before_anything_leaves(self, ledger: Any, sandbox: Sandbox) -> None:
        class LeaseOver(Exception):
            pass

        def over() -> None:
            raise LeaseOver

        ledger.check()
        item = self.keyed(ledger)
        with pytest.raises(LeaseOver):
            ledger.send(self.compose(ledger, item), guard=over)
        assert self.look(ledger, item) == []

    def test_a_closed_period_is_refused_with_the_first_open_day(self, ledger: Any) -> None:
        item = self.keyed(ledger, self.bill(bill_date=self.closed_day, due_date=self.closed_day, gl_date=self.closed_day))
        error = self.send(ledger, item)[item.key].error
        assert isinstance(error, Refused)
        assert error.code is Code.PERIOD_CLOSED
        assert error.first_open is not None
        assert error.first_open > self.closed_day

    def test_a_draft_is_amended_read_back_and_voided(self, ledger: Any) -> None:
        item = self.keyed(ledger, self.bill(as_draft=True))
        booked = self.send(ledger, item)[item.key].booked
        assert booked is not None
        assert isinstance(item.draft, Bill)
        line = replace(item.draft.lines[0], amount=Decimal("210.10"))
        changed = KeyedDraft(
            f"{next(_numbers):064x}", Operation.AMEND, replace(item.draft, lines=(line, item.draft.lines[1])), ledger_ref=booked.ledger_ref
        )
        assert self.send(ledger, changed)[changed.key].booked
        [now] = ledger.read("bill", [booked.ledger_ref])
        assert (now.total, now.settled) == (Decimal("200.00"), False)
        void = KeyedDraft(f"{next(_numbers):064x}", Operation.VOID, item.draft, ledger_ref=booked.ledger_ref)
        assert self.send(ledger, void)[void.key].error is None
        assert all(found.void for found in ledger.read("bill", [booked.ledger_ref]))

    def test_a_vendor_credit_reduces_what_is_owed_and_reads_back_so(self, ledger: Any, sandbox: Sandbox) -> None:
        if not catalog.connector(self.key).capabilities.vendor_credits:
            return
        bill = self.bill()
        credit = VendorCredit(
            vendor=bill.vendor, number=bill.number, credit_date=self.open_day, gl_date=self.open_day, currency="USD", reference=bill.reference,
            description=bill.description, token=bill.token, lines=(replace(bill.lines[0], amount=Decimal("40.00")),), corrects="CT-0",
        )  # fmt: skip
        item = KeyedDraft(f"{next(_numbers):064x}", Operation.CREATE, ledger.fit(credit))
        assert self.send(ledger, item)[item.key].error is None
        [found] = ledger.find([Lookup(item.key, "vendor_credit", credit.vendor, credit.number, credit.token)])[item.key]
        assert (found.total, found.line_count, found.kind) == (Decimal("-40.00"), 1, "vendor_credit")

    def test_everything_that_carries_a_token_can_be_listed(self, ledger: Any) -> None:
        item = self.keyed(ledger)
        self.send(ledger, item)
        assert item.draft.token in {booked.token for booked in ledger.booked("bill")}

    def test_too_long_a_number_is_shortened_the_same_way_every_time_and_kept_in_full(self, ledger: Any) -> None:
        long = "INVOICE-" + "9" * 90
        one, two = ledger.fit(self.bill(number=long)), ledger.fit(self.bill(number=long))
        assert one.number == two.number
        limits = catalog.connector(self.key).capabilities.limits
        assert limits is not None
        assert len(one.number) <= limits.bill_number
        assert long in one.description
        assert ledger.fit(self.bill(number=long + "8")).number != one.number

    def test_what_would_change_its_meaning_is_a_misfit_before_anything_is_sent(self, ledger: Any) -> None:
        with pytest.raises(Misfit):
            ledger.fit(self.bill(lines=()))
        with pytest.raises(Misfit):
            ledger.fit(self.bill(currency="XXX"))

    def test_hostile_text_stays_text(self, ledger: Any) -> None:
        hostile = "]]></ENTRYDESCRIPTION><create_x/>& <b> \x07 \U0001f9f1 \u202e end"
        item = self.keyed(ledger, self.bill(description=hostile, lines=(replace(self.bill().lines[0], memo=hostile),)))
        assert self.send(ledger, item)[item.key].booked
        assert len(self.look(ledger, item)) == 1

    def test_wrong_credentials_ask_for_a_person_and_never_show_themselves(self, sandbox: Sandbox) -> None:
        port = opened(sandbox, self.key, **self.wrong)
        with pytest.raises(SignInAgain) as caught:
            port.check()
        assert not any(value in str(caught.value) for value in self.wrong.values())
