"""What Procore's refusals mean. It has six shapes of error body; the words are found in any of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from connectors.kit.http import Answer, BadBody
from connectors.port.errors import Code, ConnectorError, Refused, TryLater
from onecore.lib.redact import redact_text
from onecore.lib.text import one_line

_LONGEST = 400
_NOISE = {"code", "fields", "reason_code", "source", "exception"}
_FRAGMENTS = (
    ("app is not connected", Code.SUBSCRIPTION_MISSING, "The app is not connected to this Procore company. Install it in App Management."),
    ("missing procore-company-id", Code.PERMISSION_MISSING, "Procore did not get a company id. Check the Company ID of the connection."),
)
_BY_STATUS = {
    400: (Code.UNSPECIFIED, "Procore did not accept the request"),
    403: (Code.PERMISSION_MISSING, "Procore does not allow this to the signed-in account; give it access to the project and its tools"),
    404: (Code.NOT_FOUND, "Procore does not have it, or does not show it to the signed-in account"),
    406: (Code.UNSPECIFIED, "Procore did not accept the form of the request"),
    409: (Code.UNSPECIFIED, "Procore is changing the same record at this moment, or has it already"),
    422: (Code.UNSPECIFIED, "Procore's rules do not allow it"),
}


def refusal(answer: Answer, *, operation: str) -> ConnectorError | None:
    """The error of a 4xx answer; None for a good one. 401, 408 and 429 are handled before."""
    if answer.status < 400:
        return None
    said = words(answer)
    found = next(((code, text) for fragment, code, text in _FRAGMENTS if fragment in said.lower()), None)
    code, text = found or _BY_STATUS.get(answer.status, (Code.UNSPECIFIED, f"Procore refused it ({answer.status})"))
    detail = f" Procore says: {said}" if said else ""
    return Refused(
        f"{operation}: {text.rstrip('.')}.{detail}", request_id=answer.request_id, remote_code=str(answer.status), details={"said": said}, code=code
    )


def odd_shape(answer: Answer, *, operation: str, wanted: str) -> TryLater:
    """A readable answer that is not what this call answers with."""
    return TryLater(f"{operation}: Procore answered with something else than {wanted}.", request_id=answer.request_id, remote_code="shape")


def words(answer: Answer) -> str:
    """The sentences of an error body, whatever its shape; "" where there are none for people."""
    try:
        found = answer.json()
    except BadBody:
        text = answer.text
        found = "" if "<" in text[:200] else text
    sentences = list(dict.fromkeys(one_line(text) for text in _sentences(found) if text.strip()))
    return redact_text("; ".join(sentences))[:_LONGEST]


def _sentences(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, str):
        yield f"{name}: {value}" if name else value
    elif isinstance(value, list):
        for item in value:
            yield from _sentences(item, name)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in _NOISE:
                continue
            about = "" if key in {"errors", "error", "message", "reason", "base", "details", "title_text"} else str(key)
            yield from _sentences(item, about)
