"""Onboarding as a Django app."""

from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "connectors.onboarding"
    label = "onboarding"
    verbose_name = "Onboarding"
