"""THE list of systems: key -> where its declaration stands. A table you can read; nothing registers itself."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

from connectors.port.connector import Connector

CONNECTORS = {
    "procore": "connectors.procore.connector:CONNECTOR",
    "intacct": "connectors.intacct.connector:CONNECTOR",
}


def load(dotted: str) -> Any:
    """The thing a `module:name` path points at."""
    module, _, name = dotted.partition(":")
    return getattr(import_module(module), name)


@cache
def connector(key: str) -> Connector:
    """The declaration of one system. Raises KeyError for an unknown key."""
    declaration = load(CONNECTORS[key])
    if not isinstance(declaration, Connector) or declaration.key != key:
        raise TypeError(f"{CONNECTORS[key]} is not the declaration of {key!r}")
    return declaration


def all_connectors() -> list[Connector]:
    """Every declaration, in the order of the table."""
    return [connector(key) for key in CONNECTORS]
