"""The app `connections`."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "connectors.connections"
    label = "connections"
    verbose_name = "Connections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from connectors.connections import checks  # noqa: F401  (registers the checks)
