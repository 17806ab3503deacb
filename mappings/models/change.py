"""One change of one mapping: what it was, what it is, who and how. Its id is the version documents record."""

from __future__ import annotations

from django.db import models

from onecore.lib.scope import TenantOwned


class MappingChange(TenantOwned):
    """Written once. `before` and `after` hold the targets that differ: field -> {reference, code, name} or null.
    The engine stamps `replayed_at` when it has looked again at what waited."""

    integration = models.ForeignKey("connections.Integration", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    mapping_id = models.BigIntegerField()
    source_label = models.TextField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    by = models.CharField(max_length=200)
    how = models.CharField(max_length=200)
    at = models.DateTimeField()
    replayed_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        indexes = [
            models.Index(fields=["integration", "id"], name="mapping_change_version"),
            models.Index(fields=["id"], condition=models.Q(replayed_at=None), name="mapping_change_to_replay"),
            models.Index(fields=["kind", "mapping_id"], name="mapping_change_of_row"),
        ]
        verbose_name = "mapping change"

    def __str__(self) -> str:
        return f"{self.source_label}: {self.words}"

    @property
    def words(self) -> str:
        """Before and after in a line: `account: nothing → 5010 Concrete`."""
        return "; ".join(f"{self._label(field)}: {_said(self.before.get(field))} → {_said(self.after[field])}" for field in self.after)

    def _label(self, field: str) -> str:
        return f"ledger {self.kind}".replace("_", " ") if field == "target" else field.removeprefix("ledger_").replace("_", " ")


def _said(target: dict[str, str] | None) -> str:
    return f"{target['code']} {target['name']}".strip() if target else "nothing"
