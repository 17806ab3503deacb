"""What stops or worries the start, told to the operator."""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

from connectors import catalog
from onecore.lib.env import SettingError

from . import vault
from .endpoints import endpoints_of


@register(Tags.security)
def the_key_ring_works(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """connections.E001 where credentials could be neither sealed nor opened."""
    try:
        sealed = vault.box().seal("proof", bound_to="check")
        vault.box().open(sealed, bound_to="check")
    except ValueError as problem:
        return [
            Error(
                str(problem),
                hint="Make a key with: manage.py doctor --new-key. Put it first in ONECORE_FIELD_KEYS, old keys behind it.",
                id="connections.E001",
            )
        ]
    return []


@register(Tags.urls)
def the_addresses_are_whole(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """connections.W001 for a system whose addresses in the environment cannot be used."""
    found: list[CheckMessage] = []
    for connector in catalog.all_connectors():
        try:
            endpoints_of(connector)
        except SettingError as problem:
            found.append(checks.Warning(str(problem), hint=f"{connector.label} cannot be called until this is mended.", id="connections.W001"))
    return found
