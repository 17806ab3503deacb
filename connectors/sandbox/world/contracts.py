"""The commitments of a project: subcontracts and purchase orders, their lines, approved and pending changes."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import Any

from connectors.sandbox.state import State
from connectors.sandbox.world.codes import build_budget, code_id, copy_all_codes, wbs_id
from connectors.sandbox.world.divisions import UNMAPPED_CODES
from connectors.sandbox.world.money import share
from connectors.sandbox.world.plan import Oddities
from connectors.sandbox.world.site import STORY_START, Site

COMMITTED_SHARE_PERCENT = 62
RATES = ("10.0", "5.0", "10.0", "7.5")
CHANGE_EVERY = 5  # every fifth commitment has an approved change order
HEADER_CODE = "03"
ODD_TEXTS = (
    "Form & strip <Level 2> ]]> \"pour\" 'A'",
    "Rebar 🏗️ crew — 2×Ø16 bars, naïve façade",
    "Bell\u0007 tab\tand vertical\u000btab \u0000 null",
    "\u202eright-to-left\u202c override, שלום, العربية",
    "&lt;b&gt;not bold&lt;/b&gt; &amp;amp; CR\r\nLF",
)

Commitment = dict[str, Any]


def build_contracts(site: Site) -> list[Commitment]:
    commitments: list[Commitment] = []
    for project in site.projects:
        if site.plan.sets == 1 or project["phase"] == 0:
            copy_all_codes(site, project["id"])
        built: list[Commitment] = []
        if site.plan.documents:
            weights = [site.picks.uniform(0.6, 1.6) for _ in range(site.plan.commitments_per_project)]
            for weight in weights:
                value = int(project["budget"] * COMMITTED_SHARE_PERCENT / 100 * weight / sum(weights))
                built.append(_commitment(site, project, index=len(commitments) + len(built), value=value))
        committed: dict[tuple[str, str], int] = defaultdict(int)
        for commitment in built:
            for line in commitment["lines"]:
                committed[(line["full_code"], line["type_code"])] += line["amount"]
        build_budget(site, project["id"], committed, total=project["budget"])
        commitments += built
    return commitments


def oddity_at(site: Site, index: int) -> Oddities | None:
    """The oddities exist once, in the first set."""
    first_set = site.plan.commitments_per_project * len(site.plan.budgets)
    return site.plan.oddities if index < first_set else None


def _commitment(site: Site, project: dict[str, Any], *, index: int, value: int) -> Commitment:
    is_order = index % 3 == 2
    row_id = site.next_id("commitment")
    slot = index % site.plan.commitments_per_project + 1
    vendor = _vendor(site, index)
    signed = STORY_START + timedelta(days=7 + index % 60, minutes=index)
    lines = _lines(site, project["id"], row_id, index=index, value=value, is_order=is_order)
    leading = site.code_by_full[lines[0]["full_code"]].name
    body: Commitment = {
        "id": row_id, "type": "PurchaseOrderContract" if is_order else "WorkOrderContract",
        "number": f"{'PO' if is_order else 'SC'}-{project['project_number'][3:]}-{slot:02d}", "title": f"{leading} package",
        "description": f"<p>{leading} for {project['name']}</p>", "status": "Approved", "executed": True, "private": True,
        "vendor_id": vendor["id"], "project_id": project["id"], "retainage_percent": RATES[index % len(RATES)],
        "original": sum(line["amount"] for line in lines), "changes": 0, "pending": 0, "origin_id": None,
        "origin_code": None, "origin_data": None, "contract_date": signed.date().isoformat(), "deleted_at": None,
        "created_at": site.moment(signed), "updated_at": site.moment(signed + timedelta(days=5)),
    }  # fmt: skip
    _change_orders(site, body, lines, index)
    keep_commitment(site.state, site.space, body)
    for line in lines:
        site.state.put(site.space, "line", line["id"], line, parent=row_id)
    site.used_codes[project["id"]] |= {line["full_code"] for line in lines}
    return {**body, "lines": lines, "index": index, "vendor": vendor, "project": project}


def keep_commitment(state: State, space: str, body: Commitment) -> None:
    state.put(space, "commitment", body["id"], body, parent=body["project_id"], k1=body["type"],
                   k2=body["number"], updated=body["updated_at"])  # fmt: skip


def _vendor(site: Site, index: int) -> dict[str, Any]:
    active = [vendor for vendor in site.vendors if vendor["is_active"]]
    if site.plan.twins and index in (13, 22):  # two contracts were signed with a duplicate entry
        return active[-1 if index == 13 else -2]
    originals = [vendor for vendor in active if vendor["twin_of"] is None]
    return originals[index * 7 % len(originals)]


def _lines(site: Site, project_id: int, commitment_id: int, *, index: int, value: int, is_order: bool) -> list[dict[str, Any]]:
    leaves = [code.full_code for code in site.codes if code.part and code.full_code not in UNMAPPED_CODES]
    count = 3 + index % 4
    start = site.picks.randrange(len(leaves))
    codes = [leaves[(start + step) % len(leaves)] for step in range(count)]
    odd = oddity_at(site, index)
    if odd and index == odd.header_coded:
        codes[1] = HEADER_CODE
    for position, (where, _) in enumerate(odd.unmapped if odd else ()):
        if index == where:
            codes[1] = UNMAPPED_CODES[position]
    parts = [site.picks.uniform(0.5, 1.5) for _ in codes]
    lines: list[dict[str, Any]] = []
    for position, (code, part) in enumerate(zip(codes, parts, strict=True)):
        type_code = ("M" if position % 2 == 0 else "E") if is_order else ("S" if position % 3 else ("L" if position else "S"))
        if position == 4:
            type_code = "O"
        amount = int(value * part / sum(parts)) // 100 * 100 + (37 * position + index) % 100
        text = site.code_by_full[code].name
        if odd and index == odd.odd_text:
            text = ODD_TEXTS[position % len(ODD_TEXTS)]
        lines.append(_line(site, project_id, commitment_id, code=code, type_code=type_code, amount=amount, text=text, position=position))
    return lines


def _line(site: Site, project_id: int, commitment_id: int, *, code: str, type_code: str, amount: int, text: str, position: int) -> dict[str, Any]:
    return {
        "id": site.next_id("line"), "commitment_id": commitment_id, "project_id": project_id, "position": position + 1,
        "cost_code_id": code_id(site, project_id, code), "line_item_type_id": site.type_ids[type_code],
        "wbs_code_id": wbs_id(site, project_id, code, type_code), "full_code": code, "type_code": type_code,
        "amount": amount, "description": text, "change_order_id": None, "origin_id": None,
    }  # fmt: skip


def _change_orders(site: Site, body: Commitment, lines: list[dict[str, Any]], index: int) -> None:
    """Approved changes become lines that are billed; pending ones only show in the commitment's sums."""
    if index % CHANGE_EVERY not in (1, 3):
        return
    approved = index % CHANGE_EVERY == 1
    amount = share(body["original"], Decimal(3 + index % 5)) // 100 * 100
    row_id = site.next_id("change_order")
    signed = STORY_START + timedelta(days=75 + index % 30)
    line = dict(
        _line(
            site,
            body["project_id"],
            body["id"],
            code=lines[0]["full_code"],
            type_code=lines[0]["type_code"],
            amount=amount,
            text="Change order: additional scope",
            position=len(lines),
        )
    )
    site.state.put(site.space, "change_order", row_id, {
        "id": row_id, "contract_id": body["id"], "project_id": body["project_id"], "legacy_package_id": row_id + 10_000,
        "number": "001", "title": "Additional scope", "status": "approved" if approved else "pending", "amount": amount,
        "executed": approved, "reviewed_at": site.moment(signed) if approved else None,
        "created_at": site.moment(signed - timedelta(days=9)), "updated_at": site.moment(signed),
    }, parent=body["project_id"], k1=str(body["id"]), updated=site.moment(signed))  # fmt: skip
    if approved:
        lines.append({**line, "change_order_id": row_id, "change_order_package_id": row_id + 10_000})
        body["changes"] = amount
    else:
        body["pending"] = amount
