"""A real browser: Debian's chromium, driven by Playwright. Without it browser tests skip, loudly, once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update"]
QUIET += ["--disable-sync", "--no-first-run"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for the tests of a module: two players at once are not possible, and none should outlive its tests."""
    if not CHROMIUM.exists():
        pytest.skip(f"NO BROWSER TEST RAN: there is no {CHROMIUM}. Install Debian's chromium.")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()
        # While the player's loop runs, this thread has a second database connection; PostgreSQL could not drop the database.
        connections.close_all()
