"""A control call's body and its refusals."""

from typing import Any

from connectors.sandbox.messages import Request


class BadRequest(Exception):
    def __init__(self, text: str, *, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


def fields(request: Request, *, allowed: tuple[str, ...] | None = None) -> dict[str, Any]:
    try:
        value = request.json()
    except ValueError as error:
        raise BadRequest(f"The body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadRequest("The body must be a JSON object")
    unknown = sorted(set(value) - set(allowed)) if allowed is not None else []
    if unknown:
        raise BadRequest(f"Unknown field {unknown[0]}; this call takes: {', '.join(allowed or ())}")
    return value


def missing(what: str) -> BadRequest:
    return BadRequest(what, status=404)
