"""The fields of a sign-in request, however they were encoded, and the error such a request can meet."""

from typing import Any
from urllib.parse import parse_qsl

from connectors.sandbox.messages import Request


class OAuthError(Exception):
    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.status = status


def read_form(request: Request) -> dict[str, str]:
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
