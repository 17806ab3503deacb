"""The requisitions of a commitment: a chain whose cumulative figures hold to the cent, with the oddities in it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.sandbox.world import figures
from connectors.sandbox.world.contracts import Commitment, keep_commitment, oddity_at
from connectors.sandbox.world.plan import BILLING_DATES
from connectors.sandbox.world.site import Site

PAYABLE = ("approved", "approved_as_noted")
REVIEW_STATUSES = ("draft", "under_review", "revise_and_resubmit", "pending_owner_approval")
CLOSED_DATES = (date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31))
LONG_NUMBER = "INVOICE/2026/10/LAKESIDE-ELEMENTARY/PROGRESS-CLAIM-NUMBER-000000000917-REVISION-B"
NOTED_EVERY = 7

Requisition = dict[str, Any]


def build_claims(site: Site, commitments: list[Commitment]) -> None:
    for commitment in commitments:
        index = commitment["index"]
        length = site.plan.chains[index % len(site.plan.chains)]
        chain: list[Requisition] = []
        for step in range(length):
            chain.append(_claim(site, commitment, chain, step=step, length=length, status=_status(index, step)))
        odd = oddity_at(site, index)
        if odd and index in odd.not_payable:
            status = REVIEW_STATUSES[odd.not_payable.index(index) % len(REVIEW_STATUSES)]
            chain.append(_claim(site, commitment, chain, step=length, length=length, status=status))
        for requisition in chain:
            keep_requisition(site.state, site.space, requisition)
        if chain:
            _touch(site, commitment, chain[-1])


def keep_requisition(state: Any, space: str, requisition: Requisition) -> None:
    state.put(space, "requisition", requisition["id"], requisition, parent=requisition["project_id"],
              k1=str(requisition["commitment_id"]), k2=requisition["status"], updated=requisition["updated_at"])  # fmt: skip


def _status(index: int, step: int) -> str:
    return PAYABLE[1] if (index * 3 + step) % NOTED_EVERY == 5 else PAYABLE[0]


def _claim(site: Site, commitment: Commitment, chain: list[Requisition], *, step: int, length: int, status: str) -> Requisition:
    index = commitment["index"]
    odd = oddity_at(site, index)
    billing = _billing_date(site, index, step, length)
    approved = datetime(billing.year, billing.month, billing.day, 17, tzinfo=UTC) + timedelta(days=2 + index % 3, minutes=index * 7 % 600)
    previous = chain[-1] if chain else None
    release = bool(odd and index == odd.release and step == 2)
    items = _items(site, commitment, previous, step=step, release=release)
    period = min(billing.month - 8, 3)
    payable = status in PAYABLE
    return {
        "id": site.next_id("requisition"), "previous_id": previous["id"] if previous else None,
        "project_id": commitment["project_id"], "commitment_id": commitment["id"], "vendor_id": commitment["vendor_id"],
        "number": step + 1, "invoice_number": _invoice_number(site, index, step),
        "invoice_type": "retainage_release" if release else "progress", "billing_date": billing.isoformat(),
        "start": billing.replace(day=1).isoformat(), "end": billing.isoformat(),
        "period_id": site.periods[commitment["project_id"]][period], "status": status, "final": release,
        "submitted_at": site.moment(approved - timedelta(days=2)), "comment": None, "origin_id": None, "origin_data": None,
        "items": items, "attachments": payable and index % 4 == 0,
        "created_at": site.moment(approved - timedelta(days=3)), "updated_at": site.moment(approved), "deleted_at": None,
    }  # fmt: skip


def _billing_date(site: Site, index: int, step: int, length: int) -> date:
    odd = oddity_at(site, index)
    if odd and index in odd.closed:
        return CLOSED_DATES[step]
    if length == 1 and step == 0:
        return date(2026, 9, 24) + timedelta(days=index * 5 % 48)
    return BILLING_DATES[min(step, 2)]


def _invoice_number(site: Site, index: int, step: int) -> str:
    odd = oddity_at(site, index)
    if odd and index in odd.blank_number and step == 0:
        return ""
    if odd and index == odd.long_number and step == 0:
        return LONG_NUMBER
    return f"{10_000 + site.plan.id_base // 100 + index}-{step + 1:02d}"


def _items(site: Site, commitment: Commitment, previous: Requisition | None, *, step: int, release: bool) -> list[figures.Item]:
    index, odd = commitment["index"], oddity_at(site, commitment["index"])
    unmapped_from = dict(odd.unmapped if odd else ())
    items: list[figures.Item] = []
    for position, line in enumerate(commitment["lines"]):
        before = previous["items"][position] if previous else None
        item = figures.new_item(row_id=site.next_id("item"), line_id=line["id"], rate=commitment["retainage_percent"], previous=before)
        remaining = line["amount"] - item["prev"]
        if release:
            item["released"] = item["prev_ret"]
            items.append(item)
            continue
        percent = 24 + (index * 5 + position * 7 + step * 3) % 13
        item["this"] = line["amount"] * percent // 100
        if odd and index == odd.release and step == 1:
            item["this"] = remaining
        if position == 1 and step + 1 < unmapped_from.get(index, 1):
            item["this"] = 0
        if odd and index == odd.stored and position == 0:
            _store(item, line["amount"], step)
        if odd and index == odd.negative and position == 2 and step == 1:
            item["this"] = -(item["prev"] // 4)
        item["this"] = min(item["this"], remaining)
        items.append(figures.carry(item, before))
    return items


def _store(item: figures.Item, amount: int, step: int) -> None:
    """Materials wait in the yard in the first claim and are built in with the second."""
    stock = amount * 18 // 100
    if step == 0:
        item["stored"] = stock
    elif step == 1:
        item["this"] += stock
        item["moved"] = stock


def _touch(site: Site, commitment: Commitment, last: Requisition) -> None:
    body = {key: value for key, value in commitment.items() if key not in ("lines", "index", "vendor", "project")}
    keep_commitment(site.state, site.space, {**body, "updated_at": max(body["updated_at"], last["updated_at"])})
