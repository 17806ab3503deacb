"""Where a system lives and how long we wait for it: from the declaration and the environment, never from the database."""

from __future__ import annotations

import dataclasses
import ipaddress
from urllib.parse import urlsplit

from django.conf import settings

from connectors.port.connector import Connector, Endpoints, Knobs
from onecore.lib.env import Env, SettingError

_PARTS = ("api", "auth", "token")


def endpoints_of(connector: Connector, env: Env | None = None) -> Endpoints:
    """The declared addresses, each replaced by its ONECORE_<SYSTEM>_{API,AUTH,TOKEN}_URL. Raises SettingError.

    All or none: with only some replaced, credentials of a pretend system would travel to the real one, or the reverse.
    """
    env = env or Env()
    declared = dataclasses.asdict(connector.endpoints)
    given = {part: env.text(setting_of(connector, part), "").strip() for part in _PARTS}
    given = {part: _checked(setting_of(connector, part), url) for part, url in given.items() if url}
    missing = [setting_of(connector, part) for part in _PARTS if declared[part] and part not in given]
    if given and missing:
        raise SettingError(
            f"{', '.join(setting_of(connector, part) for part in given)} is set, but {' and '.join(missing)} is not. Set all of them, or none."
        )
    return Endpoints(**{part: given.get(part, declared[part]) for part in _PARTS})


def setting_of(connector: Connector, part: str) -> str:
    """The name of the setting that replaces one address."""
    return f"ONECORE_{connector.key.upper()}_{part.upper()}_URL"


def knobs() -> Knobs:
    """The time limits of the settings."""
    return Knobs(
        connect_s=settings.ONECORE_HTTP_CONNECT_S,
        read_s=settings.ONECORE_HTTP_READ_S,
        total_s=settings.ONECORE_HTTP_TOTAL_S,
        egress_allow=tuple(settings.ONECORE_EGRESS_ALLOW),
    )


def _checked(name: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingError(f"{name} is {url!r}, but must be an address like https://api.example.com.")
    if parts.username or parts.password:
        raise SettingError(f"{name} holds a user or password. Leave them out: credentials belong to the connection.")
    if parts.scheme == "http" and settings.PRODUCTION and not _is_loopback(parts.hostname):
        raise SettingError(f"{name} is not encrypted (http). In production only https is allowed, except on this machine itself.")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
