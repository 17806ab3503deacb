"""The door for senders: who is it, store, answer. No session, no cookie, no throttle, no word that helps a guesser."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.db import Error as DatabaseFailure
from django.http import UnreadablePostError
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from connectors.webhooks import receive
from connectors.webhooks.senders import authenticator_of
from onecore.lib.clock import utcnow

MAX_BODY_BYTES = 256 * 1024
"""Procore's deliveries are under 2 kB; nothing honest is near this."""
RETRY_AFTER_S = "30"


class TooLarge(APIException):
    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class RawBody(BaseParser):
    """The bytes as they came, at most MAX_BODY_BYTES of them, whatever the content type."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        raw = stream.read(MAX_BODY_BYTES + 1)
        if len(raw) > MAX_BODY_BYTES:
            raise TooLarge
        return raw


class Nothing(BaseRenderer):
    """An empty answer."""

    media_type = "text/plain"
    format = "empty"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        return b""


class AnyAccept(BaseContentNegotiation):
    """A sender's Accept header never matters: a 406 would cost a delivery."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class HookView(APIView):
    """One delivery."""

    http_method_names = ["post"]
    parser_classes = [RawBody]
    renderer_classes = [Nothing]
    content_negotiation_class = AnyAccept
    permission_classes = []
    throttle_classes = []

    def get_authenticators(self) -> list[BaseAuthentication]:
        return [authenticator_of(self.kwargs["system"])]

    def post(self, request: Request, **_: Any) -> Response:
        hook: Any = request.auth
        try:
            raw = request.data
            delivery = receive.read_delivery(raw if isinstance(raw, bytes) else b"")
        except (receive.Malformed, TooLarge, UnreadablePostError) as problem:
            receive.count_malformed(hook)
            return Response(status=getattr(problem, "status_code", HTTPStatus.BAD_REQUEST))
        receive.store(hook, delivery, now=utcnow())
        return Response(status=HTTPStatus.ACCEPTED)

    def handle_exception(self, exc: Exception) -> Response:
        """No answer has a body. A database that fails is our trouble: 503, so that the sender comes again."""
        if isinstance(exc, DatabaseFailure):
            return Response(status=HTTPStatus.SERVICE_UNAVAILABLE, headers={"Retry-After": RETRY_AFTER_S})
        return super().handle_exception(exc)
