"""Prove the trail: walk every chain in steps, memory flat, and name the first entry that does not hold.

Found: an entry edited, deleted, inserted or moved; the tail cut; a chain recomputed without the key; and, by the heads
that earlier verifications wrote down (or an auditor kept elsewhere), an older copy of the tables put back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import router
from django.db.models import QuerySet

from audit.chain import KeyRing, content_of, head_content, missing_text, same
from audit.events import AUDIT_FAULTY, AUDIT_VERIFIED
from audit.guard import missing_triggers
from audit.models import PORTAL_CHAIN, Entry, Head
from audit.record import record
from onecore.tenants.models import Tenant

MOST_FAULTS = 100
"""Of one chain; after that many it is clear enough."""
_STEP = 1000

Anchors = Mapping[int, tuple[int, str]]
"""Chain -> a sequence and the mac that stood there, seen earlier."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not hold. `tenant_id` None is the portal's own chain."""

    tenant_id: int | None
    sequence: int
    what: str


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """How far one chain reached when it was walked."""

    tenant_id: int | None
    entries: int
    sequence: int
    mac: str


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """`guarded`: the database's own triggers stand. Their absence is no fault of an entry, but somebody must explain it."""

    ok: bool
    entries: int
    faults: list[Fault]
    chains: list[ChainEnd] = field(default_factory=list)
    guarded: bool = True


def verify(tenant_id: int | None = None, *, anchors: Sequence[Anchors] = ()) -> VerifyResult:
    """Walk the chain of one tenant (0: the portal's own), or every chain. `anchors`: heads kept outside this database."""
    ring = KeyRing(settings.ONECORE_AUDIT_KEY)
    known = [noted_heads(ring), *anchors]
    ends, faults = [], []
    for chain in _chains(known) if tenant_id is None else [tenant_id]:
        walk = _Walk(chain, ring, [(heads[chain]) for heads in known if chain in heads])
        walk.run()
        faults += walk.faults
        if walk.entries or chain == tenant_id:
            ends.append(ChainEnd(chain or None, walk.entries, walk.last, walk.previous))
    guarded = not missing_triggers(router.db_for_read(Entry))
    return VerifyResult(not faults, sum(end.entries for end in ends), faults, ends, guarded)


def verify_and_note(tenant_id: int | None = None, *, actor: str, anchors: Sequence[Anchors] = ()) -> VerifyResult:
    """Verify, and write the outcome with the heads it saw into the portal's chain, for the next verification."""
    result = verify(tenant_id, anchors=anchors)
    if result.ok:
        heads = noted_heads(KeyRing(settings.ONECORE_AUDIT_KEY)) | {end.tenant_id or PORTAL_CHAIN: (end.sequence, end.mac) for end in result.chains}
        data = {"entries": result.entries, "heads": {str(chain): list(seen) for chain, seen in heads.items()}}
        record(AUDIT_VERIFIED, tenant_id=None, actor=actor, data=data)
    elif not any(fault.tenant_id is None for fault in result.faults):  # a broken portal chain is not written to
        first = result.faults[0]
        data = {"first_fault": first.what, "tenant": first.tenant_id, "sequence": first.sequence, "faults": len(result.faults)}
        record(AUDIT_FAULTY, tenant_id=None, actor=actor, data=data)
    return result


def noted_heads(ring: KeyRing) -> dict[int, tuple[int, str]]:
    """What the latest verification saw, from the portal's chain; an entry that does not hold itself is no witness."""
    for entry in Entry.everywhere.filter(tenant=None, event=AUDIT_VERIFIED.name).order_by("-sequence")[:10]:
        if entry_holds(entry, ring):
            return {int(chain): (sequence, mac) for chain, (sequence, mac) in entry.data.get("heads", {}).items()}
    return {}


def entry_holds(entry: Entry, ring: KeyRing | None = None) -> bool:
    """True if the entry still says what was signed."""
    ring = ring or KeyRing(settings.ONECORE_AUDIT_KEY)
    return entry.key_id in ring and same(entry.mac, ring.mac(entry.previous_mac, content_of(entry), key_id=entry.key_id))


class _Walk:
    """One chain, from its first entry to its head."""

    def __init__(self, chain: int, ring: KeyRing, anchors: Sequence[tuple[int, str]]) -> None:
        self.chain, self.ring, self.anchors = chain, ring, anchors
        self.entries, self.last, self.previous = 0, 0, ""
        self.faults: list[Fault] = []

    def run(self) -> None:
        # The head is read first and last: entries may be appended while the walk is under way.
        before = Head.objects.filter(chain=self.chain).first()
        wanted = dict(self.anchors) | ({before.sequence: before.last_mac} if before else {})
        for entry in self._stream():
            self._step(entry)
            if wanted.get(entry.sequence, entry.mac) != entry.mac:
                self._fault(entry.sequence, f"entry {entry.sequence} is not the one that was seen here before: the chain was rewritten or put back")
        self._check_end(before, Head.objects.filter(chain=self.chain).first())

    def _stream(self) -> Iterator[Entry]:
        """By the key, in steps: no cursor stays open and no step is larger than the one before."""
        after = -1
        while step := list(self._rows().filter(sequence__gt=after).order_by("sequence", "pk")[:_STEP]):
            yield from step
            after = step[-1].sequence

    def _step(self, entry: Entry) -> None:
        number = entry.sequence
        if number > self.last + 1:
            self._fault(self.last + 1, missing_text(self.last + 1, number - 1))
        elif number <= self.last:
            self._fault(number, f"entry {number} is there twice")
        elif not same(entry.previous_mac, self.previous):
            self._fault(number, f"entry {number} does not follow the one before it: entries were inserted, moved or exchanged")
        if entry.key_id not in self.ring:
            mend = "which is not in ONECORE_AUDIT_KEY; put that key back behind the current one"
            self._fault(number, f"entry {number} is signed with key {entry.key_id}, {mend}")
        elif not entry_holds(entry, self.ring):
            self._fault(number, f"entry {number} was altered after it was written")
        self.entries += 1
        self.last, self.previous = number, entry.mac

    def _check_end(self, before: Head | None, after: Head | None) -> None:
        if self._rows().filter(sequence__lte=self.last).count() != self.entries:
            self._fault(self.last, "there are more entries than the chain has places")
        for sequence, _ in self.anchors:
            if sequence > self.last:
                self._fault(self.last + 1, f"{missing_text(self.last + 1, sequence)}: an earlier verification saw them")
        if after is None:
            if self.entries:
                self._fault(self.last, "the head of the chain is missing")
            return
        if after.key_id and not self._head_holds(after):
            self._fault(after.sequence, "the head of the chain was altered")
        if before is not None and before.sequence > self.last:
            self._fault(self.last + 1, f"{missing_text(self.last + 1, before.sequence)}: the end of the chain was cut off")
        if after.sequence < self.last:
            self._fault(after.sequence + 1, f"entry {after.sequence + 1} stands behind the head of the chain: it was put there without the head")

    def _head_holds(self, head: Head) -> bool:
        if head.key_id not in self.ring:
            return False
        content = head_content(chain=head.chain, sequence=head.sequence, last_mac=head.last_mac)
        return same(head.mac, self.ring.mac("", content, key_id=head.key_id))

    def _rows(self) -> QuerySet[Any]:
        return Entry.everywhere.filter(tenant_id=self.chain or None) if self.chain else Entry.everywhere.filter(tenant=None)

    def _fault(self, sequence: int, what: str) -> None:
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(Fault(self.chain or None, sequence, what))


def _chains(anchors: Sequence[Anchors]) -> list[int]:
    """The portal's first, then every tenant's, those that only a head or an earlier verification remembers included."""
    known = {*Tenant.objects.values_list("pk", flat=True), *Head.objects.values_list("chain", flat=True)}
    remembered = {chain for heads in anchors for chain in heads}
    return [PORTAL_CHAIN, *sorted((known | remembered) - {PORTAL_CHAIN})]
