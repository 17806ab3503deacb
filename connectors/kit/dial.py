"""How the door dials: every address is checked when the connection is made, not when the name was typed.

A name may answer with another address a moment later; so the check sits between look-up and connect.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class BlockedAddress(Exception):
    """The name leads to an address this installation may not call."""


@dataclass(slots=True)
class Wire:
    """What is known of one exchange while it runs. `sent`: bytes of the request may have left."""

    may_call: Callable[[str, int, str], bool]
    dialled: bool = False
    sent: bool = False
    cut: bool = False
    _socket: socket.socket | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def hold(self, sock: socket.socket) -> None:
        with self._lock:
            self._socket = sock
            if self.cut:
                _shut(sock)

    def snap(self) -> None:
        """The total deadline has passed: break the connection under whoever still waits on it."""
        with self._lock:
            self.cut = True
            if self._socket is not None:
                _shut(self._socket)


_wire: ContextVar[Wire | None] = ContextVar("onecore_wire", default=None)


@contextlib.contextmanager
def on_wire(wire: Wire, *, deadline_s: float) -> Iterator[None]:
    """Run one exchange on this wire; it is cut when `deadline_s` are over, however slowly bytes drip."""
    fuse = threading.Timer(max(deadline_s, 0.001), wire.snap)
    fuse.daemon = True
    token = _wire.set(wire)
    fuse.start()
    try:
        yield
    finally:
        fuse.cancel()
        _wire.reset(token)


def place(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address, lower case. Raises ValueError for what is none."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None or parts.password is not None:
        raise ValueError(f"{url!r} is not a plain http or https address")
    return scheme, parts.hostname.lower().rstrip("."), parts.port or _DEFAULT_PORTS[scheme]


def is_public(address: str) -> bool:
    """True for an address of the open internet; loopback, private, link-local and disguised ones are not."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


class CheckedAdapter(HTTPAdapter):
    """requests' transport with our connections in its pools; never retries by itself."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}


class _Dialling:
    host: str
    port: int
    timeout: Any
    socket_options: Any
    sock: Any

    def _new_conn(self) -> socket.socket:
        wire = _wire.get()
        if wire is None:
            raise BlockedAddress("Connections are made by the door only.")
        wire.dialled = True
        sock = _dial(self, wire)
        wire.hold(sock)
        return sock

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]
        wire = _wire.get()
        if wire is not None:
            wire.hold(self.sock)
            wire.sent = True
        super().send(data)  # type: ignore[misc]


class _Connection(_Dialling, HTTPConnection):
    pass


class _TlsConnection(_Dialling, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def _dial(connection: Any, wire: Wire) -> socket.socket:
    host, port = connection.host.strip("[]"), connection.port
    try:
        found = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as problem:
        unknown = problem if isinstance(problem, socket.gaierror) else socket.gaierror(str(problem))
        raise NameResolutionError(host, connection, unknown) from problem
    blocked = [where[0] for *_, where in found if not wire.may_call(host, port, str(where[0]))]
    if blocked:
        raise BlockedAddress(f"{host} leads to {blocked[0]}, an address inside a private network.")
    last: OSError = OSError("the name has no address")
    for family, kind, protocol, _, where in found:
        sock = socket.socket(family, kind, protocol)
        try:
            for option in connection.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(connection.timeout)
            sock.connect(where)
        except OSError as problem:
            sock.close()
            last = problem
        else:
            return sock
    if isinstance(last, TimeoutError):
        raise ConnectTimeoutError(connection, f"no connection to {host} in {connection.timeout} s") from last
    raise NewConnectionError(connection, f"{last.strerror or last}") from last


def _shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # Not SSLSocket.shutdown: that one forgets the TLS state under the thread that is still reading.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
