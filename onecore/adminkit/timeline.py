"""What happened to one thing, in order, drawn the same way on every page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from onecore.adminkit.columns import TONES


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `detail` is long text shown on demand: a request, an answer."""

    at: datetime
    title: str
    text: str = ""
    by: str = ""
    tone: str = "quiet"
    link: str = ""
    detail: str = ""

    def __post_init__(self) -> None:
        if self.tone not in TONES:
            raise ValueError(f"{self.tone!r} is no tone. Choose one of {', '.join(TONES)}.")


def draw(moments: Iterable[Moment]) -> SafeString:
    """A list, newest first; a sentence if nothing happened yet."""
    return render_to_string("admin/timeline.html", {"moments": sorted(moments, key=lambda moment: moment.at, reverse=True)})
