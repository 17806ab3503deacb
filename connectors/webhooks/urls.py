"""`/hooks/<system>/<opaque id>/`, included by the core's table."""

from __future__ import annotations

from django.urls import path

from connectors.webhooks.views import HookView

app_name = "webhooks"
urlpatterns = [path("<slug:system>/<str:opaque_id>/", HookView.as_view(), name="receive")]
