"""Everything a mouse can do, a keyboard can: from the menu to the hold, to the very input, to the posted bill."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests import paper

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TABS_AT_MOST = 120


def _tab_until(page: Any, condition: str, *, what: str) -> None:
    """Press Tab until the focused element fits; where the page has put the focus there by itself, nothing is pressed."""
    for _ in range(TABS_AT_MOST):
        if page.evaluate(f"(focused => {condition})(document.activeElement)"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{what} cannot be reached by keyboard on {page.url}")


def _tab_to(page: Any, words: str) -> None:
    """Go to the link or button of these words. Browsers also stop at scrolling regions, whose text holds every link in them."""
    condition = f"/^(A|BUTTON)$/.test(focused.tagName) && focused.innerText.trim().split('\\n').includes({words!r})"
    _tab_until(page, condition, what=repr(words))


def _focused(page: Any) -> dict[str, str]:
    return page.evaluate(
        "() => ({field: document.activeElement.dataset.field || '', label: document.activeElement.getAttribute('aria-label') || '',"
        " name: document.activeElement.tagName})"
    )


def test_the_fix_of_a_hold_is_reached_and_done_without_a_mouse(browser_page, paper_world):
    paper.SHEET.records["1"] = paper.requisition(lines=(paper.line(code="cc9"),))
    paper_world.sync()
    assert paper_world.hold() is not None
    browser_page.goto(reverse("admin:index"))
    _tab_to(browser_page, "Holds")
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url(f"**{reverse('admin:sync_hold_changelist')}")
    _tab_to(browser_page, "Map it")
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url(f"**{reverse('admin:mappings_costcodemapping_changelist')}**")
    browser_page.wait_for_function("document.activeElement.dataset.field === 'account'")
    focused = _focused(browser_page)
    assert focused["name"] == "INPUT"
    assert "CC9" in focused["label"]

    browser_page.keyboard.type("5010")
    browser_page.wait_for_selector("[role=option]")
    with browser_page.expect_response("**/save/") as saved:
        browser_page.keyboard.press("Enter")
    assert saved.value.ok
    paper_world.work()
    assert paper_world.document().state == "posted"


def test_a_document_is_skipped_without_a_mouse(browser_page, paper_world):
    paper.SHEET.records["1"] = paper.requisition(lines=(paper.line(code="cc9"),))
    paper_world.sync()
    browser_page.goto(reverse("admin:sync_document_change", args=[paper_world.document().pk]))
    _tab_to(browser_page, "Skip")
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url("**/skip/")
    _tab_until(browser_page, "focused.id === 'reason'", what="The reason")
    browser_page.keyboard.type("keyed by hand")
    _tab_to(browser_page, "Skip")
    browser_page.keyboard.press("Enter")
    browser_page.wait_for_url("**/change/")
    assert paper_world.document().skip_reason == "keyed by hand"
