"""The table of what a remote can do to us, row by row of the catalogue, and what must come of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

CREATE, LOOK, READ = "create APBILL$", "query APBILL$", "/requisitions"


@dataclass(frozen=True)
class Fault:
    """`rules` strike once each unless they say otherwise. `sends`: how often bills were sent in all, 6 where none was resent."""

    row: str
    what: str
    rules: tuple[dict[str, Any], ...]
    sends: int | None = None
    looks_first: bool = False

    def __str__(self) -> str:
        return f"{self.row} {self.what}"


def writing(effect: str, **more: Any) -> dict[str, Any]:
    """Strikes the first request that creates bills."""
    return {"effect": effect, "system": "intacct", "match": {"operation": CREATE}, "times": 1, **more}


def looking(effect: str, **more: Any) -> dict[str, Any]:
    """Strikes the first question whether a bill is there."""
    return {"effect": effect, "system": "intacct", "match": {"operation": LOOK}, "times": 1, **more}


def reading(effect: str, **more: Any) -> dict[str, Any]:
    """Strikes the first reading of invoices."""
    return {"effect": effect, "system": "procore", "match": {"path": READ, "method": "GET"}, "times": 1, **more}


STORED, RESENT = 6, 9
"""The first request carries three bills: adopted they are sent once, lost they are sent twice."""

PASSING = (
    Fault("B3", "no answer in time, nothing stored", (writing("hold_before", ms=900), writing("refuse_before")), RESENT),
    Fault("B3", "connection closed before it was heard", (writing("refuse_before"),), RESENT),
    Fault("B4", "no answer in time, but stored", (writing("hold_after", ms=900),), STORED),
    Fault("B5", "connection closed after it was stored", (writing("accept_then_lose"),), STORED),
    Fault("B5", "connection reset after it was stored", (writing("accept_then_lose", how="reset"),), STORED),
    Fault("B5", "connection reset before it was stored", (writing("reset"),), RESENT),
    Fault("B5", "half an answer", (writing("accept_then_truncate"),), STORED),
    Fault("B5", "connection reset while reading", (reading("reset"),)),
    Fault("B5", "half an answer while reading", (reading("truncated"),)),
    Fault("B6", "an answer byte by byte", (writing("drip", ms_per_byte=30),), STORED),
    Fault("B6", "a list byte by byte", (reading("drip", ms_per_byte=30),)),
    Fault("B7", "an endless answer", (writing("huge"),), STORED),
    Fault("B7", "an endless list", (reading("huge"),)),
    Fault("B8", "429 with seconds", (writing("retry_after", seconds=1),), RESENT),
    Fault("B8", "429 with seconds while reading", (reading("retry_after", seconds=1),)),
    Fault("B9", "429 with a date", (writing("retry_after", form="date", seconds=1),), RESENT),
    Fault("B9", "429 with a negative wait", (writing("retry_after", form="negative"),), RESENT),
    Fault("B9", "429 with a word for a wait", (writing("retry_after", form="nonsense"),), RESENT),
    Fault("B10", "429 without a word", (writing("retry_after", form="none"),), RESENT),
    Fault("B10", "429 without a word while looking", (looking("retry_after", form="none"),), STORED),
    *(Fault("B14", f"{status}, nothing stored", (writing("status", status=status),), RESENT) for status in (500, 502, 503, 504)),
    *(Fault("B14", f"{status}, but stored", (writing("accept_then_status", status=status),), STORED) for status in (500, 502, 503, 504)),
    Fault("B14", "503 with a wait", (writing("status", status=503, headers={"Retry-After": "1"}),), RESENT),
    Fault("B15", "500 while reading", (reading("status", status=500),)),
    Fault("B15", "500 while looking", (looking("status", status=500),), STORED),
    Fault("B15", "500 while reading, again and again", (reading("status", status=500, times=4),)),
    Fault("B16", "a login page instead of storing", (writing("html_200"),), RESENT),
    Fault("B16", "a web page after storing", (writing("accept_then_html"),), STORED),
    Fault("B16", "a login page while reading", (reading("html_200"),)),
    Fault("B17", "a cut document that claims to be whole", (writing("truncated", content_length="claims"),), STORED),
    Fault("B17", "bytes that are no text", (writing("garbage"),), STORED),
    Fault("B17", "a byte order mark", (writing("garbage", form="bom"),), STORED),
    Fault("B17", "bytes that are no text while reading", (reading("garbage"),)),
    Fault("B17", "a byte order mark while reading", (reading("garbage", form="bom"),)),
    Fault("B18", "the wrong content type", (writing("wrong_content_type"),), STORED),
    Fault("B18", "the wrong content type while reading", (reading("wrong_content_type"),)),
    Fault("B22", "results in another order", (writing("reorder_results"),), STORED),
    Fault("B22", "a result is missing", (writing("drop_result"),), STORED),
    Fault("B23", "the session ends in the middle", (writing("expire_tokens"),)),
    Fault("B25", "the source's token ends in the middle", (reading("expire_tokens"),)),
    Fault("B25", "401 once", (reading("status", status=401, body={"errors": "Unauthorized"}),)),
    Fault("B24", "shown only after the window", (writing("late_visibility", seconds=2), writing("accept_then_lose"))),
    Fault("B40", "the ledger forgot our keys", (writing("accept_then_lose"), looking("forget_controlids", skip=1)), STORED),
    Fault("B3", "lost three times over", (writing("refuse_before", times=3),)),
    Fault("B4", "every answer lost", (writing("accept_then_lose", times=None),), STORED),
)
