"""The consent page: who may be redirected where, and the code that comes with it."""

import html
import secrets
from urllib.parse import urlencode, urlsplit

from connectors.sandbox.messages import Request, Response, html_response
from connectors.sandbox.procore.oauth_form import OAuthError, read_form
from connectors.sandbox.state import Body
from connectors.sandbox.town import Town

CODE_S = 600
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})


def authorize(town: Town, request: Request) -> Response:
    fields = dict(request.query)
    if request.method == "POST":
        fields |= read_form(request)
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
