"""Walk through a remote list page by page; never for ever, whatever its links say."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)

MOST_PAGES = 5000
_PASSES = 3
_LINK = re.compile(r'<([^>]*)>((?:[^,"]|"[^"]*")*)')
_REL = re.compile(r"""\brel\s*=\s*("([^"]*)"|'([^']*)'|([^\s;,"']+))""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `more`: whether the remote says another follows, None where it does not say. `total`: rows in all."""

    rows: Sequence[Any]
    more: bool | None = None
    total: int | None = None


def links(header: str) -> dict[str, str]:
    """rel -> address of a Link header; empty where there is none."""
    found: dict[str, str] = {}
    for address, rest in _LINK.findall(header):
        match = _REL.search(rest)
        if match:
            for rel in (match[2] or match[3] or match[4] or "").lower().split():
                found.setdefault(rel, address)
    return found


def by_page(fetch: Callable[[int], Page], *, per_page: int, what: str = "the list") -> Iterator[Any]:
    """Rows of pages 1, 2, ... A list that shrank meanwhile is read again, since a row may have slipped
    between two pages; so rows may come twice."""
    for _ in range(_PASSES):
        shrank = yield from _one_pass(lambda index, seen: fetch(index), per_page=per_page, what=what)
        if not shrank:
            return


def by_offset(fetch: Callable[[int], Page], *, per_page: int, what: str = "the list") -> Iterator[Any]:
    """Rows from offset 0 on, the next offset being what was seen so far; else like `by_page`."""
    for _ in range(_PASSES):
        shrank = yield from _one_pass(lambda index, seen: fetch(seen), per_page=per_page, what=what)
        if not shrank:
            return


def _one_pass(fetch: Callable[[int, int], Page], *, per_page: int, what: str) -> Any:
    seen, first_total, last_total = 0, None, None
    previous: Sequence[Any] | None = None
    for index in range(1, MOST_PAGES + 1):
        page = fetch(index, seen)
        if previous is not None and page.rows and list(page.rows) == list(previous):
            log.warning("%s repeats page %s; reading stopped there.", what, index - 1)
            return False
        yield from page.rows
        seen += len(page.rows)
        first_total = page.total if first_total is None else first_total
        last_total = page.total
        previous = page.rows
        if not page.rows or not _goes_on(page, seen=seen, per_page=per_page):
            break
    else:
        log.warning("%s has more than %s pages; reading stopped there.", what, MOST_PAGES)
    return first_total is not None and last_total is not None and last_total < first_total


def _goes_on(page: Page, *, seen: int, per_page: int) -> bool:
    if page.more is not None:
        return page.more
    if page.total is not None:
        return seen < page.total
    return len(page.rows) >= per_page
