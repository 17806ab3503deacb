"""The app of tenants and the people in them."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "onecore.tenants"
    label = "tenants"
    verbose_name = "Tenants and people"
