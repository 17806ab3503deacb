"""Rate limits as shared rows. They belong to no tenant: a limit on our app or on one remote company counts for all.

Moments are seconds since the epoch, as in the port's throttle, so that one conditional UPDATE can do the arithmetic.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Budget(models.Model):
    """One call window, in the terms of `connectors.kit.throttle`: everything taken so far is paid off at `until`.

    A call costs `interval_s` and fits while no more than `ahead_s` is unpaid. `key` says who shares it, and which window:
    `app:procore 3600/3600`, `company:intacct:ACME pauses`.
    """

    key = models.CharField(max_length=255, unique=True)
    interval_s = models.FloatField(default=0)
    ahead_s = models.FloatField(default=0)
    until = models.FloatField(default=0)
    paused_until = models.FloatField(default=0)

    def __str__(self) -> str:
        return self.key


class Slot(models.Model):
    """One of the calls that may be under way at once. Free when its lease is over; a dead holder's comes back by itself."""

    key = models.CharField(max_length=200)
    number = models.PositiveSmallIntegerField()
    owner = models.CharField(max_length=64, blank=True)
    leased_until = models.FloatField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [models.UniqueConstraint(fields=["key", "number"], name="slot_once")]

    def __str__(self) -> str:
        return f"{self.key} #{self.number}"
