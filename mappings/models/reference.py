"""One row of a remote list (account, cost code, vendor ...), mirrored so that people can map it and pages can show it."""

from __future__ import annotations

from django.db import models

from onecore.lib.scope import TenantOwned


class Reference(TenantOwned):
    """A remote list's row. It is never deleted: what the remote no longer lists is inactive and `vanished_at` says since when."""

    connection = models.ForeignKey("connections.Connection", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    remote_id = models.CharField("remote id", max_length=255, help_text="What documents carry to point at it.")
    parent = models.CharField(max_length=255, blank=True, default="", help_text="What it belongs to there: the project of a project cost code.")
    code = models.CharField(max_length=255, blank=True, default="")
    name = models.TextField(blank=True, default="")
    active = models.BooleanField(default=True)
    selectable = models.BooleanField(default=True, help_text="False for headers, bank and control accounts and the like.")
    why_not = models.TextField("why not selectable", blank=True, default="")
    attributes = models.JSONField(default=dict, blank=True)
    search_text = models.TextField(editable=False, default="", help_text="Code and name, case folded, for type-ahead.")
    digest = models.CharField(max_length=64, editable=False, default="")
    seen_at = models.DateTimeField(help_text="When OneCore last read something new about it.")
    vanished_at = models.DateTimeField(null=True, blank=True, help_text="Since when the remote no longer lists it.")

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["connection", "kind", "parent", "remote_id"], name="reference_once")]
        indexes = [models.Index(fields=["connection", "kind", "code"], name="reference_by_code")]
        verbose_name = "list entry"
        verbose_name_plural = "list entries"

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Code and name as people read them; the remote id where there is neither."""
        return label_of(self.code, self.name, self.remote_id)

    @property
    def vanished(self) -> bool:
        return self.vanished_at is not None


def label_of(code: str, name: str, remote_id: str) -> str:
    """Code and name in one line, without saying the same thing twice."""
    if code and name and code != name:
        return f"{code} {name}"
    return code or name or remote_id
