"""Django's flush for databases that hold nothing real: tests empty their tables with it.

It lowers the guard of the audit trail and puts it back. In production it refuses: a trail is never emptied.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import flush

from audit.guard import lowered


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("flush is refused here: it would empty the audit trail. To start over, create a new database and migrate it.")
        with lowered(options["database"]):
            super().handle(**options)
