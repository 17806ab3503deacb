"""The app of the page frame; it owns no tables."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "onecore.portal"
    label = "portal"
    verbose_name = "Portal"
