"""Reconciliation as a Django app."""

from django.apps import AppConfig


class ReconcileConfig(AppConfig):
    name = "connectors.reconcile"
    label = "reconcile"
    verbose_name = "Reconcile"
