"""The grid under real hands: a browser, a keyboard, no mouse."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from mappings.ensure import ensure_all
from mappings.models import CostCodeMapping
from onecore.lib.scope import tenant_scope
from tests.chromium import chromium  # noqa: F401
from tests.mappings.conftest import Place, build, furnish
from tests.mappings.test_grid import GRID, row_of, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def place(transactional_db: None) -> Iterator[Place]:
    made = furnish(build("Acme"))
    with tenant_scope(made.tenant):
        ensure_all(made.integration)
        yield made


@pytest.fixture
def page(chromium: Any, place: Place, live_server: Any) -> Iterator[Page]:  # noqa: F811
    cookie = signed_in(place).cookies["sessionid"].value
    context = chromium.new_context()
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    tab = context.new_page()
    faults: list[str] = []
    tab.on("pageerror", lambda problem: faults.append(str(problem)))
    tab.goto(live_server.url + GRID)
    yield tab
    context.close()
    assert faults == []


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label')"))


def account_of(place: Place, remote_id: str) -> str:
    mapping = CostCodeMapping.everywhere.select_related("account").get(source=place.ref("cost_code", remote_id))
    return mapping.account.code if mapping.account else ""


def saved(page: Page, count: int) -> None:
    page.wait_for_function(f"document.querySelectorAll('tr.mg-done').length === {count}")


def test_typing_and_enter_saves_and_goes_to_the_next_row(place: Place, page: Page) -> None:
    assert "03-300" in focused(page)
    page.keyboard.type("drywall")
    page.wait_for_selector("[role=option][aria-selected=true]")
    page.keyboard.press("Enter")
    assert "09-250" in focused(page)
    saved(page, 1)
    assert account_of(place, "101") == "5020"
    assert page.inner_text("[data-count=mapped]") == "1"


def test_fast_hands_need_not_wait_for_the_list(place: Place, page: Page) -> None:
    for code in ("5010", "5020"):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    saved(page, 2)
    assert (account_of(place, "101"), account_of(place, "102")) == ("5010", "5020")


def test_what_fits_several_is_asked_not_guessed(place: Place, page: Page) -> None:
    page.keyboard.type("50")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('tbody .mg-fault').textContent.includes('several fit')")
    assert account_of(place, "101") == ""


def test_a_refused_account_says_why_beside_the_field_and_escape_reverts(place: Place, page: Page) -> None:
    page.keyboard.type("1000")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('tbody .mg-fault').textContent.includes('bank account CHK1')")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Escape")
    assert page.input_value("tbody tr:first-child [data-field=account]") == ""
    assert page.inner_text("tbody tr:first-child .mg-fault") == ""
    assert account_of(place, "101") == ""


def test_undo_takes_back_what_was_saved(place: Place, page: Page) -> None:
    page.keyboard.type("5010")
    page.keyboard.press("Enter")
    saved(page, 1)
    page.click("text=Undo")
    page.wait_for_function("document.querySelector('[data-count=mapped]').textContent === '0'")
    assert account_of(place, "101") == ""


def test_a_link_from_a_hold_lands_in_the_very_field(place: Place, page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}{GRID}?focus={row_of(place, '102')}")
    page.wait_for_function("document.activeElement.dataset.field === 'account'")
    assert "09-250" in focused(page)
