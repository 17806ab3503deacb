"""Who did it, in the trail's words, and where they came from."""

from __future__ import annotations

from typing import Any

SYSTEM = "system"


def actor_of(user: Any) -> str:
    """The name by which the trail knows a user; "system" for nobody."""
    return user.get_username() if user is not None and getattr(user, "is_authenticated", False) else SYSTEM


def came_from(request: Any) -> dict[str, str]:
    """The address and program of a request, as far as known."""
    if request is None:
        return {}
    meta = request.META
    said = {"address": meta.get("REMOTE_ADDR", ""), "program": meta.get("HTTP_USER_AGENT", "")[:200]}
    return {name: text for name, text in said.items() if text}
