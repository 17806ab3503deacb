"""The kinds of mapping, as a table: what is mapped, to what, and which target decides whether a row counts as mapped."""

from __future__ import annotations

from dataclasses import dataclass

from mappings.models import CostCodeMapping, CostTypeMapping, Mapping, ProjectMapping, VendorMapping


@dataclass(frozen=True, slots=True)
class TargetField:
    """One target of a mapping: the model field, its label on screens, the ledger list it is chosen from."""

    name: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class MappingKind:
    """`sources`: the source lists mapped here, the company-wide one first. `deciding`: a row is mapped as soon as one of these
    is set. `required`: documents stop at an unmapped row, so unmapped rows count as work to do."""

    key: str
    label: str
    singular: str
    model: type[Mapping]
    sources: tuple[str, ...]
    targets: tuple[TargetField, ...]
    deciding: tuple[str, ...]
    required: bool = True

    def target(self, name: str) -> TargetField:
        """The target field of that name. Raises KeyError."""
        for field in self.targets:
            if field.name == name:
                return field
        raise KeyError(name)


_DIMENSIONS = (
    TargetField("department", "Department", "department"),
    TargetField("ledger_class", "Class", "class"),
    TargetField("location", "Location", "location"),
)

COST_CODE = MappingKind(
    key="cost_code",
    label="Cost codes",
    singular="cost code",
    model=CostCodeMapping,
    sources=("cost_code", "project_cost_code"),
    targets=(
        TargetField("account", "Ledger account", "account"),
        TargetField("item", "Item", "item"),
        TargetField("task", "Task", "task"),
        TargetField("ledger_cost_type", "Ledger cost type", "cost_type"),
        *_DIMENSIONS,
    ),
    deciding=("account", "item"),
)
COST_TYPE = MappingKind(
    key="cost_type",
    label="Cost types",
    singular="cost type",
    model=CostTypeMapping,
    sources=("cost_type",),
    targets=(TargetField("target", "Ledger cost type", "cost_type"),),
    deciding=("target",),
    required=False,
)
VENDOR = MappingKind(
    key="vendor",
    label="Vendors",
    singular="vendor",
    model=VendorMapping,
    sources=("vendor",),
    targets=(TargetField("target", "Ledger vendor", "vendor"),),
    deciding=("target",),
)
PROJECT = MappingKind(
    key="project",
    label="Projects",
    singular="project",
    model=ProjectMapping,
    sources=("project",),
    targets=(TargetField("target", "Ledger project", "project"), *_DIMENSIONS),
    deciding=("target",),
)

KINDS: dict[str, MappingKind] = {kind.key: kind for kind in (COST_CODE, COST_TYPE, VENDOR, PROJECT)}


def kind_of(mapping: Mapping) -> MappingKind:
    """The table row a mapping belongs to."""
    for kind in KINDS.values():
        if isinstance(mapping, kind.model):
            return kind
    raise TypeError(f"{type(mapping).__name__} is no kind of mapping")


def is_mapped(mapping: Mapping) -> bool:
    """True if a deciding target is set."""
    return any(getattr(mapping, f"{name}_id") for name in kind_of(mapping).deciding)
