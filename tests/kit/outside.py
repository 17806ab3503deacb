"""A small outside world for the kit's tests: a journal that keeps, and a server that behaves as badly as asked."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from connectors.port.connector import CallRecord, Endpoints, Knobs, Signing

NOW = 1_790_000_000.0


class Journal:
    """Keeps what was written."""

    def __init__(self) -> None:
        self.calls: list[CallRecord] = []

    def wrote(self, call: CallRecord) -> None:
        self.calls.append(call)


def signing(api: str, *, journal: Journal | None = None, **knobs: Any) -> Signing:
    limits = {"connect_s": 1.0, "read_s": 1.0, "total_s": 2.0, **knobs}
    ends = Endpoints(api=api, auth=f"{api}/oauth/authorize", token=f"{api}/oauth/token")
    return Signing(config={}, endpoints=ends, journal=journal or Journal(), knobs=Knobs(**limits), now=lambda: NOW)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    behave: Callable[[Handler], None]

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.command} {self.path}")  # type: ignore[attr-defined]
        self.server.behave(self)  # type: ignore[attr-defined]

    do_POST = do_GET

    def read_body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length") or 0))

    def say(self, body: bytes = b"{}", *, status: int = 200, length: int | None = None, **headers: str) -> None:
        lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body) if length is None else length}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self.wfile.write("\r\n".join([*lines, "", ""]).encode() + body)

    def drip(self, seconds: float) -> None:
        self.say(length=10_000)
        ends = time.monotonic() + seconds
        with contextlib.suppress(OSError):
            while time.monotonic() < ends:
                self.wfile.write(b" ")
                time.sleep(0.02)
        self.close_connection = True

    def reset(self) -> None:
        """Close so that the other side sees a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True
        self.wfile = self.rfile = contextlib.nullcontext()  # type: ignore[assignment]

    def log_message(self, *args: Any) -> None:
        """Quiet."""


class Outside(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, behave: Callable[[Handler], None]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.behave = behave
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The other side hung up: expected here."""


@contextlib.contextmanager
def outside(behave: Callable[[Handler], None]) -> Iterator[Outside]:
    with Outside(behave) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
