"""Counts for the sidebar. Each is one query and is empty rather than wrong where nobody is signed in."""

from __future__ import annotations

from typing import Any

from connectors.sync.models import Hold
from onecore.lib.scope import has_tenant


def held_badge(request: Any) -> str:
    """How many documents are held for the current tenant; "" for none."""
    if not has_tenant():
        return ""
    count = Hold.objects.filter(resolved_at__isnull=True).count()
    return str(count) if count else ""
