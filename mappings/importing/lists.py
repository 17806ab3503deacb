"""The lists a file is compared with, each read once and only when a row needs it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from mappings.importing.names import Named, Names
from mappings.kinds import COST_CODE, MappingKind
from mappings.models import Reference

_WHAT = {"cost_code": "standard cost code", "project_cost_code": "cost code"}


class Lists:
    """One integration's lists on both sides."""

    def __init__(self, integration: Any) -> None:
        self.integration = integration
        self._names: dict[tuple[int, str], Names] = {}
        self._own: dict[str, list[Named]] | None = None
        self._own_names: dict[str, Names] = {}
        self._labels: dict[int, str] = {}

    def source(self, kind: str) -> Names:
        return self._read(self.integration.source_id, kind)

    def ledger(self, kind: str) -> Names:
        return self._read(self.integration.ledger_id, kind)

    def own_codes(self, project: Named) -> Names:
        """The cost codes of one project."""
        if project.remote_id not in self._own_names:
            rows = self._all_own().get(project.remote_id, [])
            self._own_names[project.remote_id] = Names(rows, what=f"cost code of project {project.label}")
        return self._own_names[project.remote_id]

    def where_else(self, code: str) -> str:
        """For a code the standard list lacks: the projects that have it, to be named in the row."""
        projects = [parent for parent, rows in self._all_own().items() if any(row.code == code for row in rows)]
        if not projects:
            return ""
        names = {row.remote_id: row.label for row in self.source("project").rows}
        shown = ", ".join(sorted(names.get(parent, parent) for parent in projects)[:5])
        return f" It is a project's own code: name the project ({shown})."

    def mapped_now(self, kind: MappingKind) -> dict[tuple[int, int | None], dict[str, int | None]]:
        """What is mapped today: (source row, cost type row) -> field -> row."""
        names = [target.name for target in kind.targets]
        cost_type = "cost_type_id" if kind is COST_CODE else "id"
        rows = kind.model.everywhere.filter(integration_id=self.integration.pk)
        values = rows.values_list("source_id", cost_type, *(f"{name}_id" for name in names))
        return {
            (source, second if kind is COST_CODE else None): dict(zip(names, targets, strict=True))
            for source, second, *targets in values.iterator(chunk_size=5000)
        }

    def label(self, row_id: int | None) -> str:
        """The words of a row for the preview; "" for none."""
        if row_id is None:
            return ""
        if row_id not in self._labels:
            self._labels |= {row.id: row.label for names in self._names.values() for row in names.rows}
        if row_id not in self._labels:
            row = Reference.everywhere.filter(pk=row_id).first()  # a list this file does not name otherwise
            self._labels[row_id] = row.label if row else ""
        return self._labels[row_id]

    def _read(self, connection_id: int, kind: str) -> Names:
        key = (connection_id, kind)
        if key not in self._names:
            self._names[key] = Names.read(connection_id=connection_id, kind=kind, what=_WHAT.get(kind, ""))
        return self._names[key]

    def _all_own(self) -> dict[str, list[Named]]:
        if self._own is None:
            self._own = defaultdict(list)
            rows = Reference.everywhere.filter(connection_id=self.integration.source_id, kind="project_cost_code").order_by("pk")
            for values in rows.values_list(*Named._fields).iterator(chunk_size=5000):
                row = Named(*values)
                self._own[row.parent].append(row)
        return self._own
