"""When a remote list was last read into the mirror."""

from __future__ import annotations

from django.db import models

from onecore.lib.scope import TenantOwned


class ListRead(TenantOwned):
    """The last reading of one list of one connection."""

    connection = models.ForeignKey("connections.Connection", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    read_at = models.DateTimeField()
    rows = models.PositiveIntegerField(default=0)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["connection", "kind"], name="one_reading_a_list")]

    def __str__(self) -> str:
        return f"{self.kind} {self.read_at:%Y-%m-%d %H:%M}"
