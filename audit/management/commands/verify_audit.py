"""`manage.py verify_audit`: prove the audit trail. Exit code 1 and the first fault if it does not hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from audit.models import PORTAL_CHAIN
from audit.verify import Anchors, VerifyResult, verify, verify_and_note
from audit.whose import NoSuchTenant, tenant_named
from onecore.lib.command import Contract, Exit, Stop, table
from onecore.tenants.models import Tenant

PORTAL = "(portal)"


class Command(Contract):
    help = "Prove the audit trail: walk every chain and name the first entry that was altered, removed or added."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", help="only this tenant's chain (short name or name)")
        parser.add_argument("--against", type=Path, help="an earlier --json answer kept elsewhere: finds an older copy of the database put back")
        parser.add_argument("--no-note", action="store_true", help="write nothing: the next verification will not know of this one")

    def handle(self, *, tenant: str | None, against: Path | None, no_note: bool, **_: Any) -> None:
        try:
            tenant_id = tenant_named(tenant).pk if tenant else None
        except NoSuchTenant as problem:
            raise Stop(Exit.WRONG_USE, str(problem)) from None
        anchors = [_kept(against)] if against else []
        result = verify(tenant_id, anchors=anchors) if no_note else verify_and_note(tenant_id, actor="command line", anchors=anchors)
        names = dict(Tenant.objects.values_list("pk", "slug"))
        self.answer(_as_data(result, names), _as_text(result, names))
        if not result.guarded:
            self.note("Warning: the database does not guard the trail. Run `manage.py migrate` and find out who dropped the triggers.")
        if not result.ok:
            first = result.faults[0]
            raise Stop(Exit.FAILED, f"The audit trail does not hold. First fault, {_name(first.tenant_id, names)} #{first.sequence}: {first.what}.")


def _kept(path: Path) -> Anchors:
    try:
        chains = json.loads(path.read_text(encoding="utf-8"))["tenants"]
        return {chain["tenant_id"] or PORTAL_CHAIN: (int(chain["sequence"]), str(chain["mac"])) for chain in chains}
    except OSError as problem:
        raise Stop(Exit.WRONG_USE, f"{path} cannot be read: {problem.strerror}.") from None
    except (ValueError, KeyError, TypeError):
        raise Stop(Exit.WRONG_USE, f"{path} is no answer of verify_audit. Keep one with: manage.py verify_audit --json > FILE") from None


def _as_data(result: VerifyResult, names: dict[int, str]) -> dict[str, Any]:
    return {
        "ok": result.ok,
        "entries": result.entries,
        "guarded": result.guarded,
        "tenants": [
            {"tenant": _name(end.tenant_id, names), "tenant_id": end.tenant_id, "entries": end.entries, "sequence": end.sequence, "mac": end.mac}
            for end in result.chains
        ],
        "faults": [
            {"tenant": _name(fault.tenant_id, names), "tenant_id": fault.tenant_id, "sequence": fault.sequence, "what": fault.what}
            for fault in result.faults
        ],
    }


def _as_text(result: VerifyResult, names: dict[int, str]) -> str:
    by_chain: dict[int | None, int] = {}
    for fault in result.faults:
        by_chain[fault.tenant_id] = by_chain.get(fault.tenant_id, 0) + 1
    rows = [[_name(end.tenant_id, names), end.entries, by_chain.get(end.tenant_id, 0)] for end in result.chains]
    lines = [table(rows, head=("tenant", "entries", "faults"), right=(1, 2))] if rows else []
    lines.append(f"{result.entries} entries, {len(result.faults)} faults: {'the trail holds' if result.ok else 'THE TRAIL DOES NOT HOLD'}.")
    return "\n".join(lines)


def _name(tenant_id: int | None, names: dict[int, str]) -> str:
    return PORTAL if tenant_id is None else names.get(tenant_id, f"tenant {tenant_id}, which no longer exists")
