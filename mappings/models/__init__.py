"""Tables: the mirrored lists, one table a kind of mapping, the changes people made, and workbooks waiting to be applied."""

from mappings.models.change import MappingChange
from mappings.models.mapping import CostCodeMapping, CostTypeMapping, Mapping, ProjectMapping, VendorMapping
from mappings.models.reference import Reference
from mappings.models.upload import WorkbookUpload

__all__ = [
    "CostCodeMapping",
    "CostTypeMapping",
    "Mapping",
    "MappingChange",
    "ProjectMapping",
    "Reference",
    "VendorMapping",
    "WorkbookUpload",
]
