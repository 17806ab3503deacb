"""Sign-in: client credentials, authorization code, single-use rotating refresh tokens, revoke and token info."""

import secrets
from typing import Any

from connectors.sandbox.messages import Request, Response, json_response
from connectors.sandbox.procore.consent import authorize
from connectors.sandbox.procore.oauth_form import OAuthError, read_form
from connectors.sandbox.state import Body, Where
from connectors.sandbox.town import Town

ACCESS_TOKEN_S = 5400


def answer_oauth(town: Town, request: Request) -> Response:
    route = (request.method, request.path.removeprefix("/procore/oauth/"))
    acts = {
        ("GET", "authorize"): authorize,
        ("POST", "authorize"): authorize,
        ("POST", "token"): _token,
        ("GET", "token/info"): _info,
        ("POST", "revoke"): _revoke,
    }
    act = acts.get(route)
    if act is None:
        return json_response({"error": "not_found"}, status=404)
    try:
        with town.state.transaction():
            return act(town, request)
    except OAuthError as error:
        return json_response({"error": error.error, "error_description": str(error)}, status=error.status)


def bearer(town: Town, request: Request) -> Body | None:
    """The live access token of this request."""
    kind, _, value = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not value:
        return None
    token = town.state.find("procore", "token", value.strip())
    if token is None or token["revoked"] or token["expires_at"] <= town.clock.stamp():
        return None
    return token


def expire_tokens(town: Town) -> None:
    with town.state.transaction():
        for token in list(town.state.select("procore", "token")):
            _keep(town, {**token, "expires_at": 0})


# ---- authorize


# ---- token


def _client(town: Town, fields: dict[str, str]) -> Body:
    app = town.state.find("procore", "app", fields.get("client_id", ""))
    if app is None or not secrets.compare_digest(app["client_secret"], fields.get("client_secret", "")):
        raise OAuthError(
            "invalid_client",
            "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.",
            status=401,
        )
    return app


def _token(town: Town, request: Request) -> Response:
    fields = read_form(request)
    app = _client(town, fields)
    grant = fields.get("grant_type")
    if grant == "client_credentials":
        return _issue(town, app, app["user_id"], refreshable=False)
    if grant == "authorization_code":
        code = town.state.find("procore", "code", fields.get("code", ""))
        if code is None or not _code_is_good(town, code, app, fields):
            raise _bad_grant()
        town.state.put("procore", "code", code["id"], {**code, "used": True}, k1=code["code"])
        return _issue(town, app, code["user_id"], refreshable=True)
    if grant == "refresh_token":
        old = _by_refresh(town, fields.get("refresh_token", ""))
        if old is None or old["revoked"] or old["client_id"] != app["client_id"]:
            raise _bad_grant("The refresh token is invalid")
        _keep(town, {**old, "revoked": True})
        return _issue(town, app, old["user_id"], refreshable=True)
    if not grant:
        raise OAuthError("invalid_request", "Missing required parameter: grant_type.")
    raise OAuthError("unsupported_grant_type", "The authorization grant type is not supported by the authorization server.")


def _code_is_good(town: Town, code: Body, app: Body, fields: dict[str, str]) -> bool:
    return (
        not code["used"]
        and code["expires_at"] > town.clock.stamp()
        and code["client_id"] == app["client_id"]
        and code["redirect_uri"] == fields.get("redirect_uri")
    )


def _bad_grant(text: str | None = None) -> OAuthError:
    return OAuthError(
        "invalid_grant",
        text
        or "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI "
        "used in the authorization request, or was issued to another client.",
    )


def _by_refresh(town: Town, value: str) -> Body | None:
    found = list(town.state.select("procore", "token", Where(k2=[value]))) if value else []
    return found[0] if found else None


def _issue(town: Town, app: Body, user_id: int, *, refreshable: bool) -> Response:
    life = int(town.settings("procore").get("access_token_s", ACCESS_TOKEN_S))
    created = int(town.clock.stamp())
    token = {
        "id": town.state.next_id("procore:token"), "access": secrets.token_urlsafe(48),
        "refresh": secrets.token_hex(32) if refreshable else None, "client_id": app["client_id"], "user_id": user_id,
        "created_at": created, "expires_at": created + life, "revoked": False,
    }  # fmt: skip
    _keep(town, token)
    body: dict[str, Any] = {"access_token": token["access"], "token_type": "bearer", "expires_in": life, "created_at": created}
    if refreshable:
        body["refresh_token"] = token["refresh"]
    return json_response(body, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


def _keep(town: Town, token: Body) -> None:
    town.state.put("procore", "token", token["id"], token, k1=token["access"], k2=token["refresh"])


def _info(town: Town, request: Request) -> Response:
    token = bearer(town, request)
    if token is None:
        raise OAuthError("invalid_token", "The access token is invalid", status=401)
    return json_response(
        {
            "resource_owner_id": token["user_id"],
            "scopes": [],
            "expires_in_seconds": int(token["expires_at"] - town.clock.stamp()),
            "application": {"uid": token["client_id"]},
            "created_at": token["created_at"],
        }
    )


def _revoke(town: Town, request: Request) -> Response:
    fields = read_form(request)
    app = _client(town, fields)
    value = fields.get("token", "")
    token = town.state.find("procore", "token", value) or _by_refresh(town, value)
    if token is not None and token["client_id"] == app["client_id"]:
        _keep(town, {**token, "revoked": True})
    return json_response({})
