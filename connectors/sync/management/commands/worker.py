"""`manage.py worker`: a django-q2 cluster under a watchdog."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections

from connectors.sync import pulse
from onecore.lib.clock import utcnow

_GRACE_S = 30


class Command(BaseCommand):
    help = "Run the workers: a django-q2 cluster, watched, restarted when it dies or freezes. Stop it with SIGTERM."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stopping = False
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        self._start()
        next_beat = 0.0
        while not self.stopping:
            try:
                if time.monotonic() >= next_beat:
                    pulse.ask_for_beat()
                    next_beat = time.monotonic() + pulse.BEAT_EVERY.total_seconds()
                self._look()
            except DatabaseError as problem:
                self.stderr.write(f"The database does not answer ({problem}); trying again in a moment.")
                connections.close_all()
                time.sleep(2)
            time.sleep(settings.ONECORE_POLL_S)
        self._end()

    def _look(self) -> None:
        now = utcnow()
        if self.cluster.poll() is not None:
            self.stderr.write(f"The cluster ended with {self.cluster.returncode}; starting it again.")
            self._restart()
        elif pulse.is_frozen(now=now, up_since=self.up_since):
            self.stderr.write("The cluster gives no sign of life; killing it and starting it again.")
            self._restart()
        else:
            pulse.ring_if_due(now=now)

    def _start(self) -> None:
        # In its own session, so that the whole group can be killed when it freezes.
        self.cluster = subprocess.Popen([sys.executable, "-m", "django", "qcluster"], start_new_session=True, env=_environment())
        self.up_since: datetime = utcnow()

    def _restart(self) -> None:
        self._kill(signal.SIGKILL)
        pulse.forget_queue()
        self._start()

    def _stop(self, *_: Any) -> None:
        self.stopping = True

    def _end(self) -> None:
        """Let the workers finish what they are at, up to a grace; then end them."""
        self.cluster.send_signal(signal.SIGTERM)
        try:
            self.cluster.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self.stderr.write(f"The cluster did not stop within {_GRACE_S} s; killing it. What it was at is taken up by the next one.")
        self._kill(signal.SIGKILL)

    def _kill(self, how: int) -> None:
        try:
            os.killpg(self.cluster.pid, how)
        except ProcessLookupError:
            return
        self.cluster.wait()


def _environment() -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "onecore.settings"),
        "PYTHONPATH": str(settings.BASE_DIR),
    }
