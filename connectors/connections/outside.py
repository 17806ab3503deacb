"""No network inside a transaction: a rollback could forget what a remote already did."""

from __future__ import annotations

from django.db import connections


def forbid_in_transaction() -> None:
    """Raise RuntimeError while a transaction is open, other than the one a test case wraps around itself."""
    for database in connections.all(initialized_only=True):
        if any(not getattr(block, "_from_testcase", False) for block in database.atomic_blocks):
            raise RuntimeError(
                "A remote call was about to start inside a database transaction. Commit first: claim, call, then settle in a second transaction."
            )
