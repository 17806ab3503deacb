"""Procore's answers by path, for tests of the source; keeps what was asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import responses

from . import pretend
from .pretend import API, COMPANY


class Town:
    """Every path holds one value, or a function of the request; a pair is (status, body)."""

    def __init__(self) -> None:
        admin = [{"name": name, "user_access_level": {"id": 4, "name": "Admin"}} for name in ("directory", "admin")]
        self.at: dict[str, Any] = {
            "/rest/v1.1/projects": [pretend.PROJECT_ROW],
            "/rest/v1.0/company_configuration": {"currency_iso_code": "aud"},
            "/rest/v1.0/company_base_url": {"zone": "us02", "web_base_url": "https://us02.procore.com"},
            "/rest/v1.0/line_item_types": [{"id": 47, "code": "SUB", "name": "Commitment"}],
            "/rest/v1.1/requisitions": [pretend.requisition()],
            f"/rest/v1.0/companies/{COMPANY}/me": {"id": 1, "is_active": True},
            "/rest/v1.0/companies": [{"id": COMPANY, "name": "Harbour Build Pty Ltd"}],
            "/rest/v1.0/settings/permissions": {"tools": admin},
        }
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        path = request.url.partition("?")[0].removeprefix(API)
        self.asked.append((path, dict(request.params)))
        found = self.at.get(path, (404, {"errors": "Not found"}))
        found = found(request) if callable(found) else found
        status, body = found if isinstance(found, tuple) else (200, found)
        return status, {"Total": str(len(body))} if isinstance(body, list) else {}, json.dumps(body)

    def count(self, path: str) -> int:
        return sum(1 for each, _ in self.asked if each == path)


@contextmanager
def open_town() -> Iterator[Town]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        made = Town()
        mocked.add_callback(responses.GET, re.compile(f"{re.escape(API)}/.*"), made.answer)
        yield made
