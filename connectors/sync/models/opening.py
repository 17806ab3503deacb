"""Opening figures: what a commitment had billed and retained when OneCore took it over, agreed by a person."""

from __future__ import annotations

from django.db import models

from onecore.lib.scope import TenantOwned


class Opening(TenantOwned):
    """The state of one open commitment at the start date. Amounts in `currency`, gross billed and retainage held to date."""

    integration = models.ForeignKey("connections.Integration", on_delete=models.CASCADE, related_name="openings")
    commitment_ref = models.CharField(max_length=100)
    commitment_number = models.CharField(max_length=100, blank=True)
    currency = models.CharField(max_length=3)
    billed_to_date = models.DecimalField(max_digits=18, decimal_places=2, help_text="Work and stored materials billed before the start date, gross.")
    retained_to_date = models.DecimalField(max_digits=18, decimal_places=2, help_text="Retainage held at the start date.")
    paid_to_date = models.DecimalField(max_digits=18, decimal_places=2, default=0, help_text="Paid before the start date.")
    agreed_by = models.CharField(
        max_length=150, blank=True, help_text="Who signed these figures. Until someone has, the commitment's invoices are held."
    )
    agreed_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["integration", "commitment_ref"], name="one_opening_a_commitment")]
        verbose_name = "opening figures"
        verbose_name_plural = "opening figures"

    def __str__(self) -> str:
        return f"{self.commitment_number or self.commitment_ref}"
