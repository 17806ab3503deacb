"""Sending: the stored bytes go out once, every member gets its own answer, and what is not clear is never guessed."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import requests
import responses

from connectors.kit.xml import parse
from connectors.port.drafts import Operation
from connectors.port.errors import Code, Refused, SignInAgain, TryLater, Uncertain
from connectors.port.ledger import Composition, KeyedDraft, Outcome

from .pretend import COMPANY, Tokens, bill, control_failed, credit, error, failed, opened, response, result, sign_in_failed

CREATED = '<data listtype="objects" count="1"><apbill><RECORDNO>{}</RECORDNO></apbill></data>'


def composed(*keys: str, draft: bool = False) -> Composition:
    return opened().compose([KeyedDraft(key, Operation.CREATE, bill(number=key, as_draft=draft)) for key in keys], control="batch-1")


def send(composition: Composition, body: str, *, status: int = 200, tokens: Tokens | None = None) -> Sequence[Outcome]:
    responses.post(COMPANY, body=body, status=status)
    return opened(tokens).send(composition, guard=lambda: None)


@responses.activate
def test_every_member_is_matched_by_its_key_and_not_by_position() -> None:
    answer = response(result("b", CREATED.format(2)), failed("c", error("BL01001973", "Invalid Vendor V-1")), result("a", CREATED.format(1)))
    first, second, third = send(composed("a", "b", "c"), answer)
    assert (first.booked.ledger_ref, second.booked.ledger_ref) == ("1", "2")
    assert isinstance(third.error, Refused)
    assert third.error.code is Code.VENDOR_UNUSABLE


@responses.activate
def test_the_stored_bytes_are_sent_as_they_are_under_the_uniqueness_check() -> None:
    composition = composed("a")
    send(composition, response(result("a", CREATED.format(1)), control_id="batch-1"))
    sent = bytes(responses.calls[0].request.body)
    assert composition.body in sent
    envelope = parse(sent)
    assert envelope.findtext("control/uniqueid") == "true"
    assert envelope.findtext("control/controlid") == "batch-1"
    assert envelope.find("operation").get("transaction") == "false"


@responses.activate
def test_every_member_keeps_its_own_part_of_the_exchange() -> None:
    first, second = send(composed("a", "b"), response(result("a", CREATED.format(1)), failed("b", error("X", "no"))))
    assert "<RECORDID>a</RECORDID>" in first.request
    assert "<RECORDNO>1</RECORDNO>" in first.answer
    assert "<RECORDID>b</RECORDID>" in second.request
    assert "<errorno>X</errorno>" in second.answer
    assert "session-1" not in first.request + first.answer + second.request + second.answer


@responses.activate
def test_a_missing_answer_is_uncertain_and_the_others_stand() -> None:
    first, second = send(composed("a", "b"), response(result("a", CREATED.format(1))))
    assert first.booked is not None
    assert isinstance(second.error, Uncertain)


@responses.activate
def test_two_different_answers_for_one_member_are_uncertain() -> None:
    (only,) = send(composed("a"), response(result("a", CREATED.format(1)), failed("a", error("X", "no"))))
    assert isinstance(only.error, Uncertain)


@responses.activate
def test_success_without_a_record_number_is_uncertain() -> None:
    (only,) = send(composed("a"), response(result("a", "<data/>")))
    assert isinstance(only.error, Uncertain)


@responses.activate
def test_an_aborted_function_is_sent_again() -> None:
    (only,) = send(composed("a"), response(failed("a", error("XL03000009", "rolled back"), status="aborted")))
    assert isinstance(only.error, TryLater)


@responses.activate
def test_a_draft_is_not_yet_in_the_books() -> None:
    (only,) = send(composed("a", draft=True), response(result("a", CREATED.format(1))))
    assert (only.booked.state, only.booked.settled) == ("Draft", False)


@responses.activate
def test_adjustments_answer_by_key_and_voids_by_status_alone() -> None:
    items = [
        KeyedDraft("a", Operation.CREATE, credit()),
        KeyedDraft("b", Operation.VOID, bill(as_draft=True), ledger_ref="77"),
        KeyedDraft("c", Operation.VOID, bill(), ledger_ref="78"),
        KeyedDraft("d", Operation.AMEND, bill(), ledger_ref="79"),
    ]
    answer = response(
        result("a", "<key>501</key>", function="create_apadjustment"),
        result("b", "", function="delete"),
        result("c", "<key>990</key>", function="reverse_bill"),
        result("d", CREATED.format(79), function="update"),
    )
    outcomes = send(opened().compose(items, control="x"), answer)
    told = [(each.booked.ledger_ref, each.booked.kind, each.booked.void) for each in outcomes]
    assert told == [("501", "vendor_credit", False), ("77", "bill", True), ("78", "bill", True), ("79", "bill", False)]


@responses.activate
def test_an_answer_to_another_request_is_uncertain() -> None:
    with pytest.raises(Uncertain):
        send(composed("a"), response(result("a", CREATED.format(1)), control_id="batch-2"))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<html><body>Maintenance</body></html>", 200),
        ("<response><control><status>succ", 200),
        ("", 200),
        ("", 500),
        ("<html>502</html>", 502),
        ("gone", 504),
        ("<other/>", 200),
        ("<response><control><status>success</status></control></response>", 200),
        ('<!DOCTYPE r [<!ENTITY a "b">]><response><control><status>success</status></control></response>', 200),
        (control_failed("XX", "internal"), 500),
        (control_failed("GW-0001", "Unable to process request"), 500),
    ],
)
@responses.activate
def test_an_answer_that_is_not_clear_leaves_the_write_uncertain(body: str, status: int) -> None:
    with pytest.raises(Uncertain):
        send(composed("a"), body, status=status)


@pytest.mark.parametrize("problem", [requests.ReadTimeout(), requests.ConnectionError(ConnectionResetError(104, "reset"))])
@responses.activate
def test_a_lost_answer_leaves_the_write_uncertain(problem: Exception) -> None:
    responses.post(COMPANY, body=problem)
    with pytest.raises(Uncertain):
        opened().send(composed("a"), guard=lambda: None)


@responses.activate
def test_no_free_slot_means_nothing_was_done() -> None:
    responses.post(COMPANY, body=control_failed("GW-0010", "Too many requests"), status=429, headers={"Retry-After": "30"})
    with pytest.raises(TryLater) as caught:
        opened().send(composed("a"), guard=lambda: None)
    assert (caught.value.after_s, caught.value.pauses_connection) == (30, True)


@responses.activate
def test_a_request_the_gateway_cannot_parse_is_refused_whole() -> None:
    with pytest.raises(Refused):
        send(composed("a"), control_failed("XL03000003", "XML Parse schema error"))


@responses.activate
def test_an_xml_answer_with_an_http_error_is_read_like_any_other() -> None:
    (only,) = send(composed("a"), response(failed("a", error("BL34000061", "Another Bill with the given value(s) exists"))), status=400)
    assert isinstance(only.error, Refused)
    assert only.error.code is Code.DUPLICATE_NUMBER


@responses.activate
def test_a_redirect_is_not_followed() -> None:
    responses.post(COMPANY, status=302, headers={"Location": "https://evil.example/"})
    with pytest.raises(Refused):
        opened().send(composed("a"), guard=lambda: None)
    assert len(responses.calls) == 1


@responses.activate
def test_a_session_that_ended_mid_way_is_renewed_and_the_same_bytes_sent() -> None:
    tokens = Tokens()
    composition = composed("a")
    responses.post(COMPANY, body=sign_in_failed())
    (only,) = send(composition, response(result("a", CREATED.format(1))), tokens=tokens)
    assert only.booked.ledger_ref == "1"
    assert tokens.renewed == 1
    assert all(composition.body in bytes(call.request.body) for call in responses.calls)


@responses.activate
def test_a_lease_that_is_over_stops_the_bytes() -> None:
    class LeaseOver(Exception):
        pass

    def guard() -> None:
        raise LeaseOver

    responses.post(COMPANY, body=response(result("a", CREATED.format(1))))
    with pytest.raises(LeaseOver):
        opened().send(composed("a"), guard=guard)
    assert not responses.calls


@responses.activate
def test_a_session_that_cannot_be_renewed_stops_before_anything_is_written() -> None:
    with pytest.raises(SignInAgain):
        send(composed("a"), sign_in_failed())


@responses.activate
def test_a_duplicate_control_id_says_it_was_done_before() -> None:
    (only,) = send(composed("a"), response(failed("a", error("XL03000999", "controlid a has already been processed"))))
    assert isinstance(only.error, Refused)
    assert only.error.code is Code.ALREADY_DONE
