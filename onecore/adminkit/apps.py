"""The admin site and the checks on it."""

from django.apps import AppConfig
from django.contrib import admin


class AdminkitConfig(AppConfig):
    name = "onecore.adminkit"
    label = "adminkit"
    verbose_name = "Admin parts"

    def ready(self) -> None:
        from onecore.adminkit import checks  # noqa: F401  (registers the checks)
        from onecore.adminkit.site import Site

        # The theme has put its own site in place by now and every app has registered on it; ours adds
        # behaviour only, so it takes over the object that already holds the registrations.
        admin.site.__class__ = Site
