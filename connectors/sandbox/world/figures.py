"""The arithmetic of a progress claim, in cents: what a line carries forward and what a claim comes to."""

from decimal import Decimal
from typing import Any

from connectors.sandbox.world.money import share

Item = dict[str, Any]
Requisition = dict[str, Any]


def new_item(*, row_id: int, line_id: int, rate: str, previous: Item | None) -> Item:
    item: Item = {"id": row_id, "line": line_id, "rate": rate, "this": 0, "stored": 0, "moved": 0, "released": 0, "retained": 0}
    return carry(item, previous)


def carry(item: Item, previous: Item | None) -> Item:
    """Take over the cumulative figures from the claim before and work the retainage out anew."""
    before = previous or {"prev": 0, "this": 0, "stored": 0, "prev_ret": 0, "retained": 0, "released": 0, "stored_ret": 0}
    rate = Decimal(item["rate"])
    item["prev"] = before["prev"] + before["this"]
    item["prev_ret"] = before["prev_ret"] + before["retained"] - before["released"]
    item["prev_stored"] = before["stored"]
    item["prev_stored_ret"] = before["stored_ret"]
    item["retained"] = share(item["this"], rate)
    item["stored_ret"] = share(item["stored"], rate)
    item["moved_ret"] = share(item["moved"], rate)
    return item


def completed(item: Item) -> int:
    return int(item["prev"] + item["this"] + item["stored"])


def work_retainage(item: Item) -> int:
    return int(item["prev_ret"] + item["retained"] - item["released"])


def gross(item: Item) -> int:
    """Cost of the period: work done plus the change of materials in store."""
    return int(item["this"] + item["stored"] - item["prev_stored"])


def retained(item: Item) -> int:
    """Retainage of the period, work and stored materials together; negative when released."""
    return int(item["retained"] - item["released"] + item["stored_ret"] - item["prev_stored_ret"])


def net(item: Item) -> int:
    return gross(item) - retained(item)


def due(requisition: Requisition) -> int:
    return sum(net(item) for item in requisition["items"])


def summary_cents(requisition: Requisition, *, original: int, changes: int) -> dict[str, int]:
    items = requisition["items"]
    done = sum(completed(item) for item in items)
    on_work = sum(work_retainage(item) for item in items)
    on_stored = sum(item["stored_ret"] for item in items)
    earned = done - on_work - on_stored
    before = sum(item["prev"] + item["prev_stored"] - item["prev_ret"] - item["prev_stored_ret"] for item in items)
    return {
        "original_contract_sum": original,
        "net_change_by_change_orders": changes,
        "contract_sum_to_date": original + changes,
        "total_completed_and_stored_to_date": done,
        "completed_work_retainage_amount": on_work,
        "stored_materials_retainage_amount": on_stored,
        "total_retainage": on_work + on_stored,
        "total_earned_less_retainage": earned,
        "less_previous_certificates_for_payment": before,
        "current_payment_due": earned - before,
        "balance_to_finish_including_retainage": original + changes - earned,
    }
