"""`manage.py demo` on an empty machine: exact the first time, nothing new the second; then people fix what is held and all is posted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.journeys.bases import Bases
from tests.journeys.processes import KNOBS, free_port

FIGURES = ("source_total", "posted_total", "held_total", "skipped_total", "ledger_total")
COUNTS = ("documents", "posted", "held", "skipped")


@dataclass
class Machine:
    """A place where the demo has its own state."""

    folder: Path
    environment: dict[str, str]

    def command(self, *words: str, timeout: int = 300) -> Any:
        done = subprocess.run(
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *words],
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
        assert "Traceback" not in done.stderr
        return json.loads(done.stdout) if "--json" in words else done.stdout


@pytest.fixture
def machine(bases: Bases, django_db_blocker: Any, tmp_path: Path) -> Iterator[Machine]:
    with django_db_blocker.unblock(), bases.fresh() as url:
        ports = {"ONECORE_DEMO_WEB_PORT": str(free_port()), "ONECORE_DEMO_SANDBOX_PORT": str(free_port())}
        # The trail's key is shared with this process, which reads the same rows.
        keys = {"ONECORE_AUDIT_KEY": settings.ONECORE_AUDIT_KEY, "ONECORE_FIELD_KEYS": ",".join(settings.ONECORE_FIELD_KEYS)}
        yield Machine(tmp_path, {"DATABASE_URL": url, "ONECORE_VAR_DIR": str(tmp_path), **ports, **keys, "ONECORE_POLL_S": KNOBS["ONECORE_POLL_S"]})


def test_the_demo_comes_out_exact_and_a_second_one_posts_nothing(machine: Machine) -> None:
    first = machine.command("demo", "--json")
    assert first == json.loads((machine.folder / "demo" / "report.json").read_text(encoding="utf-8"))
    _check_shape(first)
    [row] = first["integrations"]
    assert row["posted"] > 100
    assert {hold["reason"] for hold in row["holds"]} >= {"cost_code_unmapped", "period_closed"}, row["holds"]

    second = machine.command("demo", "--json")
    _check_shape(second)
    assert {name: second["integrations"][0][name] for name in (*COUNTS, *FIGURES)} == {name: row[name] for name in (*COUNTS, *FIGURES)}
    assert machine.command("verify_audit", "--json")["ok"] is True


def _check_shape(report: dict[str, Any]) -> None:
    assert report["ok"] is True
    assert report["audit_verified"] is True
    for row in report["integrations"]:
        assert {"name", "source", "ledger", "currency", "flows"} <= set(row)
        for part in (row, *row["flows"]):
            assert all(isinstance(part[name], str) for name in FIGURES)
            sums = {name: Decimal(part[name]) for name in FIGURES}
            assert part["documents"] == part["posted"] + part["held"] + part["skipped"]
            assert sums["source_total"] == sums["posted_total"] + sums["held_total"] + sums["skipped_total"]
            assert sums["posted_total"] == sums["ledger_total"]
        assert all({"flow", "currency"} <= set(flow) for flow in row["flows"])
