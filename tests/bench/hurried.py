"""OneCore without Procore's call windows: posting is measured, not how long Procore makes an application wait.

`python -m tests.bench.hurried provision FILE` runs a command so.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

from connectors import catalog
from connectors.port.connector import RatePlan


def hurry() -> None:
    """For this process: the declaration of Procore has no windows. The sandbox is told the same."""
    catalog.CONNECTORS["procore"] = "tests.bench.hurried:PROCORE"
    catalog.connector.cache_clear()


def __getattr__(name: str) -> Any:
    if name != "PROCORE":
        raise AttributeError(name)
    from connectors.procore.connector import CONNECTOR

    return replace(CONNECTOR, rate=RatePlan(concurrent=8))


if __name__ == "__main__":
    from onecore.lib.command import run_command_line

    hurry()
    run_command_line(["manage.py", *sys.argv[1:]])
