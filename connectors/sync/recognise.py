"""What a look into the ledger means for one Posting: ours and equal, ours but different, a stranger's, or not there. Pure."""

from __future__ import annotations

from connectors.port.drafts import Operation, from_data
from connectors.port.ledger import Booked
from connectors.sync.compare import difference
from connectors.sync.models import Posting
from connectors.sync.recipes.outcome import Stop
from connectors.sync.settle import News


def recognised(posting: Posting, hits: list[Booked]) -> News | None:
    """Ours and equal: adopted. Ours but different, several, or a stranger's with our number: a person decides."""
    if posting.operation != Operation.CREATE.value:
        return _recognised_change(posting, hits)
    ours = [hit for hit in hits if hit.token == posting.token]
    strangers = [hit for hit in hits if hit.token != posting.token]
    if len(ours) > 1:
        refs = ", ".join(hit.ledger_ref for hit in ours)
        return News(
            posting,
            stop=Stop(
                "found_but_different", f"The ledger holds it {len(ours)} times: {refs}.", "Void all but one there, then press Retry.", "person"
            ),
        )
    if ours:
        apart = difference(from_data(posting.draft), ours[0])
        if not apart:
            return News(posting, booked=ours[0], adopted=True)
        details = {"ledger_ref": ours[0].ledger_ref, "difference": apart}
        sentence = f"The ledger holds it as {ours[0].ledger_ref}, but {apart}."
        return News(
            posting,
            stop=Stop("found_but_different", sentence, "Compare both; correct the ledger or void it there, then press Retry.", "person", details),
        )
    if strangers:
        return News(posting, stop=_duplicate_stop(posting, strangers[0]))
    return None


def _recognised_change(posting: Posting, hits: list[Booked]) -> News | None:
    """An amend or void that has happened already. `hits` holds the very document, read by its id, or nothing."""
    mine = next((hit for hit in hits if hit.ledger_ref == posting.document.ledger_ref), None)
    if posting.operation == Operation.VOID.value:
        return News(posting, booked=mine or _vanished(posting), adopted=True) if mine is None or mine.void else None
    if mine is not None and not mine.void and not difference(from_data(posting.draft), mine):
        return News(posting, booked=mine, adopted=True)
    return None


def _vanished(posting: Posting) -> Booked:
    """A void whose document the ledger no longer shows has happened."""
    document = posting.document
    return Booked(
        ledger_ref=document.ledger_ref, kind=posting.draft["kind"], number=document.ledger_number, vendor=posting.draft["vendor"],
        currency=posting.currency, total=posting.amount, line_count=0, token=posting.token, state="void", void=True,
    )  # fmt: skip


def _duplicate_stop(posting: Posting, other: Booked) -> Stop:
    sentence = (
        f"The ledger already has bill {other.number} of this vendor ({other.ledger_ref}, {other.total} {other.currency}, {other.state}), "
        "and it was not posted by OneCore."
    )
    fix = "If it is this invoice, link it; otherwise correct the invoice number in the source."
    return Stop("duplicate_number", sentence, fix, "person", {"ledger_ref": other.ledger_ref, "number": other.number, "total": str(other.total)})


def forbidden_change(posting: Posting, hits: list[Booked]) -> News | None:
    """Amend and void only what the ledger still lets us, under the tenant's policy."""
    if posting.operation == Operation.CREATE.value:
        return None
    policy = posting.flow.integration.policy
    mine = next((hit for hit in hits if hit.ledger_ref == posting.document.ledger_ref), None)
    if mine is None or mine.void:
        sentence = f"The ledger no longer has {posting.document.ledger_number or posting.document.ledger_ref}: it was deleted or reversed there."
        return News(posting, stop=Stop("not_found", sentence, "If that is right, mark it settled; else restore it there and press Retry.", "person"))
    if mine.paid:
        sentence = f"{mine.number or mine.ledger_ref} is paid ({mine.paid} {mine.currency}), so it cannot be changed."
        return News(posting, stop=Stop("paid_cannot_change", sentence, "Correct it in the ledger by hand, then mark it settled here.", "person"))
    if posting.operation == Operation.AMEND.value and policy.amend == "while_draft_or_unapproved" and mine.settled:
        sentence = f"It changed in the source, but {mine.number or mine.ledger_ref} is already {mine.state} in the ledger."
        fix = "Change it in the ledger by hand and mark it settled here, or allow amending until paid on the policy page."
        return News(posting, stop=Stop("changed_after_posting", sentence, fix, "policy", {"policy_field": "amend"}))
    return None
