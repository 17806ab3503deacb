"""A workbook that was uploaded and previewed, kept until it is applied or a day has passed."""

from __future__ import annotations

from django.db import models

from onecore.lib.scope import TenantOwned


class WorkbookUpload(TenantOwned):
    """`stamp` is the digest of what the preview showed: applying anything else is refused."""

    integration = models.ForeignKey("connections.Integration", on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=255)
    content = models.BinaryField()
    stamp = models.CharField(max_length=64, blank=True, default="")
    by = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        verbose_name = "uploaded workbook"

    def __str__(self) -> str:
        return self.filename
