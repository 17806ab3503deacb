"""`manage.py sandbox` as people and scripts start it: a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

pytestmark = pytest.mark.sandbox


def test_it_says_where_it_is_answers_and_ends_cleanly(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "sandbox", "--port", "0", "--scenario", "small", "--state", str(tmp_path / "state.sqlite3"), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"ONECORE_VAR_DIR": str(tmp_path)}) as process:
        try:
            assert process.stdout is not None
            text = ""
            while not text.endswith("\n}\n"):
                line = process.stdout.readline()
                assert line, f"it ended early: {text}"
                text += line
            told = json.loads(text)
            assert requests.get(f"{told['control']}health", timeout=10).status_code == 200
            assert told["environment"]["ONECORE_PROCORE_API_URL"].startswith(told["address"])
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0


def test_it_refuses_a_world_of_no_size(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "sandbox", "--scale", "0", "--state", str(tmp_path / "state.sqlite3")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | {"ONECORE_VAR_DIR": str(tmp_path)})
    assert (done.returncode, done.stderr) == (2, "--scale is 0, but must be at least 1.\n")
