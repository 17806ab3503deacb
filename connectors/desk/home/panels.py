"""The panels of the first page, top to bottom: what is held, who must sign in, what to map, how it ran, the money."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from connectors.desk.home.board import read_board
from connectors.desk.home.told import Board, MoneyOf, Oldest
from onecore.adminkit.columns import age_text, badge, money_text
from onecore.lib.clock import utcnow
from onecore.lib.money import Money
from onecore.lib.scope import current_tenant_id
from onecore.portal.home import Panel

_RUN_TONES = {"running": "info", "done": "good", "failed": "bad"}
_STANDING = {"on": ("On", "good"), "paused": ("Paused", "warn"), "off": ("Off", "quiet")}


def panels(request: HttpRequest) -> list[Panel]:
    """For the menu's HOME table. Whoever may not look at the tenant's rows is told nothing."""
    if not request.user.has_perm("onecore.view"):
        return []
    return list(_panels(read_board(current_tenant_id(), now=utcnow())))


def _panels(board: Board) -> Iterator[Panel]:
    if board.worker_silent:
        yield Panel("Nobody is working", "desk/silent.html", {"seen": age_text(board.worker_seen, now=board.now) if board.worker_seen else ""})
    yield _held(board)
    if board.needy:
        yield Panel("Connections that need someone", "desk/needy.html", {"needy": board.needy}, wide=False)
    if board.oldest:
        yield Panel("Waiting longest", "desk/oldest.html", _oldest(board.oldest, board), wide=False)
    if board.unmapped:
        yield Panel("To map", "desk/unmapped.html", {"unmapped": board.unmapped}, wide=False)
    if board.money:
        yield Panel("Money by integration", "desk/money.html", {"rows": [_money(row) for row in board.money]})
    if board.runs:
        yield _runs(board)


def _held(board: Board) -> Panel:
    rows = [{"reason": item, "amount": _text(item.amount), "since": age_text(item.since, now=board.now)} for item in board.held]
    context: dict[str, Any] = {"rows": rows, "documents": board.held_documents, "totals": [_text(money) for money in board.held_money]}
    return Panel("Held documents", "desk/held.html", context, link=reverse("admin:sync_hold_changelist"), link_text="All holds")


def _oldest(oldest: Oldest, board: Board) -> dict[str, Any]:
    return {
        "oldest": oldest,
        "amount": _text(oldest.amount),
        "approved": age_text(oldest.approved, now=board.now),
        "state": badge(oldest.state, "warn" if oldest.state == "Held" else "info"),
    }


def _money(row: MoneyOf) -> dict[str, Any]:
    return {"row": row, "posted": _text(row.posted), "moving": _text(row.moving), "held": _text(row.held)}


def _runs(board: Board) -> Panel:
    rows = [
        {
            "run": run,
            "standing": badge(*_STANDING[run.standing]),
            "when": age_text(run.at, now=board.now),
            "ended": badge(run.state.capitalize(), _RUN_TONES.get(run.state, "quiet")) if run.state else "",
        }
        for run in board.runs
    ]
    return Panel("Last runs", "desk/runs.html", {"rows": rows}, link=reverse("admin:sync_run_changelist"), link_text="All runs")


def _text(money: Money) -> str:
    return money_text(money.amount, money.currency)
