"""A Flow is one kind of record moving one way; a Run is one execution of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from onecore.lib.scope import TenantOwned


class Flow(TenantOwned):
    """One kind of record moving one way inside an Integration."""

    integration = models.ForeignKey("connections.Integration", on_delete=models.CASCADE, related_name="flows")
    key = models.CharField(max_length=40, help_text="The flow of the table in connectors.sync.flows, e.g. requisitions.")
    enabled = models.BooleanField(default=False, help_text="Off: nothing is read or posted.")
    paused = models.BooleanField(default=False, help_text="Paused: documents are read and prepared, nothing is posted.")
    every_minutes = models.PositiveIntegerField(default=15, help_text="How often the source is asked for changes.")
    cursor = models.DateTimeField(null=True, blank=True, editable=False, help_text="Everything the source changed before this moment has been seen.")
    next_at = models.DateTimeField(null=True, blank=True, editable=False, db_index=True)
    policy_seen_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="The policy change whose holds were looked at again.")
    last_full_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["integration", "key"], name="one_flow_of_a_kind")]

    def __str__(self) -> str:
        from connectors.sync.flows import FLOWS

        return FLOWS[self.key].label if self.key in FLOWS else self.key


class Run(TenantOwned):
    """One execution of a flow, with counts and progress. At most one a flow is open."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="runs")
    trigger = models.CharField(max_length=20, default="schedule", help_text="schedule, webhook, person, command or change.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(db_index=True)
    beat_at = models.DateTimeField(help_text="Last sign of life; a run that stays silent is closed by the sweep.")
    finished_at = models.DateTimeField(null=True, blank=True)
    seen = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    prepared = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0, help_text="How many the run expects, 0 while unknown.")
    sentence = models.TextField(blank=True, help_text="How it ended, in words.")

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["flow"], condition=Q(state="running"), name="one_open_run_a_flow")]
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.flow} {self.started_at:%Y-%m-%d %H:%M}"


class Pulse(models.Model):
    """A sign of life, written by a task inside a worker: the watchdog reads it to tell a frozen cluster from an idle one."""

    name = models.CharField(max_length=40, primary_key=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.beat_at:%H:%M:%S}"
