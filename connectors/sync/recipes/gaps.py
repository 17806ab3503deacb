"""Say which words of the source have no counterpart yet, all of them at once, and where each is mended."""

from __future__ import annotations

from typing import Any

from connectors.port.records import Requisition
from connectors.sync.recipes.outcome import Stop


def gap_stop(record: Requisition, gaps: list[Any]) -> Stop:
    """The first gap is the Hold; the others are told with it, so that one look shows all there is to map."""
    seen: dict[tuple[str, str], Any] = {(gap.kind, gap.source_ref): gap for gap in gaps}
    first, *others = seen.values()
    also = f" Also to settle: {', '.join(gap.label for gap in others)}." if others else ""
    rows = [
        {
            "kind": gap.kind,
            "reason": gap.reason,
            "source_ref": gap.source_ref,
            "label": gap.label,
            "mapping_id": gap.mapping_id,
            "reference_id": gap.reference_id,
        }
        for gap in seen.values()
    ]
    if first.mapping_id is None and first.reason != "unmapped":
        return _source_stop(record, first, also, rows)
    about = f"mapping:{first.kind}:{first.source_ref}"
    return Stop(
        f"{first.kind}_{first.reason}", first.sentence + also, "Choose its counterpart in the ledger on the mapping page.", about, {"gaps": rows}
    )


def _source_stop(record: Requisition, gap: Any, also: str, rows: list[dict[str, Any]]) -> Stop:
    """The fault lies not in a mapping: the source's own code is a header or gone, or the policy's default account is unusable."""
    if gap.kind == "cost_code" and gap.source_ref not in {line.cost_code_ref for line in record.lines}:
        return Stop(
            "default_account_unusable",
            gap.sentence + also,
            "Choose another default account.",
            "policy",
            {"policy_field": "default_account", "gaps": rows},
        )
    return Stop(
        f"{gap.kind}_source_{gap.reason}",
        gap.sentence + also,
        "Correct the line in the source; it is read again by itself.",
        "source",
        {"gaps": rows},
    )
