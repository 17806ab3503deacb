"""Tokens are fetched, renewed and taken back; a lost renewal is never taken for nothing."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from connectors.kit import oauth2
from connectors.kit.http import Door
from connectors.port.errors import Refused, SignInAgain, TryLater, Uncertain

from .outside import NOW, Journal, signing

API = "https://login.example"
APP = oauth2.OAuthApp("me", "s3cret", f"{API}/oauth/token", f"{API}/oauth/authorize", f"{API}/oauth/revoke")
GOOD = {"access_token": "A", "token_type": "bearer", "expires_in": 5400, "refresh_token": "R2", "created_at": 1}


@pytest.fixture
def journal():
    return Journal()


@pytest.fixture
def door(journal):
    return Door(signing(API, journal=journal))


def sent():
    return {
        name: values[0]
        for name, values in parse_qs(
            responses.calls[-1].request.body.decode() if isinstance(responses.calls[-1].request.body, bytes) else responses.calls[-1].request.body
        ).items()
    }


@responses.activate
def test_an_application_signs_in_with_its_credentials(door):
    responses.post(APP.token_url, json=GOOD | {"refresh_token": None})
    token = oauth2.client_credentials(door, APP)
    assert (token.access, token.refresh, token.expires_at) == ("A", "", NOW + 5400)
    assert sent() == {"grant_type": "client_credentials", "client_id": "me", "client_secret": "s3cret"}


@responses.activate
def test_a_consent_code_is_exchanged_with_its_verifier(door):
    responses.post(APP.token_url, json=GOOD)
    token = oauth2.exchange_code(door, APP, code="c0de", redirect_uri="https://us.example/back", verifier="v" * 50)
    assert token.refresh == "R2"
    assert sent() == {
        "grant_type": "authorization_code", "client_id": "me", "client_secret": "s3cret",
        "code": "c0de", "redirect_uri": "https://us.example/back", "code_verifier": "v" * 50,
    }  # fmt: skip


@responses.activate
def test_a_refresh_brings_a_new_refresh_token_or_keeps_the_old(door):
    responses.post(APP.token_url, json=GOOD)
    assert oauth2.refresh(door, APP, refresh_token="R1", redirect_uri="https://us.example/back").refresh == "R2"
    assert sent()["refresh_token"] == "R1"
    assert sent()["redirect_uri"] == "https://us.example/back"
    responses.replace(responses.POST, APP.token_url, json={"access_token": "A"})
    token = oauth2.refresh(door, APP, refresh_token="R1")
    assert (token.refresh, token.expires_at) == ("R1", NOW + 3600)


@responses.activate
def test_the_secret_can_travel_in_the_header(door, journal):
    responses.post(APP.token_url, json=GOOD)
    oauth2.client_credentials(door, replace(APP, secret_in_header=True))
    assert responses.calls[0].request.headers["Authorization"] == "Basic bWU6czNjcmV0"
    assert "s3cret" not in str(responses.calls[0].request.body)
    assert "s3cret" not in repr(journal.calls) and "bWU6czNjcmV0" not in repr(journal.calls)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"body": requests.ReadTimeout()}, Uncertain),
        ({"body": requests.ConnectTimeout()}, TryLater),
        ({"status": 502, "body": "bad gateway"}, Uncertain),
        ({"status": 429}, TryLater),
        ({"status": 200, "body": "<html>sign in</html>"}, Uncertain),
        ({"status": 200, "body": '{"access_tok'}, Uncertain),
        ({"status": 200, "json": {"token_type": "bearer"}}, SignInAgain),
        ({"status": 400, "json": {"error": "invalid_grant", "error_description": "spent"}}, SignInAgain),
        ({"status": 401, "json": {"error": "invalid_client"}}, SignInAgain),
        ({"status": 403, "body": "no"}, SignInAgain),
        ({"status": 400, "json": {"error": "temporarily_unavailable"}}, TryLater),
        ({"status": 404, "body": "?"}, Refused),
        ({"status": 302, "headers": {"Location": "https://evil.example"}}, Refused),
    ],
)
@responses.activate
def test_every_answer_to_a_refresh_has_its_consequence(door, answer, error):
    responses.post(APP.token_url, **answer)
    with pytest.raises(error):
        oauth2.refresh(door, APP, refresh_token="R1")


@responses.activate
def test_the_application_may_simply_ask_again_after_a_lost_answer(door):
    responses.post(APP.token_url, body=requests.ReadTimeout())
    with pytest.raises(TryLater):
        oauth2.client_credentials(door, APP)


def test_the_consent_address_carries_state_and_challenge():
    verifier, challenge = oauth2.pkce_pair()
    assert oauth2.challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B
    asked = parse_qs(urlsplit(oauth2.consent_url(APP, redirect_uri="https://us.example/back?x=1", state="s&t", challenge=challenge)).query)
    assert asked["state"] == ["s&t"]
    assert asked["redirect_uri"] == ["https://us.example/back?x=1"]
    assert (asked["code_challenge"], asked["code_challenge_method"]) == ([oauth2.challenge_of(verifier)], ["S256"])


@responses.activate
def test_a_token_is_taken_back_and_a_failure_is_told(door, journal):
    responses.post(APP.revoke_url, json={})
    oauth2.revoke(door, APP, token="A-secret")
    assert sent() == {"token": "A-secret", "client_id": "me", "client_secret": "s3cret"}
    assert "A-secret" not in repr(journal.calls)
    responses.replace(responses.POST, APP.revoke_url, status=400)
    with pytest.raises(Refused):
        oauth2.revoke(door, APP, token="A")
