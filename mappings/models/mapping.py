"""The mappings: a source Reference, the ledger References it stands for, and who said so.

A row without its deciding target is unmapped: it is there to be filled in. Rows are changed only by `mappings.assign`.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from mappings.models.reference import Reference
from onecore.lib.scope import TenantOwned


def _target(label: str) -> Any:
    return models.ForeignKey(Reference, verbose_name=label, on_delete=models.RESTRICT, null=True, blank=True, related_name="+")


class Mapping(TenantOwned):
    """What every kind of mapping has."""

    integration = models.ForeignKey("connections.Integration", on_delete=models.CASCADE, related_name="+")
    source = models.ForeignKey(Reference, on_delete=models.CASCADE, related_name="+")
    set_by = models.CharField(max_length=200, blank=True, default="", editable=False)
    how = models.CharField(max_length=200, blank=True, default="", editable=False)
    set_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.source.label


class CostCodeMapping(Mapping):
    """A cost code of the company's standard list, or of one project; for every cost type or one."""

    cost_type = models.ForeignKey(Reference, on_delete=models.CASCADE, null=True, blank=True, related_name="+", help_text="Blank: every cost type.")
    account = _target("ledger account")
    item = _target("item")
    task = _target("task")
    ledger_cost_type = _target("ledger cost type")
    department = _target("department")
    ledger_class = _target("class")
    location = _target("location")

    class Meta(Mapping.Meta):
        constraints = [
            models.UniqueConstraint(fields=["integration", "source", "cost_type"], name="cost_code_mapping_once_a_type"),
            models.UniqueConstraint(fields=["integration", "source"], condition=models.Q(cost_type=None), name="cost_code_mapping_once"),
        ]
        verbose_name = "cost code mapping"
        verbose_name_plural = "cost codes"

    def __str__(self) -> str:
        return f"{self.source.label} · {self.cost_type.label}" if self.cost_type else self.source.label


class CostTypeMapping(Mapping):
    """A source cost type (labour, materials ...) to the ledger's cost type."""

    target = _target("ledger cost type")

    class Meta(Mapping.Meta):
        constraints = [models.UniqueConstraint(fields=["integration", "source"], name="cost_type_mapping_once")]
        verbose_name = "cost type mapping"
        verbose_name_plural = "cost types"


class VendorMapping(Mapping):
    """A source vendor to the ledger's vendor."""

    target = _target("ledger vendor")

    class Meta(Mapping.Meta):
        constraints = [models.UniqueConstraint(fields=["integration", "source"], name="vendor_mapping_once")]
        verbose_name = "vendor mapping"
        verbose_name_plural = "vendors"


class ProjectMapping(Mapping):
    """A source project to the ledger's project, with the dimensions its documents carry."""

    target = _target("ledger project")
    location = _target("location")
    department = _target("department")
    ledger_class = _target("class")

    class Meta(Mapping.Meta):
        constraints = [models.UniqueConstraint(fields=["integration", "source"], name="project_mapping_once")]
        verbose_name = "project mapping"
        verbose_name_plural = "projects"
