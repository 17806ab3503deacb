"""How each system proves that it is itself: one authentication class a sender, in a table one can read."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotFound
from rest_framework.request import Request

from connectors.webhooks import receive
from onecore.lib.clock import utcnow


class AuthorizationHeader(BaseAuthentication):
    """The whole Authorization header is the secret, compared by digest. What Procore can send, and all it can send."""

    def authenticate(self, request: Request) -> tuple[None, Any]:
        where = request.parser_context["kwargs"]
        hook = receive.find_hook(where["system"], where["opaque_id"])
        if hook is None:
            raise NotFound
        now = utcnow()
        given = request.META.get("HTTP_AUTHORIZATION", "")
        if not receive.is_true(hook, given, now=now):
            receive.refuse(hook, reason="a wrong secret" if given else "no secret", now=now)
            raise AuthenticationFailed
        return None, hook

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


SENDERS: dict[str, type[BaseAuthentication]] = {"procore": AuthorizationHeader}
"""How each system proves itself. A system that is not here has no address."""


class Unknown(BaseAuthentication):
    """A system without an address: the same answer as for an unknown one."""

    def authenticate(self, request: Request) -> None:
        raise NotFound


def authenticator_of(system: str) -> BaseAuthentication:
    """The proof asked of a system; for one without an address, the answer is that there is none."""
    return SENDERS.get(system, Unknown)()
