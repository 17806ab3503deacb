"""The call journal: every HTTP exchange, redacted and capped, kept for a while."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from onecore.lib.scope import TenantOwned

from .connection import Connection


class Call(TenantOwned):
    """One exchange. `status` 0: no answer came."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="calls")
    at = models.DateTimeField(db_index=True)
    method = models.CharField(max_length=8)
    url = models.TextField()
    operation = models.CharField(max_length=120)
    status = models.PositiveSmallIntegerField()
    elapsed_ms = models.PositiveIntegerField()
    request = models.TextField(blank=True)
    response = models.TextField(blank=True)
    request_id = models.CharField(max_length=200, blank=True)
    error = models.TextField(blank=True)

    class Meta(TenantOwned.Meta):
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["tenant", "connection", "-id"], name="call_by_connection")]

    def __str__(self) -> str:
        return f"{self.operation}: {self.status or 'no answer'}"
