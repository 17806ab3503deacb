"""A real browser on the live portal: Debian's chromium, driven by Playwright. Without it these tests are skipped, loudly, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from tests.chromium import chromium  # noqa: F401
from tests.factories.people import PASSWORD, a_person
from tests.world import PaperWorld, paper_world  # noqa: F401


@pytest.fixture
def browser_page(chromium: Any, transactional_db: None, paper_world: PaperWorld, live_server: Any) -> Iterator[Any]:  # noqa: F811
    """Carl, signed in at Acme. A script that fails on a page fails the test."""
    carl = a_person("Carl", acme="finance")
    carl.set_password(PASSWORD)
    carl.save()
    context = chromium.new_context(base_url=live_server.url, viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.set_default_timeout(45_000)
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(reverse("account_login"))
    page.fill("input[name=login]", "carl")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"**{reverse('admin:index')}")
    yield page
    context.close()
    assert not failures, failures
