"""One measured run in a process of its own: fresh database, fresh sandbox, the contractor's world times `scale`."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench.hurried import hurry


def measure(scale: int, latency_s: float) -> dict[str, Any]:
    """Provision, read, prepare, post, and sync again with nothing changed. Figures of each step."""
    os.environ["ONECORE_VAR_DIR"] = tempfile.mkdtemp(prefix="onecore-bench-")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "onecore.settings")
    import django

    MEMORY.start()
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from connectors.connections.models import Integration
    from connectors.onboarding.demo import play
    from connectors.onboarding.demo.place import find_place
    from connectors.onboarding.demo.processes import sandbox_running
    from connectors.onboarding.demo.reach import Control

    hurry()
    with ExitStack() as stack:
        place = find_place()
        place.point_at_sandbox()
        stack.enter_context(sandbox_running(place, scenario="contractor", scale=scale))
        control = Control(place.control)
        control.post("procore/settings", hourly_limit=1_000_000, spike_limit=100_000)
        plan, slug = play.write_files(control, place, webhooks=False)
        # In a process of its own, as in life: what the worker holds is measured, not what bringing a tenant live takes.
        subprocess.run([sys.executable, "-m", "tests.bench.hurried", "provision", str(plan)], check=True, capture_output=True)
        integration = Integration.find(f"{slug}/{slug}")
        return _measured(control, integration, latency_s)


def _measured(control: Any, integration: Any, latency_s: float) -> dict[str, Any]:
    from connectors.sync import work
    from connectors.sync.models import Document, Flow
    from connectors.sync.run import run_flow

    flow = Flow.everywhere.select_related("integration__policy__retainage_account", "integration__source", "integration__ledger").get(
        integration=integration
    )
    figures: dict[str, Any] = {}
    figures["read"] = _step(lambda: run_flow(flow, trigger="command"))
    if latency_s:
        control.post("weather", system="intacct", effect="latency", delay_ms=round(latency_s * 1000), match={})
    figures["post"] = _step(lambda: work.work(budget_s=3600, integration_id=integration.pk))
    states = list(Document.everywhere.values_list("state", flat=True))
    figures["documents"] = len(states)
    figures["posted"] = states.count("posted")
    figures["held"] = states.count("held")
    flow.refresh_from_db()
    figures["again"] = _step(lambda: (run_flow(flow, trigger="command"), work.work(budget_s=3600, integration_id=integration.pk)))
    figures["memory"] = _peak_mb()
    figures["calibration_s"] = _calibration()
    return figures


def _step(act: Callable[[], Any]) -> dict[str, Any]:
    from django.db import connection

    queries = 0

    def count(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(sql, params, many, context)

    before = _calls()
    wall, cpu = time.perf_counter(), time.process_time()
    with connection.execute_wrapper(count):
        act()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    after = _calls()
    made = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
    return {"wall_s": wall, "cpu_s": cpu, "queries": queries, "calls": made, "memory": _peak_mb()}


def _calls() -> dict[str, int]:
    """HTTP exchanges so far, from the call journal: `system operation` to count."""
    from django.db.models import Count

    from connectors.connections.models import Call

    rows = Call.everywhere.values_list("connection__system", "operation").annotate(count=Count("pk"))
    return {f"{system} {operation}": count for system, operation, count in rows.order_by()}


class Memory(threading.Thread):
    """Samples what this process holds apart from mapped files (RssAnon): libraries, and the part of SQLite's file that is mapped."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.own_mb = 0.0

    def run(self) -> None:
        while True:
            status = Path("/proc/self/status").read_text(encoding="ascii")
            held = next(line for line in status.splitlines() if line.startswith("RssAnon"))
            self.own_mb = max(self.own_mb, int(held.split()[1]) / 1024)
            time.sleep(0.05)


MEMORY = Memory()


def _peak_mb() -> dict[str, float]:
    """The most this process held so far, in MiB: of its own, and all (RSS) with the files it maps."""
    return {"own": MEMORY.own_mb, "all": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _calibration() -> float:
    """The time of a fixed loop, so that figures of different machines can be put side by side."""
    started = time.process_time()
    total = 0
    for number in range(2_000_000):
        total += number * number % 7
    return time.process_time() - started


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]), float(sys.argv[2]))))
