"""SIGKILL at any moment: what was answered is kept, tokens and sessions included; SIGTERM ends cleanly."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from connectors.sandbox.server import environment
from tests.sandbox.speaking import IntacctCaller, ProcoreCaller, bill
from tests.sandbox_server import Sandbox

pytestmark = pytest.mark.sandbox
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Elsewhere(Sandbox):
    """A sandbox in a process of its own."""

    where: str

    @property
    def address(self) -> str:
        return self.where

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.where)


def _start(state: Path, port: int = 0) -> tuple[subprocess.Popen[str], Elsewhere]:
    command = [sys.executable, "-m", "connectors.sandbox", "--port", str(port), "--state", str(state), "--scenario", "small"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT)
    assert process.stdout is not None
    line = process.stdout.readline()
    match = re.search(r"http://\S+", line)
    assert match, line + process.stdout.read()
    return process, Elsewhere(None, match[0])  # type: ignore[arg-type]


def _end(process: subprocess.Popen[str], number: int) -> int:
    process.send_signal(number)
    code = process.wait(timeout=10)
    assert process.stdout is not None
    process.stdout.close()
    return code


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    process, sandbox = _start(tmp_path / "sandbox.sqlite3")
    procore, intacct = ProcoreCaller.signed_in(sandbox, "Harbor"), IntacctCaller.signed_in(sandbox, "Harbor")
    claim = procore.requisitions(procore.projects()[0]["id"])[0]
    sandbox.post(f"procore/{procore.company_id}/requisitions/{claim['id']}/edit", comment="changed")
    answer = intacct.ask(*(bill(f"KILL-{number}") for number in range(20)))
    assert {result.status for result in answer.results} == {"success"}
    sandbox.weather("accept_then_lose", system="intacct", match={"operation": "create"}, times=1)
    with pytest.raises(requests.ConnectionError):
        intacct.one(bill("KILL-LOST"))
    _end(process, signal.SIGKILL)

    port = int(sandbox.address.rsplit(":", 1)[1])
    process, again = _start(tmp_path / "sandbox.sqlite3", port)
    numbers = {row["RECORDID"] for row in again.get("ledger/intacct/HARBORPT")["documents"]}
    assert numbers == {*(f"KILL-{number}" for number in range(20)), "KILL-LOST"}
    assert procore.get(f"v1.1/requisitions/{claim['id']}", project_id=claim["project_id"]).json()["comment"] == "changed"
    repeated = intacct.ask(bill("KILL-0"))
    assert repeated.authentication == "success", "the session outlives the process"
    assert repeated.results[0].errorno == "BL34000061"
    assert again.get("weather")["rules"][0]["hits"] == 1
    assert _end(process, signal.SIGTERM) == 0


def test_a_kill_in_the_middle_of_a_batch_keeps_whole_functions_only(tmp_path: Path) -> None:
    process, sandbox = _start(tmp_path / "sandbox.sqlite3")
    intacct = IntacctCaller.signed_in(sandbox, "Harbor")
    content = "".join(f'<function controlid="k{number}">{bill(f"MID-{number}")}</function>' for number in range(400))
    body = intacct.envelope(content)
    killer = subprocess.Popen([sys.executable, "-c", f"import os,time;time.sleep(0.25);os.kill({process.pid},9)"])
    with contextlib.suppress(requests.ConnectionError):  # whether the kill came before the answer is not the point
        requests.post(intacct.url, data=body, headers={"Content-Type": "application/xml"}, timeout=20)
    killer.wait(timeout=10)
    process.wait(timeout=10)
    assert process.stdout is not None
    process.stdout.close()
    process, again = _start(tmp_path / "sandbox.sqlite3")
    for document in again.get("ledger/intacct/HARBORPT")["documents"]:
        assert document["line_count"] == 1
        assert document["total"] == "100.00"
    assert _end(process, signal.SIGTERM) == 0


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    process, sandbox = _start(tmp_path / "one.sqlite3")
    port = sandbox.address.rsplit(":", 1)[1]
    second = subprocess.run(
        [sys.executable, "-m", "connectors.sandbox", "--port", port], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )
    assert second.returncode == 2
    assert "Choose another --port" in second.stderr
    assert _end(process, signal.SIGTERM) == 0
