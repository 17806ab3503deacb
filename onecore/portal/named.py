"""Look up what the menu names as "module:function". A room that is not installed is simply not listed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any


@cache
def named(path: str) -> Callable[..., Any] | None:
    """The function behind "module:function"; None if the module does not exist. Errors inside a module are raised."""
    module_name, _, name = path.partition(":")
    if not exists(module_name):
        return None
    return getattr(import_module(module_name), name)  # type: ignore[no-any-return]


def exists(module_name: str) -> bool:
    """True if the module can be found; only its parents are imported to look."""
    try:
        return find_spec(module_name) is not None
    except ModuleNotFoundError:
        return False
