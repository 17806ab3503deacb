"""What the source says is payable and what the ledger really holds: the two sums a reconciliation compares."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from connectors.sandbox.control.asking import missing
from connectors.sandbox.intacct.signin import company_of
from connectors.sandbox.messages import Request
from connectors.sandbox.state import Where
from connectors.sandbox.town import Town
from connectors.sandbox.world import figures
from connectors.sandbox.world.claims import PAYABLE
from connectors.sandbox.world.money import text

LINE_FIELDS = [
    "LINE_NO",
    "ACCOUNTNO",
    "TRX_AMOUNT",
    "ENTRYDESCRIPTION",
    "LOCATIONID",
    "DEPARTMENTID",
    "PROJECTID",
    "TASKID",
    "COSTTYPEID",
    "CLASSID",
    "CUSTOMERID",
    "ITEMID",
    "VENDORID",
]
KINDS = (("bill", "APBILL", "APBILLITEM", 1), ("adjustment", "APADJUSTMENT", "APADJUSTMENTITEM", 1))


def source_requisitions(town: Town, request: Request, company: str) -> Any:
    """Every payable requisition with the net amount its own summary states."""
    space = f"procore:{company}"
    head = town.state.get(space, "company", int(company)) if company.isdigit() else None
    if head is None:
        raise missing(f"There is no Procore company {company}")
    numbers = {row["id"]: row["number"] for row in town.state.select(space, "commitment")}
    rows = []
    total = 0
    for row in town.state.select(space, "requisition", Where(k2=list(PAYABLE))):
        if row["deleted_at"]:
            continue
        due = figures.due(row)
        total += due
        rows.append(
            {
                "id": row["id"], "project_id": row["project_id"], "commitment_id": row["commitment_id"],
                "commitment_number": numbers.get(row["commitment_id"]), "vendor_id": row["vendor_id"], "number": row["number"],
                "invoice_number": row["invoice_number"], "status": row["status"], "billing_date": row["billing_date"],
                "updated_at": row["updated_at"], "net": text(due), "currency": head["currency"],
            }
        )  # fmt: skip
    totals = {head["currency"]: {"count": len(rows), "total": text(total)}}
    return {"totals": totals} if request.one("summary") == "1" else {"requisitions": rows, "totals": totals}


def ledger(town: Town, request: Request, company: str) -> Any:
    """Every bill and adjustment. An adjustment counts as it is signed; a reversed document counts nothing."""
    head = company_of(town, company)
    if head is None:
        raise missing(f"There is no Intacct company {company}")
    space = f"intacct:{company}"
    only_sums = request.one("summary") == "1"
    documents: list[dict[str, Any]] = []
    sums: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"count": 0, "total": Decimal("0.00"), "draft_count": 0, "draft_total": Decimal("0.00"), "reversed_count": 0}
    )
    for name, kind, line_kind, sign in KINDS:
        for row in town.state.select(space, kind):
            signed = sign * Decimal(row["TOTALENTERED"])
            _add(sums[row["CURRENCY"]], row["STATE"], signed)
            if not only_sums:
                lines = list(town.state.select(space, line_kind, Where(parents=[int(row["RECORDNO"])])))
                documents.append(_document(name, row, lines, signed))
    totals = {
        currency: {key: f"{value:.2f}" if isinstance(value, Decimal) else value for key, value in entry.items()} for currency, entry in sums.items()
    }
    return {"totals": totals} if only_sums else {"documents": documents, "totals": totals}


def _add(entry: dict[str, Any], state: str, signed: Decimal) -> None:
    if state == "Reversed":
        entry["reversed_count"] += 1
        return
    entry["count"] += 1
    entry["total"] += signed
    if state == "Draft":
        entry["draft_count"] += 1
        entry["draft_total"] += signed


def _document(name: str, row: dict[str, Any], lines: list[dict[str, Any]], signed: Decimal) -> dict[str, Any]:
    fields = [
        "RECORDNO",
        "VENDORID",
        "RECORDID",
        "DESCRIPTION",
        "DOCNUMBER",
        "STATE",
        "WHENCREATED",
        "WHENPOSTED",
        "WHENDUE",
        "TOTALDUE",
        "TOTALPAID",
        "MEGAENTITYID",
    ]
    return {
        "kind": name, **{field: row.get(field, "") for field in fields}, "total": f"{signed:.2f}", "currency": row["CURRENCY"],
        "line_count": len(lines),
        "lines": [{field: line.get(field, "") for field in LINE_FIELDS} for line in sorted(lines, key=lambda each: int(each["LINE_NO"]))],
    }  # fmt: skip
