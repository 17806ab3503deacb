"""Whatever the remote does: each document once or held in plain sight, to the cent, and no unexpected end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.connections.models import Connection
from connectors.sync import acts, work
from connectors.sync.models import Document, Posting
from onecore.lib.clock import utcnow
from tests.journeys.faults import PASSING, Fault, reading, writing
from tests.journeys.harbor import Harbor
from tests.journeys.processes import free_port


@pytest.fixture(autouse=True)
def _no_traceback(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    assert not [record.getMessage() for record in caplog.records if record.exc_info], "nothing ended in a traceback"


@pytest.mark.parametrize("fault", PASSING, ids=str)
def test_what_passes_leaves_each_bill_once(harbor: Harbor, fault: Fault) -> None:
    for rule in fault.rules:
        harbor.sandbox.post("weather", **rule)
    harbor.run()
    harbor.settle_down()

    harbor.prove(posted=6)
    struck = {rule["effect"]: rule["hits"] for rule in harbor.sandbox.get("weather")["rules"]}
    assert all(struck.values()), f"the weather did not strike: {struck}"
    if fault.sends is not None:
        assert harbor.calls()["create APBILL"] == fault.sends


def test_b39_a_bill_that_is_shown_late_is_not_sent_again(harbor: Harbor, settings: object) -> None:
    settings.ONECORE_VERIFY_WINDOW_S = "4"  # type: ignore[attr-defined]
    harbor.sandbox.post("weather", **writing("late_visibility", seconds=1))
    harbor.sandbox.post("weather", **writing("accept_then_lose"))
    harbor.run()
    harbor.settle_down()
    harbor.prove(posted=6)
    assert harbor.calls()["create APBILL"] == 6


def test_b1_a_ledger_that_is_away_is_asked_again_until_it_is_back(harbor: Harbor, monkeypatch: pytest.MonkeyPatch) -> None:
    harbor.run()
    with monkeypatch.context() as away:
        away.setenv("ONECORE_INTACCT_API_URL", f"http://127.0.0.1:{free_port()}/intacct/ia/xml/xmlgw.phtml")
        work.work(budget_s=1)
    assert not harbor.booked()
    assert Posting.everywhere.filter(state="waiting", sent_at__isnull=True).count() == 3, "surely nothing was sent"
    harbor.settle_down()
    harbor.prove(posted=6)


def test_b9_an_absurd_wait_pauses_the_connection_for_hours_and_not_for_a_year(harbor: Harbor) -> None:
    harbor.sandbox.post("weather", **writing("retry_after", form="absurd"))
    harbor.run()
    work.work(budget_s=2)
    ledger = Connection.everywhere.get(system="intacct")
    assert ledger.paused_until is not None
    assert 0.5 < (ledger.paused_until - utcnow()).total_seconds() / 3600 <= 6
    assert not harbor.booked()
    assert harbor.calls()["create APBILL"] == 3, "nothing is sent while it waits"


def test_b11_a_source_without_calls_left_is_not_asked_until_its_window_opens(harbor: Harbor) -> None:
    reset = int(utcnow().timestamp()) + 2
    headers = {"X-Rate-Limit-Limit": "100", "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": str(reset)}
    harbor.sandbox.post("weather", **reading("status", status=429, headers=headers, body={"errors": "Rate limit"}))
    harbor.run()
    asked = harbor.calls("procore")
    work.work(budget_s=0.5)
    assert harbor.calls("procore") == asked
    harbor.settle_down()
    harbor.prove(posted=6)


def test_b13_a_ledger_without_a_free_slot_is_asked_again(harbor: Harbor) -> None:
    harbor.sandbox.post(f"intacct/{harbor.books}/settings", slots=0, slot_wait_s=0)
    harbor.run()
    work.work(budget_s=1)
    assert not harbor.booked()
    harbor.sandbox.post(f"intacct/{harbor.books}/settings", slots=2)
    harbor.settle_down()
    harbor.prove(posted=6)
    assert harbor.calls()["create APBILL"] == 6


def test_b20_a_redirect_of_a_write_is_not_followed_and_a_person_can_send_it_again(harbor: Harbor) -> None:
    elsewhere = f"http://127.0.0.1:{free_port()}/"
    harbor.sandbox.post("weather", **writing("redirect", location=elsewhere))
    harbor.run()
    harbor.settle_down()
    assert set(harbor.holds().values()) == {"unspecified", "waits_for_document"}
    harbor.prove(posted=0)
    _retry_all(harbor)
    harbor.prove(posted=6)


def test_b20_a_redirect_of_a_reading_is_not_followed(harbor: Harbor) -> None:
    harbor.sandbox.post("weather", **reading("redirect", location=f"http://127.0.0.1:{free_port()}/"))
    assert harbor.run().state == "failed"
    assert "sent us on" in harbor.last_run.sentence
    harbor.settle_down()
    harbor.prove(posted=6)


def _retry_all(harbor: Harbor) -> None:
    held = Document.everywhere.filter(state="held", flow__integration=harbor.integration).select_related("flow")
    acts.retry([document for document in held if harbor.holds()[document.source_id] != "waits_for_document"], by="ana", now=utcnow())
    harbor.settle_down()


def _first_payable(harbor: Harbor) -> dict[str, str]:
    return min(harbor.payable(), key=lambda row: (row["commitment_number"], row["number"]))


def _vendor_of(harbor: Harbor, source_id: str) -> str:
    """The ledger's id of the vendor of one document, as the draft has it."""
    return str(Posting.everywhere.get(document__source_id=source_id).draft["vendor"])


def _account_of(harbor: Harbor, source_id: str) -> str:
    return str(Posting.everywhere.get(document__source_id=source_id).draft["lines"][0]["account"])


def test_b19_an_account_that_was_blocked_holds_what_uses_it_and_unblocking_it_posts(harbor: Harbor) -> None:
    harbor.run()
    account = _account_of(harbor, str(_first_payable(harbor)["id"]))
    harbor.sandbox.post(f"intacct/{harbor.books}/account", id=account, status="inactive")
    harbor.settle_down()
    assert "account_unusable" in harbor.holds().values(), harbor.state()
    assert account in Document.everywhere.filter(holds__reason="account_unusable").values_list("holds__sentence", flat=True)[0]
    harbor.prove()
    harbor.sandbox.post(f"intacct/{harbor.books}/account", id=account, status="active")
    _retry_all(harbor)
    harbor.prove(posted=6)


def test_b38_an_inactive_vendor_holds_his_invoices_and_no_others(harbor: Harbor) -> None:
    harbor.run()
    vendor = _vendor_of(harbor, str(_first_payable(harbor)["id"]))
    harbor.sandbox.post(f"intacct/{harbor.books}/vendor", id=vendor, status="inactive")
    harbor.settle_down()
    assert "vendor_unusable" in harbor.holds().values(), harbor.state()
    harbor.prove()
    assert harbor.booked(), "the others were posted"
    harbor.sandbox.post(f"intacct/{harbor.books}/vendor", id=vendor, status="active")
    _retry_all(harbor)
    harbor.prove(posted=6)


def _project_line(harbor: Harbor) -> list[dict[str, str]]:
    line = Posting.everywhere.filter(flow=harbor.flow).earliest("pk").draft["lines"][0]
    return [{"ACCOUNTNO": line["account"], "TRX_AMOUNT": "100.00", "LOCATIONID": line["location"], "PROJECTID": line["project"]}]


def test_b21_b36_one_bill_keyed_by_hand_under_our_number_never_sinks_the_rest_of_its_batch(harbor: Harbor) -> None:
    harbor.run()
    first = _first_payable(harbor)
    vendor = _vendor_of(harbor, str(first["id"]))
    number = Posting.everywhere.get(document__source_id=str(first["id"])).draft["number"]
    harbor.sandbox.post(f"intacct/{harbor.books}/bill", VENDORID=vendor, RECORDID=number, lines=_project_line(harbor))
    harbor.settle_down()
    assert harbor.holds()[str(first["id"])] == "duplicate_number"
    assert set(harbor.holds().values()) <= {"duplicate_number", "waits_for_document"}
    harbor.prove(foreign=1)


def test_b26_a_source_that_refuses_every_token_asks_for_a_sign_in_and_is_left_alone(harbor: Harbor) -> None:
    harbor.sandbox.post("weather", **reading("status", status=401, times=None, body={"errors": "Unauthorized"}))
    harbor.run()
    assert Connection.everywhere.get(system="procore").status == "sign_in", harbor.state()
    asked = harbor.calls("procore")
    harbor.make_due()
    work.work(budget_s=1)
    assert harbor.calls("procore") == asked, "it is not asked again until someone signed in"


def test_b30_a_ledger_that_withdrew_our_rights_keeps_everything_and_goes_on_after_the_sign_in(harbor: Harbor) -> None:
    from connectors.connections import health

    harbor.run()
    harbor.sandbox.post(f"intacct/{harbor.books}/settings", senders=[], expire_sessions=True)
    work.work(budget_s=2)
    ledger = Connection.everywhere.get(system="intacct")
    assert ledger.status == "sign_in", harbor.state()
    assert not harbor.booked()
    harbor.sandbox.post(f"intacct/{harbor.books}/settings", senders=["onecore_dev"], unlock_users=True)
    health.test(ledger, actor="ana")
    harbor.settle_down()
    harbor.prove(posted=6)


def test_b48_what_no_webhook_told_of_is_found_by_the_next_reading(harbor: Harbor) -> None:
    harbor.sandbox.post("procore/webhooks/pause", paused=True)
    harbor.run()
    harbor.settle_down()
    commitment = harbor.payable()[0]["commitment_id"]
    harbor.sandbox.post(f"procore/{harbor.company}/requisitions", commitment_id=commitment)
    harbor.run()
    harbor.settle_down()
    harbor.prove(posted=len(harbor.payable()))
    assert len(harbor.payable()) == 7


def test_b50_an_unknown_status_is_taken_for_not_approved_and_sinks_nothing(harbor: Harbor) -> None:
    last = max(harbor.payable(), key=lambda row: row["number"])
    harbor.sandbox.post(f"procore/{harbor.company}/requisitions/{last['id']}/edit", status="quantum_superposition")
    harbor.run()
    harbor.settle_down()
    harbor.prove(posted=5)
