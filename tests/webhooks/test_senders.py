"""Whoever gets an address has a proof, and the other way round."""

from __future__ import annotations

from connectors.webhooks.receive import SYSTEMS
from connectors.webhooks.senders import SENDERS


def test_every_system_with_an_address_has_its_proof() -> None:
    assert set(SENDERS) == set(SYSTEMS)
