"""The home page: panels that apps put into the slots of the menu table.

A slot is a function of the request that returns a Panel, several, or None when it has nothing to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from onecore.menu import HOME
from onecore.portal.named import named


@dataclass(frozen=True, slots=True)
class Panel:
    """One box of the home page: a template and what it shows. `wide` takes the whole row."""

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    wide: bool = True
    link: str = ""
    link_text: str = ""


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the panels to the context of the admin's first page."""
    panels = list(_panels(request)) if getattr(request, "tenant", None) else []
    return {**context, "panels": panels, "title": "Home"}


def _panels(request: HttpRequest) -> Iterator[Panel]:
    for path in HOME:
        slot = named(path)
        made: Panel | Iterable[Panel] | None = slot(request) if slot else None
        if isinstance(made, Panel):
            yield made
        elif made is not None:
            yield from made
