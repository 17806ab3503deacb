"""Sign-in: client credentials, authorization code, single-use rotating refresh tokens, revoke and token info."""

import html
import secrets
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from connectors.sandbox.messages import Request, Response, html_response, json_response
from connectors.sandbox.state import Body, Where
from connectors.sandbox.town import Town

ACCESS_TOKEN_S = 5400
CODE_S = 600
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


class OAuthError(Exception):
    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.status = status


def answer_oauth(town: Town, request: Request) -> Response:
    route = (request.method, request.path.removeprefix("/procore/oauth/"))
    acts = {
        ("GET", "authorize"): _authorize,
        ("POST", "authorize"): _authorize,
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


def _form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "")
    if "json" in kind:
        try:
            value: Any = request.json()
        except ValueError as error:
            raise OAuthError("invalid_request", "The body is not JSON") from error
        return {str(key): str(entry) for key, entry in value.items()} if isinstance(value, dict) else {}
    if "multipart/form-data" in kind:
        return _multipart(kind, request.body)
    return dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _multipart(kind: str, body: bytes) -> dict[str, str]:
    from email import message_from_bytes

    message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    fields: dict[str, str] = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            fields[name] = payload.decode().strip()
    return fields


# ---- authorize


def _authorize(town: Town, request: Request) -> Response:
    fields = dict(request.query)
    if request.method == "POST":
        fields |= _form(request)
    app = town.state.find("procore", "app", fields.get("client_id", ""))
    if app is None:
        raise OAuthError("invalid_client", "Client authentication failed due to unknown client.", status=401)
    redirect_uri = fields.get("redirect_uri", "")
    if not _may_redirect(app, redirect_uri):
        raise OAuthError("invalid_redirect_uri", "The requested redirect uri is malformed or doesn't match client redirect URI.")
    if fields.get("response_type") != "code":
        raise OAuthError("unsupported_response_type", "The authorization server does not support this response type.")
    if fields.get("deny"):
        return _redirect(redirect_uri, {"error": "access_denied", "state": fields.get("state", "")})
    if request.method == "POST" or fields.get("auto") == "1":
        return _grant(town, app, fields, redirect_uri)
    inputs = "".join(f'<input type="hidden" name="{html.escape(key)}" value="{html.escape(value)}">' for key, value in fields.items())
    return html_response(
        f"<!DOCTYPE html><html><head><title>Pretend Procore</title></head><body><h1>Allow {html.escape(app['client_id'])}?</h1>"
        f'<form method="post" action="/procore/oauth/authorize">{inputs}'
        '<button type="submit">Allow</button><button type="submit" name="deny" value="1">Deny</button></form></body></html>'
    )


def _may_redirect(app: Body, uri: str) -> bool:
    if uri == OUT_OF_BAND or uri in app["redirect_uris"]:
        return True
    parts = urlsplit(uri)
    return parts.scheme in ("http", "https") and parts.hostname in LOOPBACK and not parts.fragment


def _grant(town: Town, app: Body, fields: dict[str, str], redirect_uri: str) -> Response:
    user = _person(town, app, fields.get("login"))
    code = secrets.token_hex(20)
    number = town.state.next_id("procore:code")
    town.state.put("procore", "code", number, {
        "id": number, "code": code, "client_id": app["client_id"], "user_id": user["id"], "redirect_uri": redirect_uri,
        "expires_at": town.clock.stamp() + CODE_S, "used": False,
    }, k1=code)  # fmt: skip
    if redirect_uri == OUT_OF_BAND:
        return html_response(f"<html><body><code>{code}</code></body></html>")
    return _redirect(redirect_uri, {"code": code, "state": fields.get("state", "")})


def _person(town: Town, app: Body, login: str | None) -> Body:
    """Whoever signs in: the one named, or the first person of the app's company."""
    for user in town.state.select("procore", "user"):
        if user["companies"] == app["companies"] and (login is None or user["login"] == login):
            return user
    raise OAuthError("access_denied", "The resource owner or authorization server denied the request.", status=401)


def _redirect(uri: str, parameters: dict[str, str]) -> Response:
    joint = "&" if "?" in uri else "?"
    filled = {key: value for key, value in parameters.items() if value}
    return Response(302, b"", {"Location": f"{uri}{joint}{urlencode(filled)}", "Content-Type": "text/html"})


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
    fields = _form(request)
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
    fields = _form(request)
    app = _client(town, fields)
    value = fields.get("token", "")
    token = town.state.find("procore", "token", value) or _by_refresh(town, value)
    if token is not None and token["client_id"] == app["client_id"]:
        _keep(town, {**token, "revoked": True})
    return json_response({})
