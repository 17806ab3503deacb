"""`make bench`: the posting path in one run, at no latency and at 80 ms, and ten times the documents for memory."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

LATENCY_S = 0.08
SCALE = 8  # about 1,000 invoices
LARGE = 80  # about 10,000


def main() -> None:
    large = "--large" in sys.argv
    _say(f"Posting the contractor's world × {SCALE} (about 1,000 invoices), at no latency")
    still = _run(SCALE, 0.0)
    _say(f"The same with {LATENCY_S * 1000:.0f} ms on every call to the ledger")
    slow = _run(SCALE, LATENCY_S)
    for line in _lines(still, slow):
        _say(line)
    if large:
        _say(f"\nThe world × {LARGE} (about 10,000 invoices)")
        many = _run(LARGE, 0.0)
        memory = many["memory"]
        _say(f"  peak memory                    {memory['all']:8.0f} MB for {many['documents']} documents (bar: 250)")
        _say(f"    without what files it maps   {memory['own']:8.0f} MB")
        _say(f"  post CPU per bill, ÷ that of 1,000   {_per_bill(many) / _per_bill(still):8.2f} ×")


def _lines(still: dict[str, Any], slow: dict[str, Any]) -> list[str]:
    writes = sum(count for name, count in still["post"]["calls"].items() if _is_write(name))
    looks = sum(count for name, count in still["post"]["calls"].items() if not _is_write(name))
    floor = (writes + looks) * LATENCY_S
    own, slow_s, loop_s = still["post"]["wall_s"], slow["post"]["wall_s"], still["calibration_s"]
    queries = (still["read"]["queries"] + still["post"]["queries"]) / still["documents"]
    again = still["again"]["calls"]
    again_writes = sum(count for name, count in again.items() if _is_write(name))
    return [
        "",
        f"  documents                      {still['documents']:8d} ({still['posted']} posted, {still['held']} held)",
        f"  queries a document             {queries:8.2f} (bar: 12)",
        f"  gateway calls that write       {writes:8d} (bar: 25 for 1,000)",
        f"  gateway calls that look        {looks:8d}",
        f"  own time at no latency         {own:8.2f} s = {own / loop_s:.1f} × the calibration loop ({loop_s:.2f} s)",
        f"  own CPU, still and with latency  {still['post']['cpu_s']:6.2f} s, {slow['post']['cpu_s']:.2f} s (apart: the machine's noise)",
        f"  calls × latency                {floor:8.2f} s (one worker, one call at a time)",
        f"  wall at {LATENCY_S * 1000:.0f} ms                  {slow_s:8.2f} s",
        f"    ÷ (1.3 × calls × latency + own time)  {slow_s / (1.3 * floor + own):8.2f} (bar: 1)",
        f"  unchanged sync                 {sum(again.values()):8d} calls, {again_writes} writes, {still['again']['queries']} queries",
        f"  peak memory                    {still['memory']['all']:8.0f} MB, {still['memory']['own']:.0f} without what files it maps",
    ]


def _is_write(name: str) -> bool:
    return name.startswith("intacct") and ("create" in name or "send" in name or "update" in name)


def _per_bill(figures: dict[str, Any]) -> float:
    return float(figures["post"]["cpu_s"]) / max(1, figures["posted"])


def _run(scale: int, latency_s: float) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", "tests.bench.world", str(scale), str(latency_s)], capture_output=True, text=True, check=False)
    if done.returncode:
        _say(done.stderr[-3000:])
        raise SystemExit(1)
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
