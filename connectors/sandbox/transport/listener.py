"""The HTTP server: keep-alive, and able to lose, cut, drip or reset an answer on the wire."""

import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connectors.sandbox.answering import Sending
from connectors.sandbox.messages import Request, json_response

MAX_BODY_BYTES = 40_000_000
RESET_ON_CLOSE = struct.pack("ii", 1, 0)

Answer = Callable[[Request], Sending]


class BadFraming(ValueError):
    """The request does not say where its body ends."""


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, host: str, port: int, answer: Answer) -> None:
        self.answer = answer
        self._live: set[socket.socket] = set()
        self._live_lock = threading.Lock()
        super().__init__((host, port), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._live_lock:
            self._live.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._live_lock:
            self._live.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is no error of ours; anything else is shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def end(self) -> None:
        self.shutdown()
        self.server_close()
        with self._live_lock:
            live, self._live = self._live, set()
        for connection in live:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # already gone


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 120

    def handle_any(self) -> None:
        server: Any = self.server
        try:
            request = self._request()
        except (BadFraming, ValueError) as error:
            self.close_connection = True
            self._send(Sending(json_response({"errors": str(error)}, status=400)))
            return
        self._send(server.answer(request))

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = handle_any  # noqa: N815 - names the base class asks for

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = parse_qsl(parts.query, keep_blank_values=True)
        return Request(self.command, parts.path, query, headers, self._body(headers))

    def _body(self, headers: dict[str, str]) -> bytes:
        if "chunked" in headers.get("transfer-encoding", ""):
            return self._chunks()
        length = int(headers.get("content-length") or 0)
        if length < 0 or length > MAX_BODY_BYTES:
            raise BadFraming(f"A body of {length} bytes is not accepted")
        body = self.rfile.read(length)
        if len(body) < length:
            raise BadFraming("The body ended early")
        return body

    def _chunks(self) -> bytes:
        parts: list[bytes] = []
        while True:
            size = int(self.rfile.readline(64).split(b";")[0], 16)
            if sum(map(len, parts)) + size > MAX_BODY_BYTES:
                raise BadFraming("The body is too large")
            parts.append(self.rfile.read(size))
            self.rfile.readline(8)
            if not size:
                return b"".join(parts)

    def _send(self, sending: Sending) -> None:
        if sending.mode in ("lose", "reset"):
            self._vanish(reset=sending.mode == "reset")
            return
        response = sending.response
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status not in (204, 304):
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command == "HEAD" or response.status in (204, 304):
            return
        if sending.mode == "cut":
            self.wfile.write(response.body[: sending.keep_bytes])
            self.wfile.flush()
            self.close_connection = True
        elif sending.mode == "drip":
            self._drip(response.body, pace_s=sending.pace_ms / 1000)
        else:
            self.wfile.write(response.body)

    def _drip(self, body: bytes, *, pace_s: float) -> None:
        self.wfile.flush()
        for position in range(len(body)):
            self.wfile.write(body[position : position + 1])
            self.wfile.flush()
            time.sleep(pace_s)

    def _vanish(self, *, reset: bool) -> None:
        """Close without a byte; with reset the peer gets RST instead of FIN."""
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            self.rfile.close()
            self.wfile.close()
            self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Silent: /control/calls tells what was asked."""
