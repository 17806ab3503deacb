"""OAuth of the pretend Procore: who gets a token, how long it lives, what a lost refresh costs."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.sandbox.speaking import ProcoreCaller
from tests.sandbox_server import Sandbox

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("calm")]
REDIRECT = "http://127.0.0.1:8000/connections/return/"


def _token(sandbox: Sandbox, **fields: Any) -> requests.Response:
    pair = sandbox.pair("Cascadia")["procore"]
    data = {"client_id": pair["client_id"], "client_secret": pair["client_secret"], **fields}
    return requests.post(f"{sandbox.address}/procore/oauth/token", data=data, timeout=10)


def _code(sandbox: Sandbox, **more: str) -> str:
    client_id = sandbox.pair("Cascadia")["procore"]["client_id"]
    query = {"response_type": "code", "client_id": client_id, "redirect_uri": REDIRECT, "state": "s-1", "auto": "1", **more}
    answer = requests.get(f"{sandbox.address}/procore/oauth/authorize", params=query, allow_redirects=False, timeout=10)
    assert answer.status_code == 302
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == ["s-1"]
    return back["code"][0]


def test_a_service_account_gets_a_token_without_a_refresh_token(sandbox: Sandbox) -> None:
    body = _token(sandbox, grant_type="client_credentials").json()
    assert body["token_type"] == "bearer"
    assert body["expires_in"] == 5400
    assert "refresh_token" not in body


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"grant_type": "client_credentials", "client_secret": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "nobody"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "nope", "redirect_uri": REDIRECT}, 400, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "nope"}, 400, "invalid_grant"),
    ],
)
def test_a_bad_token_request_is_refused_by_name(sandbox: Sandbox, fields: dict[str, str], status: int, error: str) -> None:
    answer = _token(sandbox, **fields)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_code_works_once_and_only_with_its_redirect_address(sandbox: Sandbox) -> None:
    code = _code(sandbox)
    assert _token(sandbox, grant_type="authorization_code", code=code, redirect_uri=REDIRECT + "x").status_code == 400
    assert _token(sandbox, grant_type="authorization_code", code=code, redirect_uri=REDIRECT).json()["refresh_token"]
    assert _token(sandbox, grant_type="authorization_code", code=code, redirect_uri=REDIRECT).json()["error"] == "invalid_grant"


def test_a_code_dies_after_ten_minutes(sandbox: Sandbox) -> None:
    code = _code(sandbox)
    sandbox.post("clock", advance_s=601)
    assert _token(sandbox, grant_type="authorization_code", code=code, redirect_uri=REDIRECT).status_code == 400


def test_the_consent_page_asks_before_it_redirects_and_takes_no_foreign_address(sandbox: Sandbox) -> None:
    client_id = sandbox.pair("Cascadia")["procore"]["client_id"]
    query = {"response_type": "code", "client_id": client_id, "redirect_uri": REDIRECT}
    page = requests.get(f"{sandbox.address}/procore/oauth/authorize", params=query, allow_redirects=False, timeout=10)
    assert page.status_code == 200
    assert "<form" in page.text
    foreign = requests.get(
        f"{sandbox.address}/procore/oauth/authorize", params={**query, "redirect_uri": "https://evil.example/"}, allow_redirects=False, timeout=10
    )
    assert foreign.json()["error"] == "invalid_redirect_uri"


def test_a_refresh_token_works_once_even_if_the_answer_is_lost(sandbox: Sandbox) -> None:
    first = _token(sandbox, grant_type="authorization_code", code=_code(sandbox), redirect_uri=REDIRECT).json()
    sandbox.weather("accept_then_lose", system="procore", match={"operation": "POST oauth/token"}, times=1)
    with pytest.raises(requests.ConnectionError):
        _token(sandbox, grant_type="refresh_token", refresh_token=first["refresh_token"])
    again = _token(sandbox, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert again.json() == {"error": "invalid_grant", "error_description": "The refresh token is invalid"}


def test_a_refresh_gives_new_tokens_and_kills_the_old_ones(sandbox: Sandbox) -> None:
    first = _token(sandbox, grant_type="authorization_code", code=_code(sandbox), redirect_uri=REDIRECT).json()
    second = _token(sandbox, grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    company = sandbox.pair("Cascadia")["procore"]["company_id"]
    assert ProcoreCaller(sandbox, company, first["access_token"]).get("v1.0/me").status_code == 401
    assert ProcoreCaller(sandbox, company, second["access_token"]).get("v1.0/me").status_code == 200


def test_an_access_token_expires_by_the_clock_and_by_revocation(sandbox: Sandbox) -> None:
    caller = ProcoreCaller.signed_in(sandbox, "Cascadia")
    assert caller.get("v1.0/me").status_code == 200
    sandbox.post("clock", advance_s=5401)
    assert caller.get("v1.0/me").status_code == 401
    fresh = ProcoreCaller.signed_in(sandbox, "Cascadia")
    pair = sandbox.pair("Cascadia")["procore"]
    fields = {"token": fresh.token, "client_id": pair["client_id"], "client_secret": pair["client_secret"]}
    assert requests.post(f"{sandbox.address}/procore/oauth/revoke", data=fields, timeout=10).status_code == 200
    assert fresh.get("v1.0/me").status_code == 401


def test_token_info_tells_the_seconds_left(sandbox: Sandbox) -> None:
    caller = ProcoreCaller.signed_in(sandbox, "Cascadia")
    headers = {"Authorization": f"Bearer {caller.token}"}
    info = requests.get(f"{sandbox.address}/procore/oauth/token/info", headers=headers, timeout=10).json()
    assert 5390 <= info["expires_in_seconds"] <= 5400


def test_the_company_header_is_asked_of_service_accounts_everywhere(procore: ProcoreCaller) -> None:
    answer = procore.call("GET", "v1.0/me", headers={"Procore-Company-Id": None})
    assert answer.status_code == 400
    assert answer.text.startswith("Missing Procore-Company-Id header!")


def test_a_person_may_ask_for_her_companies_without_the_header(sandbox: Sandbox) -> None:
    tokens = _token(sandbox, grant_type="authorization_code", code=_code(sandbox), redirect_uri=REDIRECT).json()
    caller = ProcoreCaller(sandbox, 0, tokens["access_token"])
    answer = caller.call("GET", "v1.0/companies", headers={"Procore-Company-Id": None})
    assert [row["name"] for row in answer.json()] == ["Cascadia Builders"]
    assert caller.call("GET", "v1.1/projects", headers={"Procore-Company-Id": None}).status_code == 400


def test_one_client_cannot_read_the_other_company(sandbox: Sandbox, procore: ProcoreCaller) -> None:
    foreign = sandbox.pair("Borealis")["procore"]["company_id"]
    answer = procore.call("GET", "v1.0/vendors", params={"company_id": foreign}, headers={"Procore-Company-Id": str(foreign)})
    assert (answer.status_code, answer.json()) == (403, {"errors": "App is not connected to this company"})
    mixed = procore.get("v1.0/vendors", company_id=foreign)
    assert mixed.status_code == 403
