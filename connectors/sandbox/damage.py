"""The broken answers that remotes and the proxies before them really give."""

from datetime import datetime, timedelta
from email.utils import format_datetime

from connectors.sandbox.messages import Response, html_response, json_response
from connectors.sandbox.weather import Rule

ABSURD_WAIT_S = 31_536_000
MAINTENANCE = "<html><head><title>Maintenance</title></head><body><h1>We will be right back</h1></body></html>"
LOGIN = "<!DOCTYPE html><html><body><form action='/login'>Please sign in to continue</form></body></html>"


def instead(rule: Rule, *, now: datetime) -> Response | None:
    """The answer given without processing the request, if the rule is of that kind."""
    effect = rule["effect"]
    if effect == "status":
        return _status(rule, default=503)
    if effect == "retry_after":
        return _throttled(rule, now=now)
    if effect == "html_200":
        return html_response(str(rule.get("body", LOGIN)))
    if effect == "redirect":
        location = str(rule.get("location", "https://elsewhere.example/"))
        return Response(int(rule.get("status", 302)), b"", {"Location": location, "Content-Type": "text/html"})
    return None


def spoiled(response: Response, rule: Rule) -> Response:
    """The answer to a request that was processed, made unreadable."""
    effect = rule["effect"]
    headers = dict(response.headers)
    if effect == "accept_then_status":
        return _status(rule, default=502)
    if effect == "accept_then_html":
        return html_response(str(rule.get("body", MAINTENANCE)), status=int(rule.get("status", 200)))
    if effect == "garbage":
        mark = b"\xef\xbb\xbf" if rule.get("form") == "bom" else b"\xff\xfe\xc3\x28"
        return Response(response.status, mark + response.body, headers)
    if effect == "huge":
        return Response(response.status, b" " * int(rule.get("bytes", 100_000_000)), headers)
    if effect == "wrong_content_type":
        headers["Content-Type"] = str(rule.get("content_type", "text/plain"))
        return Response(response.status, response.body, headers)
    return response


def _status(rule: Rule, *, default: int) -> Response:
    status = int(rule.get("status", default))
    body = rule.get("body", MAINTENANCE)
    headers = {str(key): str(value) for key, value in dict(rule.get("headers") or {}).items()}
    if isinstance(body, dict | list):
        return json_response(body, status=status, headers=headers)
    kind = "application/xml" if str(body).lstrip().startswith("<?xml") else "text/html; charset=utf-8"
    return Response(status, str(body).encode(), {"Content-Type": kind, **headers})


def _throttled(rule: Rule, *, now: datetime) -> Response:
    form = rule.get("form", "seconds")
    seconds = int(rule.get("seconds", 2))
    value = {
        "seconds": str(seconds),
        "date": format_datetime(now + timedelta(seconds=seconds), usegmt=True),
        "negative": "-5",
        "absurd": str(ABSURD_WAIT_S),
        "nonsense": "soon",
    }.get(str(form))
    headers = {} if value is None else {"Retry-After": value}
    return json_response({"errors": "Too many requests"}, status=int(rule.get("status", 429)), headers=headers)
