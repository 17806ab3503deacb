"""Say something for all projects at once: from one project's cost code to every project that has the same code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from mappings.assign import Assignment, Refusal, assign_many
from mappings.kinds import COST_CODE
from mappings.models import CostCodeMapping, Reference
from mappings.snapshot import STANDARD_ID


@dataclass(frozen=True, slots=True)
class Spread:
    """What was done. `standard`: the standard code's row now says it; else the rows of `projects` projects do."""

    standard: bool
    projects: int
    changed: int

    @property
    def sentence(self) -> str:
        where = "The standard cost code now says so for all projects" if self.standard else f"The code now says so in {self.projects} projects"
        return f"{where}." if self.changed else "It was so already; nothing changed."


def apply_to_all_projects(mapping: CostCodeMapping, *, by: str) -> Spread:
    """Take over this row's targets for all projects: by the standard cost code it was copied from, else row by row.
    Other projects' rows of their own that say something else keep winning where there is a standard code: they are exceptions."""
    if mapping.source.kind != "project_cost_code":
        raise Refusal(f"{mapping.source.label} is a standard cost code: it stands for all projects already.", field="source")
    targets = {target.name: getattr(mapping, target.name) for target in COST_CODE.targets}
    if not any(targets[name] for name in COST_CODE.deciding):
        raise Refusal(f"{mapping.source.label} is not mapped yet: choose its account first, then apply it to all projects.", field="account")
    how = f"applied to all projects from {mapping.source.label}"
    integration = mapping.integration
    standard = _standard_of(mapping.source)
    sources = [standard] if standard else list(_same_code(mapping.source))
    wanted = [Assignment(targets, source=source, cost_type=mapping.cost_type) for source in sources]
    with transaction.atomic():
        changes = assign_many(integration, COST_CODE, wanted, by=by, how=how)
    return Spread(standard=standard is not None, projects=len(sources), changed=len(changes))


def _standard_of(source: Reference) -> Reference | None:
    rows = Reference.everywhere.filter(connection_id=source.connection_id, kind="cost_code", selectable=True, vanished_at=None)
    named = source.attributes.get(STANDARD_ID)
    found = rows.filter(remote_id=str(named)).first() if named else None
    if found:
        return found
    alike = list(rows.filter(code=source.code)[:2])
    return alike[0] if len(alike) == 1 else None


def _same_code(source: Reference) -> Any:
    return Reference.everywhere.filter(
        connection_id=source.connection_id, kind="project_cost_code", code=source.code, selectable=True, vanished_at=None
    ).order_by("pk")
