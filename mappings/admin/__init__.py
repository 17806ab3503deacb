"""Admin pages: a grid for each kind of mapping, the mirrored lists and the changes, both read-only."""

from mappings.admin import change, mapping, reference

__all__ = ["change", "mapping", "reference"]
