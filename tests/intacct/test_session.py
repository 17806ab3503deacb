"""Sessions: opened at the company's own host, used up to their end, renewed once and never in a loop."""

from __future__ import annotations

import pytest
import responses

from connectors.intacct.auth import sign_in
from connectors.intacct.client import is_trusted
from connectors.kit.xml import parse
from connectors.port.connector import Grant, SignIn
from connectors.port.errors import Refused, SignInAgain, TryLater
from connectors.port.ledger import Lookup

from .pretend import (
    API,
    COMPANY,
    NOW,
    Journal,
    Tokens,
    control_failed,
    error,
    failed,
    opened,
    response,
    rows,
    session_opened,
    sign_in_failed,
    signing,
)

GRANT = Grant(SignIn.SESSION)
LOOKUP = Lookup("k1", "bill", "V-1", "INV-1", "TOKEN1")


def nothing_found() -> str:
    return response(rows("query APBILL 0", "APBILL"))


@responses.activate
def test_a_session_is_opened_alone_in_its_request_and_belongs_to_its_endpoint() -> None:
    responses.post(API, body=session_opened())
    token = sign_in(signing(entity_id="100"), GRANT)
    assert token.access == "session-9"
    assert dict(token.extra) == {"endpoint": COMPANY, "entity": ""}
    sent = parse(bytes(responses.calls[0].request.body))
    assert [child.tag for child in sent.find("operation/content/function")] == ["getAPISession"]
    assert sent.findtext("operation/content/function/getAPISession/locationid") == "100"
    assert [child.tag for child in sent.find("operation/authentication/login")] == ["userid", "companyid", "password"]


@responses.activate
def test_the_request_is_written_in_the_order_of_the_gateway() -> None:
    responses.post(API, body=session_opened())
    sign_in(signing(), GRANT)
    body = bytes(responses.calls[0].request.body)
    sent = parse(body)
    assert [child.tag for child in sent] == ["control", "operation"]
    assert [child.tag for child in sent.find("control")] == [
        "senderid",
        "password",
        "controlid",
        "uniqueid",
        "dtdversion",
        "includewhitespace",
        "showadditionalerrorinfo",
    ]
    assert [child.tag for child in sent.find("operation")] == ["authentication", "content"]
    assert sent.findtext("control/password") == "s3nder & <secret>"
    assert responses.calls[0].request.headers["Content-Type"] == "application/xml"


@responses.activate
def test_a_session_ends_early_and_never_later_than_fifty_minutes_from_its_last_use() -> None:
    responses.post(API, body=session_opened())
    assert sign_in(signing(), GRANT).expires_at == NOW + 3000
    short = session_opened().replace("T10:00:00", "T08:10:00")
    responses.replace(responses.POST, API, body=short)
    assert sign_in(signing(), GRANT).expires_at == NOW + 480


@responses.activate
def test_a_session_without_stamps_is_taken_for_fifty_minutes() -> None:
    responses.post(API, body=session_opened().replace("sessiontime", "somethingelse"))
    assert sign_in(signing(), GRANT).expires_at == NOW + 3000


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://intacct.com.evil.example/ia/xml/xmlgw.phtml",
        "https://evilintacct.com/x",
        "http://eu3.intacct.com/ia/xml/xmlgw.phtml",
        "http://169.254.169.254/latest",
        "https://intacct.com@evil.example/",
        "file:///etc/passwd",
        "https://127.0.0.1/ia",
    ],
)
@responses.activate
def test_a_session_that_points_elsewhere_is_refused(endpoint: str) -> None:
    responses.post(API, body=session_opened(endpoint=endpoint))
    with pytest.raises(Refused):
        sign_in(signing(), GRANT)


def test_the_configured_gateway_is_trusted_to_the_port() -> None:
    api = "http://127.0.0.1:9100/intacct/ia/xml/xmlgw.phtml"
    assert is_trusted("http://127.0.0.1:9100/intacct/e/CASCADIA/ia/xml/xmlgw.phtml", api=api)
    assert is_trusted("https://eu3.intacct.com./ia", api=api)
    assert not is_trusted("http://127.0.0.1:9101/x", api=api)
    assert not is_trusted("https://127.0.0.1:9100/x", api=api)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (sign_in_failed(), 200),
        (control_failed("XL03000006", "Incorrect Intacct XML Partner ID or password."), 200),
        (control_failed("XMLGW_JPP0002", "Sign-in information is incorrect. Please check your request."), 401),
        (response(failed("onecore-sign-in", error("Get API Session Failed", "Something went wrong"), function="getAPISession")), 200),
        (sign_in_failed("PL04000055", "This company is a demo company and has expired."), 200),
    ],
)
@responses.activate
def test_a_refused_sign_in_is_asked_once_and_says_who_must_do_what(answer: str, status: int) -> None:
    responses.post(API, body=answer, status=status)
    with pytest.raises(SignInAgain) as caught:
        sign_in(signing(), GRANT)
    assert len(responses.calls) == 1
    assert "us3r-secret" not in caught.value.message


@responses.activate
def test_a_sign_in_that_breaks_down_is_tried_later() -> None:
    responses.post(API, body="<html>maintenance</html>", status=503)
    with pytest.raises(TryLater):
        sign_in(signing(), GRANT)


@responses.activate
def test_a_spent_session_is_renewed_once_and_the_question_asked_again() -> None:
    tokens = Tokens()
    responses.post(COMPANY, body=sign_in_failed())
    responses.post(COMPANY, body=nothing_found())
    assert opened(tokens).find([LOOKUP]) == {"k1": []}
    assert tokens.renewed == 1
    sessions = [parse(bytes(call.request.body)).findtext("operation/authentication/sessionid") for call in responses.calls]
    assert sessions == ["session-1", "session-2"]


@responses.activate
def test_a_session_refused_twice_stops_the_connection() -> None:
    tokens = Tokens()
    responses.post(COMPANY, body=sign_in_failed())
    with pytest.raises(SignInAgain):
        opened(tokens).find([LOOKUP])
    assert (tokens.renewed, len(responses.calls)) == (1, 2)


@responses.activate
def test_a_wrong_sender_is_not_answered_with_a_new_session() -> None:
    tokens = Tokens()
    responses.post(COMPANY, body=control_failed("XL03000006", "Incorrect Intacct XML Partner ID or password."))
    with pytest.raises(SignInAgain, match="sender"):
        opened(tokens).find([LOOKUP])
    assert tokens.renewed == 0


@responses.activate
def test_every_answer_moves_the_end_of_the_session() -> None:
    tokens = Tokens()
    responses.post(COMPANY, body=nothing_found())
    opened(tokens).find([LOOKUP])
    assert tokens.ends == [NOW + 3000]


@responses.activate
def test_no_secret_reaches_the_journal() -> None:
    journal = Journal()
    responses.post(API, body=session_opened(session="session-canary"))
    sign_in(signing(journal=journal), GRANT)
    responses.post(COMPANY, body=nothing_found())
    opened(journal=journal).find([LOOKUP])
    written = "".join(f"{call.request}{call.response}{call.url}" for call in journal.calls)
    assert len(journal.calls) == 2
    for secret in ("s3nder", "us3r-secret", "session-canary", "session-1"):
        assert secret not in written
