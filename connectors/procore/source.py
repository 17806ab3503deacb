"""The port of Procore: lists, changed records, single records, totals. Composes the client and the translator."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.port.connector import Opening
from connectors.port.errors import Code, Misfit, Refused
from connectors.port.records import Commitment, Gone, Record, RecordKind, Requisition
from connectors.port.refs import Kind, Reference
from connectors.port.source import Health, Hint, SourceTotal
from onecore.lib.money import ZERO

from . import lists, translate, webhooks
from .check import check
from .client import PAGE, Client, Params
from .company import Company
from .lines import needs_cost_codes
from .reading import ident
from .references import references
from .subscribe import Subscription, subscribe

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=5)
"""Whether Procore's updated_at filter includes its ends is not said, and its clock is not ours."""
_AHEAD = timedelta(hours=1)
_REQUISITIONS = "/rest/v1.1/requisitions"
_CONTRACTS = {"subcontract": "/rest/v1.0/work_order_contracts", "purchase_order": "/rest/v1.0/purchase_order_contracts"}
_FEW = 3  # up to so many records of a project are asked for one by one


def open_source(opening: Opening) -> ProcoreSource:
    """A Procore company, opened. Nothing is called yet."""
    return ProcoreSource(opening)


class ProcoreSource:
    """One run's view of a company: its lists are read once and remembered, so open a new one for each run."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self.client = Client(opening)
        self.company = Company(self.client, api=opening.endpoints.api)
        self.skipped: dict[str, str] = {}
        """Projects that an unscoped reading left out because Procore shows us none of their commitments, with its reason."""

    def check(self) -> Health:
        return check(self.client, self.company)

    def references(self, kind: Kind, since: datetime | None = None) -> Iterator[Reference]:
        """Whole lists. `since` narrows vendors only; the other lists have no such filter, or need their parents."""
        if kind is Kind.COMMITMENT:
            return (lists.commitment(found) for found in self._commitments(None, ()))
        return references(self.client, self.company, kind, changed=self._changed(since))

    def changes(self, kind: RecordKind, *, since: datetime | None, scope: Sequence[str] = ()) -> Iterator[Record]:
        if kind is RecordKind.REQUISITION:
            return self._requisitions(since, scope)
        if kind is RecordKind.COMMITMENT:
            return self._commitments(since, scope)
        raise Misfit(f"Procore's {kind.value} records are read as a list, not by their changes.")

    def read(self, kind: RecordKind, refs: Sequence[tuple[str, str]]) -> Iterator[Record | Gone]:
        by_project: dict[str, list[str]] = defaultdict(list)
        for source_id, project in refs:
            if source_id not in by_project[project]:
                by_project[project].append(source_id)
        for project, ids in by_project.items():
            yield from self._read(kind, project, ids)

    def totals(self, kind: RecordKind, *, scope: Sequence[str] = ()) -> Sequence[SourceTotal]:
        if kind is not RecordKind.REQUISITION:
            raise Misfit(f"Procore's {kind.value} records are not payables; there is no total of them.")
        known = Company(self.client, api=self._opening.endpoints.api) if not scope else self.company
        due: dict[str, tuple[str, Decimal]] = {}
        for project in scope or known.active:
            for raw in self._project_rows(_REQUISITIONS, project, "sum requisitions", (), explicit=bool(scope)):
                whole = raw if isinstance(raw.get("summary"), dict) else self._show(project, ident(raw.get("id")))
                amount = translate.payable_amount(whole, self.company.lists)
                if amount is not None:
                    due[ident(raw.get("id"))] = amount
        sums: dict[str, tuple[int, Decimal]] = defaultdict(lambda: (0, ZERO))
        for currency, each in due.values():
            count, total = sums[currency]
            sums[currency] = (count + 1, total + each)
        return [SourceTotal(currency, count, total) for currency, (count, total) in sorted(sums.items())]

    def hints(self, body: bytes) -> Sequence[Hint]:
        return webhooks.hints(body, client_id=self.client.settings.client_id)

    def subscribe(self, *, destination_url: str, authorization: str, namespace: str = "onecore", projects: Sequence[str] = ()) -> list[Subscription]:
        """Make or mend the hooks of the company and its projects (all active ones by default)."""
        return subscribe(
            self.client, destination_url=destination_url, authorization=authorization, namespace=namespace, projects=projects or self.company.active
        )

    def _requisitions(self, since: datetime | None, scope: Sequence[str]) -> Iterator[Requisition]:
        asked = (("view", "extended"), *self._changed(since))
        for project in scope or self.company.active:
            for raw in self._project_rows(_REQUISITIONS, project, "list requisitions", asked, explicit=bool(scope)):
                yield self._requisition(raw, project)

    def _commitments(self, since: datetime | None, scope: Sequence[str]) -> Iterator[Commitment]:
        asked = (("view", "extended"), *self._changed(since))
        for project in scope or self.company.active:
            for kind, path in _CONTRACTS.items():
                for raw in self._project_rows(path, project, f"list {kind}s", asked, explicit=bool(scope)):
                    yield translate.commitment(raw, self.company.lists, kind=kind, project=project)

    def _project_rows(self, path: str, project: str, operation: str, asked: Params, *, explicit: bool) -> Iterator[dict[str, Any]]:
        """A project's rows. A project that was asked for by name must answer; one of "all" may have the tool switched off."""
        try:
            yield from self.client.pages(path, operation=operation, params=(("project_id", project), *asked))
        except Refused as problem:
            if explicit or problem.code not in {Code.PERMISSION_MISSING, Code.NOT_FOUND}:
                raise
            self.skipped[project] = problem.message
            log.warning("Project %s is left out: %s", project, problem.message)

    def _requisition(self, raw: dict[str, Any], project: str) -> Requisition:
        """A list answer without items, or without its totals, is completed by the record itself."""
        if not isinstance(raw.get("items"), list) or not isinstance(raw.get("summary"), dict):
            raw = self._show(project, ident(raw.get("id")))
        raw = raw if raw.get("project_id") else {**raw, "project_id": project}
        if raw.get("items"):
            self.company.know_cost_types()
            if needs_cost_codes(raw):
                self.company.know_cost_codes(project)
        return translate.requisition(raw, self.company.lists)

    def _show(self, project: str, source_id: str) -> dict[str, Any]:
        asked = (("project_id", project), ("view", "extended"))
        found = self.client.get(f"{_REQUISITIONS}/{source_id}", operation="read requisition", params=asked)
        return found if isinstance(found, dict) else {}

    def _read(self, kind: RecordKind, project: str, ids: Sequence[str]) -> Iterator[Record | Gone]:
        missing = list(ids)
        if kind is RecordKind.REQUISITION and len(ids) > _FEW:
            for record in self._read_block(project, ids):
                if record.source_id in missing:
                    missing.remove(record.source_id)
                    yield record
        # What the block did not bring is asked for by name: only that answer can say that it is gone.
        for source_id in missing:
            try:
                yield self._read_one(kind, project, source_id)
            except Refused as problem:
                if problem.code is not Code.NOT_FOUND:
                    raise
                self._still_ours(project, problem)
                yield Gone(kind, source_id)

    def _read_block(self, project: str, ids: Sequence[str]) -> Iterator[Requisition]:
        ids = [source_id for source_id in ids if source_id.isdigit()]
        for start in range(0, len(ids), PAGE):
            block = ids[start : start + PAGE]
            asked = (("project_id", project), ("view", "extended"), *(("filters[id][]", source_id) for source_id in block))
            for raw in self.client.pages(_REQUISITIONS, operation="read requisitions", params=asked):
                if ident(raw.get("id")) in block:
                    yield self._requisition(raw, project)

    def _read_one(self, kind: RecordKind, project: str, source_id: str) -> Record:
        if not source_id.isdigit():
            raise Refused(f"{source_id[:40]!r} is no Procore id.", code=Code.NOT_FOUND)
        if kind is RecordKind.REQUISITION:
            return self._requisition(self._show(project, source_id), project)
        if kind is not RecordKind.COMMITMENT:
            raise Misfit(f"Procore's {kind.value} records are read as a list.")
        return self._read_commitment(project, source_id)

    def _read_commitment(self, project: str, source_id: str) -> Commitment:
        last: Refused | None = None
        for kind, path in _CONTRACTS.items():
            try:
                raw = self.client.get(f"{path}/{source_id}", operation=f"read {kind}", params=(("project_id", project),))
            except Refused as problem:
                if problem.code is not Code.NOT_FOUND:
                    raise
                last = problem
            else:
                return translate.commitment(raw if isinstance(raw, dict) else {}, self.company.lists, kind=kind, project=project)
        assert last is not None
        raise last

    def _still_ours(self, project: str, problem: Refused) -> None:
        """Procore answers 404 for what it hides, too. A project that vanished took its records with it: that is no deletion."""
        if project not in self.company.projects:
            raise Refused(
                f"Project {project} is not shown to the signed-in account any more, so nothing can be said about its records. Give it access again.",
                code=Code.PERMISSION_MISSING,
                request_id=problem.request_id,
            ) from problem

    def _changed(self, since: datetime | None) -> Params:
        if since is None:
            return ()
        until = datetime.fromtimestamp(self._opening.now(), tz=UTC) + _AHEAD
        return (("filters[updated_at]", f"{_stamp(since - OVERLAP)}...{_stamp(max(until, since + _AHEAD))}"),)


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
