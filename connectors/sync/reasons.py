"""THE catalogue of Hold reasons: title, who can fix it, whether it replays by itself, where the fix is."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.port.errors import Code


@dataclass(frozen=True, slots=True)
class Reason:
    """`place`: where the link leads: mapping, policy, source, ledger, document, opening or connection.
    `replays`: fixing it posts the document without another click."""

    key: str
    title: str
    who: str
    place: str
    replays: bool = True


def _table(*reasons: Reason) -> dict[str, Reason]:
    return {reason.key: reason for reason in reasons}


_FINANCE, _PROJECT, _ADMIN = "finance", "project team", "administrator"

_MAPPED = {"cost_code": "cost code", "cost_type": "cost type", "vendor": "vendor", "project": "project"}
_MAPPING_FAULTS = {
    "unmapped": "No counterpart for a {what}",
    "inactive": "Counterpart of a {what} inactive",
    "not_selectable": "Counterpart of a {what} cannot be used",
    "vanished": "Counterpart of a {what} is gone",
}
_SOURCE_FAULTS = {
    "not_selectable": "Coded to a {what} that is a header",
    "vanished": "A {what} was deleted in the source",
    "missing_reference": "A {what} is not known",
    "inactive": "A {what} is inactive in the source",
}

REASONS = _table(
    *(
        Reason(f"{kind}_{reason}", title.format(what=what), _FINANCE, "mapping")
        for kind, what in _MAPPED.items()
        for reason, title in _MAPPING_FAULTS.items()
    ),
    *(
        Reason(f"{kind}_source_{reason}", title.format(what=what), _PROJECT, "source")
        for kind, what in _MAPPED.items()
        for reason, title in _SOURCE_FAULTS.items()
    ),
    Reason("default_account_unusable", "Default account cannot be used", _ADMIN, "policy"),
    Reason("retainage_account_missing", "No retainage account chosen", _ADMIN, "policy"),
    Reason("retainage_over_released", "More retainage released than held", _PROJECT, "source"),
    Reason("opening_not_agreed", "Opening figures not agreed", _FINANCE, "opening"),
    Reason("waits_for_document", "Waits for another document", _FINANCE, "document"),
    Reason("previous_unsure", "The earlier invoice is not settled", _PROJECT, "document"),
    Reason("total_proof", "Total does not prove", _PROJECT, "source"),
    Reason("amount_unusable", "Amount cannot be booked", _PROJECT, "source"),
    Reason("source_unreadable", "Sent in a form that cannot be read", _PROJECT, "source"),
    Reason("no_lines", "No lines", _PROJECT, "source"),
    Reason("date_missing", "No billing date", _PROJECT, "source"),
    Reason("date_impossible", "Impossible date", _PROJECT, "source"),
    Reason("tax_unmapped", "Tax cannot be booked", _FINANCE, "source"),
    Reason("currency_unknown", "Currency not in the ledger", _FINANCE, "ledger", replays=False),
    Reason("negative_total", "Negative total", _FINANCE, "document", replays=False),
    Reason("awaits_release", "Waits for release", _FINANCE, "document"),
    Reason("changed_after_posting", "Changed after it was posted", _FINANCE, "document", replays=False),
    Reason("withdrawn_after_posting", "Approval taken back after posting", _FINANCE, "document", replays=False),
    Reason("gone_after_posting", "Deleted in the source after posting", _FINANCE, "document", replays=False),
    Reason("period_closed", "Period closed", _ADMIN, "policy"),
    Reason("duplicate_number", "Bill number already used", _FINANCE, "document", replays=False),
    Reason("account_is_bank", "Account is a bank account", _FINANCE, "mapping"),
    Reason("account_unusable", "Account cannot be used", _FINANCE, "mapping"),
    Reason("vendor_unusable", "Vendor cannot be used", _FINANCE, "mapping"),
    Reason("reference_unknown", "The ledger does not know a code", _FINANCE, "mapping"),
    Reason("dimension_missing", "The ledger asks for another dimension", _FINANCE, "mapping"),
    Reason("too_long", "Too long for the ledger", _FINANCE, "document", replays=False),
    Reason("name_exists", "Name exists", _FINANCE, "document", replays=False),
    Reason("paid_cannot_change", "Already paid", _FINANCE, "document", replays=False),
    Reason("permission_missing", "Permission missing in the ledger", _ADMIN, "connection", replays=False),
    Reason("subscription_missing", "Subscription missing in the ledger", _ADMIN, "connection", replays=False),
    Reason("not_found", "Not found in the ledger", _FINANCE, "document", replays=False),
    Reason("unspecified", "Refused by the ledger", _FINANCE, "document", replays=False),
    Reason("remote_unavailable", "The ledger could not be reached for long", _ADMIN, "connection", replays=False),
    Reason("outcome_uncertain", "Outcome uncertain", _FINANCE, "document", replays=False),
    Reason("found_but_different", "In the ledger, but different", _FINANCE, "document", replays=False),
    Reason("quarantined", "Quarantined", _ADMIN, "document", replays=False),
    Reason("unreadable", "Cannot be read", _ADMIN, "document", replays=False),
)


def reason_for(code: Code) -> str:
    """The Hold reason of a remote refusal."""
    return code.value if code.value in REASONS else "unspecified"
