"""The app `connections`."""

from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "connectors.connections"
    label = "connections"
    verbose_name = "Connections"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from connectors import catalog
        from connectors.connections import checks  # noqa: F401  (registers the checks)
        from connectors.connections.endpoints import endpoints_of

        for connector in catalog.all_connectors():
            endpoints_of(connector)  # a malformed address stops the start with a sentence that names it
