"""The pretend Procore's invoice page: where a deep link leads, and a line gets another cost code."""

from __future__ import annotations

import re

import pytest
import requests

from tests.sandbox_server import Sandbox

pytestmark = pytest.mark.sandbox


def page_of(sandbox: Sandbox, row: dict) -> str:
    return f"{sandbox.address}/procore/{row['project_id']}/project/commitments/work_order_contracts/{row['commitment_id']}/requisitions/{row['id']}"


def header_coded(sandbox: Sandbox) -> tuple[str, str]:
    for row in sandbox.get("source/procore/4281379/requisitions")["requisitions"]:
        text = requests.get(page_of(sandbox, row), timeout=10).text
        if 'class="header"' in text:
            return page_of(sandbox, row), text
    raise AssertionError("no header-coded line in the world")


def test_a_deep_link_shows_the_invoice_and_marks_the_header_coded_line(sandbox: Sandbox) -> None:
    _, text = header_coded(sandbox)
    assert "Pretend Procore" in text
    assert "due this period" in text


def test_giving_the_line_a_code_below_the_header_mends_it(sandbox: Sandbox) -> None:
    page, text = header_coded(sandbox)
    row = re.search(r'<tr class="header">.*?</tr>', text, re.DOTALL)[0]
    line, code = re.search(r'name=line value="(\d+)"', row)[1], re.findall(r'<option value="(\d+)">', row)[0]
    answer = requests.post(page, data={"line": line, "code": code}, timeout=10)
    assert "The line is now coded to" in answer.text
    assert 'class="header"' not in answer.text


def test_an_unknown_invoice_is_not_found(sandbox: Sandbox) -> None:
    assert requests.get(f"{sandbox.address}/procore/1/project/commitments/work_order_contracts/2/requisitions/3", timeout=10).status_code == 404
