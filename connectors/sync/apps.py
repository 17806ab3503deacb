"""The engine as a Django app."""

from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "connectors.sync"
    label = "sync"
    verbose_name = "Work"

    def ready(self) -> None:
        from . import checks  # noqa: F401  (registers them)
