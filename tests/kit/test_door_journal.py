"""Every call is written down, and no secret with it."""

from __future__ import annotations

import pytest
import requests
import responses

from connectors.kit.http import Door
from connectors.port.errors import TryLater, Uncertain

from .outside import Journal, signing

API = "https://api.example"
CANARY = "canary-7f3a"


@pytest.fixture
def journal():
    return Journal()


@pytest.fixture
def door(journal):
    return Door(signing(API, journal=journal))


@responses.activate
def test_it_masks_secrets_in_address_form_json_and_answer(door, journal):
    responses.post(f"{API}/oauth/token", json={"access_token": CANARY, "refresh_token": CANARY, "expires_in": 5})
    responses.post(f"{API}/x", body=f"<r><sessionid>{CANARY}</sessionid></r>")
    door.exchange("POST", f"{API}/oauth/token", operation="a", writes=True, form={"client_secret": CANARY, "code": CANARY, "grant_type": "x"})
    door.exchange("POST", f"{API}/x", operation="b", writes=True, params={"token": CANARY}, json={"password": CANARY, "deep": [{"api_key": CANARY}]})
    door.exchange(
        "POST", f"{API}/x", operation="c", writes=True, body=f"<a><password>{CANARY}</password></a>".encode(), headers={"Authorization": CANARY}
    )
    assert len(journal.calls) == 3
    assert CANARY not in repr(journal.calls)


@responses.activate
def test_it_keeps_the_codes_that_are_no_secrets_readable(door, journal):
    responses.get(f"{API}/codes", json=[{"code": "03-300", "tax_code_id": 12}])
    door.exchange("GET", f"{API}/codes", operation="list", writes=False)
    assert '"code": "03-300"' in journal.calls[0].response


@responses.activate
def test_it_writes_down_calls_that_had_no_answer(door, journal):
    responses.post(f"{API}/x", body=requests.ConnectionError("gone"))
    with pytest.raises(Uncertain):
        door.exchange("POST", f"{API}/x", operation="store", writes=True, body=b"x")
    assert (journal.calls[0].status, journal.calls[0].operation) == (0, "store")
    assert "may have been stored" in journal.calls[0].error


@responses.activate
def test_a_connect_timeout_sent_nothing(door):
    responses.post(f"{API}/x", body=requests.ConnectTimeout())
    with pytest.raises(TryLater, match="Nothing was sent"):
        door.exchange("POST", f"{API}/x", operation="store", writes=True, body=b"x")


@responses.activate
def test_it_cuts_what_is_too_long_for_the_journal(door, journal):
    responses.get(f"{API}/x", body="y" * 50_000)
    door.exchange("GET", f"{API}/x", operation="list", writes=False)
    assert len(journal.calls[0].response) < 21_000
    assert "more characters" in journal.calls[0].response


@responses.activate
def test_it_holds_the_slot_while_it_calls(journal):
    held = []

    class OneSlot:
        def slot(self):
            return self

        def __enter__(self):
            held.append("in")

        def __exit__(self, *exc):
            held.append("out")

    def answer(request):
        held.append("call")
        return 200, {}, "{}"

    responses.add_callback(responses.GET, f"{API}/x", answer)
    Door(signing(API, journal=journal), throttle=OneSlot()).exchange("GET", f"{API}/x", operation="x", writes=False)
    assert held == ["in", "call", "out"]
