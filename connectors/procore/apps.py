"""Makes this system a connector app: the only module here that knows Django."""

from __future__ import annotations

from django.apps import AppConfig


class ProcoreConfig(AppConfig):
    name = "connectors.procore"
    label = "procore"
    verbose_name = "Procore"
