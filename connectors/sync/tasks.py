"""What the bell rings: thin shells around the work. Nothing imports this module; its tasks are named by dotted path."""

from __future__ import annotations

from connectors.sync import pulse
from connectors.sync import work as due_work


def work() -> int:
    """Do what is due. What does not fit into the budget is rung for again by the pulse."""
    pulse.beat()
    return due_work.work()


def beat() -> None:
    """A sign of life from inside a worker."""
    pulse.beat()
