"""What the first page tells of one tenant, as plain data. Eight queries, whatever the number of rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, Q, Subquery, Sum
from django.urls import reverse

from connectors.connections.models import Connection
from connectors.desk.home.told import Board, HeldReason, LastRun, MoneyOf, Needy, Oldest, Unmapped
from connectors.sync.models import Document, Flow, Hold, Run
from connectors.sync.pulse import last_beat
from connectors.sync.reasons import REASONS
from connectors.sync.states import DocumentState
from mappings.counts import unmapped_counts
from mappings.kinds import KINDS
from onecore.lib.money import ZERO, sum_by_currency
from onecore.lib.money import Money as Amount

RECENT_DAYS = 30
SILENT_AFTER = timedelta(minutes=5)
"""A worker writes a sign of life more often than this."""

FLOWS_SHOWN = 50

_ON_ITS_WAY = (DocumentState.PENDING, DocumentState.QUEUED)
_NEEDS_SOMEONE = ("sign_in", "unreachable", "new")


def read_board(tenant_id: int, *, now: datetime) -> Board:
    held = _held(tenant_id)
    seen = last_beat()
    totals = sum_by_currency(item.amount for item in held)
    return Board(
        held=tuple(held),
        held_documents=sum(item.documents for item in held),
        held_money=tuple(Amount(amount, currency) for currency, amount in sorted(totals.items())),
        needy=tuple(_needy(tenant_id)),
        unmapped=tuple(_unmapped(tenant_id)),
        runs=tuple(_runs(tenant_id)),
        oldest=_oldest(tenant_id, now),
        money=tuple(_money(tenant_id, now)),
        worker_seen=seen,
        worker_silent=seen is None or now - seen > SILENT_AFTER,
        now=now,
    )


def _held(tenant_id: int) -> list[HeldReason]:
    rows = Hold.everywhere.filter(tenant_id=tenant_id, resolved_at__isnull=True).order_by().values("reason", "currency")
    sums = list(rows.annotate(documents=Count("pk"), amount=Sum("amount"), since=Min("opened_at")).order_by("currency", "-amount", "reason"))
    largest: dict[str, Decimal] = {}
    for row in sums:
        largest[row["currency"]] = max(largest.get(row["currency"], ZERO), abs(row["amount"]))
    page = reverse("admin:sync_hold_changelist")
    return [_reason(row, largest[row["currency"]], page) for row in sums]


def _reason(row: dict[str, Any], largest: Decimal, page: str) -> HeldReason:
    known = REASONS.get(row["reason"])
    return HeldReason(
        title=known.title if known else row["reason"],
        who=known.who if known else "administrator",
        documents=row["documents"],
        amount=Amount(row["amount"], row["currency"]),
        since=row["since"],
        address=f"{page}?reason={row['reason']}",
        share=_share(abs(row["amount"]), largest),
    )


def _needy(tenant_id: int) -> list[Needy]:
    rows = Connection.everywhere.filter(tenant_id=tenant_id, status__in=_NEEDS_SOMEONE).order_by("name")
    return [_needy_of(row) for row in rows[:20]]


def _needy_of(row: Connection) -> Needy:
    return Needy(row.name, row.get_status_display(), row.status_sentence, reverse("admin:connections_connection_change", args=[row.pk]))


def _unmapped(tenant_id: int) -> list[Unmapped]:
    counts = unmapped_counts(tenant_id=tenant_id)
    return [
        Unmapped(kind.label, counts[kind.key], f"{reverse(f'admin:mappings_{kind.model._meta.model_name}_changelist')}?state=unmapped", kind.required)
        for kind in KINDS.values()
        if counts.get(kind.key)
    ]


def _runs(tenant_id: int) -> list[LastRun]:
    newest = Run.everywhere.filter(flow=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    rows = Flow.everywhere.filter(tenant_id=tenant_id).select_related("integration").annotate(last=Subquery(newest))
    flows = list(rows.order_by("integration__name", "key")[:FLOWS_SHOWN])
    runs = Run.everywhere.in_bulk([flow.last for flow in flows if flow.last])
    return [_last_run(flow, runs.get(flow.last)) for flow in flows]


def _last_run(flow: Flow, run: Run | None) -> LastRun:
    standing = "off" if not flow.enabled else "paused" if flow.paused else "on"
    return LastRun(
        integration=flow.integration.name,
        flow=str(flow),
        standing=standing,
        at=run.started_at if run else None,
        state=run.state if run else "",
        sentence=run.sentence if run else "It has not run yet.",
        address=reverse("admin:sync_flow_change", args=[flow.pk]),
    )


def _oldest(tenant_id: int, now: datetime) -> Oldest | None:
    waiting = Document.everywhere.filter(tenant_id=tenant_id, state__in=[*_ON_ITS_WAY, DocumentState.HELD])
    waiting = waiting.filter(payable_since__isnull=False, ledger_ref="")
    row = waiting.select_related("flow__integration").defer("record").order_by("payable_since", "pk").first()
    if row is None:
        return None
    return Oldest(
        title=row.title,
        integration=row.flow.integration.name,
        state=row.get_state_display(),
        amount=Amount(row.amount, row.currency),
        approved=row.payable_since,
        address=reverse("admin:sync_document_change", args=[row.pk]),
        late=row.state != DocumentState.HELD and now - row.payable_since > timedelta(hours=24),
    )


def _money(tenant_id: int, now: datetime) -> list[MoneyOf]:
    recent = Q(state=DocumentState.POSTED, posted_at__gte=now - timedelta(days=RECENT_DAYS))
    moving, held = Q(state__in=_ON_ITS_WAY), Q(state=DocumentState.HELD)
    rows = Document.everywhere.filter(recent | moving | held, tenant_id=tenant_id).order_by().values("flow__integration", "currency")
    sums = rows.annotate(
        name=Max("flow__integration__name"),
        posted=Sum("posted_amount", filter=recent),
        moving=Sum("amount", filter=moving),
        held=Sum("amount", filter=held),
    ).order_by("name", "currency")
    page = reverse("admin:sync_document_changelist")
    return [_money_of(row, page) for row in sums]


def _money_of(row: dict[str, Any], page: str) -> MoneyOf:
    posted, moving, held = (row[name] or ZERO for name in ("posted", "moving", "held"))
    whole = abs(posted) + abs(moving) + abs(held)
    return MoneyOf(
        integration=row["name"],
        posted=Amount(posted, row["currency"]),
        moving=Amount(moving, row["currency"]),
        held=Amount(held, row["currency"]),
        posted_share=_share(abs(posted), whole),
        moving_share=_share(abs(moving), whole),
        held_share=_share(abs(held), whole),
        address=f"{page}?integration={row['flow__integration']}",
    )


def _share(part: Decimal, whole: Decimal) -> int:
    """Whole per cents; anything at all is at least one, so that it can be seen."""
    if not part or not whole:
        return 0
    return max(1, round(part * 100 / whole))
