"""Signing in to Procore."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs

import pytest
import responses

from connectors.port.connector import Grant, SignIn, Token
from connectors.port.errors import Misfit, SignInAgain
from connectors.procore.auth import authorize, revoke, sign_in

from . import pretend

TOKEN_URL = f"{pretend.API}/oauth/token"
ANSWER = {"access_token": "eyJ0", "token_type": "bearer", "expires_in": 5400, "created_at": 1767225600}


def sent():
    return {name: values[0] for name, values in parse_qs(responses.calls[-1].request.body.decode()).items()}


@responses.activate
def test_the_service_account_gets_a_token_for_ninety_minutes():
    responses.post(TOKEN_URL, json=ANSWER)
    token = sign_in(pretend.opening(), Grant(SignIn.CLIENT_CREDENTIALS))
    assert (token.access, token.expires_at, token.refresh) == ("eyJ0", pretend.NOW + 5400, "")
    assert sent() == {"grant_type": "client_credentials", "client_id": "app-1", "client_secret": "s3cret"}


@responses.activate
def test_a_person_signs_in_by_code_and_stays_signed_in_by_a_rotating_refresh_token():
    responses.post(TOKEN_URL, json=ANSWER | {"refresh_token": "76ba"})
    back = "https://onecore.example/connections/return/"
    token = sign_in(pretend.opening(), Grant(SignIn.AUTHORIZATION_CODE, code="c1", redirect_uri=back, verifier="v"))
    assert token.refresh == "76ba"
    assert (sent()["code"], sent()["redirect_uri"]) == ("c1", back)
    sign_in(pretend.opening(), Grant(SignIn.AUTHORIZATION_CODE, refresh="76ba", redirect_uri=back))
    assert (sent()["grant_type"], sent()["refresh_token"], sent()["redirect_uri"]) == ("refresh_token", "76ba", back)


@responses.activate
def test_a_spent_refresh_token_means_signing_in_again():
    responses.post(TOKEN_URL, status=400, json={"error": "invalid_grant", "error_description": "The refresh token is invalid"})
    with pytest.raises(SignInAgain) as caught:
        sign_in(pretend.opening(), Grant(SignIn.AUTHORIZATION_CODE, refresh="old"))
    assert caught.value.remote_code == "invalid_grant"


def test_no_consent_yet_means_signing_in():
    with pytest.raises(SignInAgain):
        sign_in(pretend.opening(), Grant(SignIn.AUTHORIZATION_CODE))


@pytest.mark.parametrize("config", [{"client_id": ""}, {"client_secret": "  "}, {"company_id": "Harbour"}, {"company_id": "٣"}])
def test_missing_or_malformed_settings_are_named(config):
    opening = replace(pretend.opening(), config=pretend.opening().config | config)
    with pytest.raises(Misfit, match=r"missing|must be a number"):
        sign_in(opening, Grant(SignIn.CLIENT_CREDENTIALS))


def test_the_consent_page_is_procores():
    url = authorize(pretend.opening(), redirect_uri="https://onecore.example/back", state="s1", challenge="ch")
    assert url.startswith(f"{pretend.API}/oauth/authorize?response_type=code&client_id=app-1&")
    assert "state=s1" in url and "s3cret" not in url


@responses.activate
def test_disconnecting_takes_the_token_back():
    responses.post(f"{pretend.API}/oauth/revoke", json={})
    revoke(pretend.opening(), Token("A", 0))
    assert sent() == {"token": "A", "client_id": "app-1", "client_secret": "s3cret"}
