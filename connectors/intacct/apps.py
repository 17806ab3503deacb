"""Makes the folder a connector app; the adapter itself knows no Django."""

from __future__ import annotations

from django.apps import AppConfig


class IntacctConfig(AppConfig):
    name = "connectors.intacct"
    label = "intacct"
    verbose_name = "Sage Intacct"
