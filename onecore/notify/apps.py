"""The app of outgoing messages."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "onecore.notify"
    label = "notify"
    verbose_name = "Messages"
