"""Every address of the portal. Rooms above the core are named as strings and listed once they exist."""

from __future__ import annotations

from django.apps import apps
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from onecore.portal import views
from onecore.portal.named import exists

ROOMS = (
    ("hooks/", "connectors.webhooks.urls"),
    ("connections/", "connectors.connections.urls"),
    ("mappings/", "mappings.urls"),
    ("audit/", "audit.urls"),
    ("sync/", "connectors.sync.urls"),
    ("reconcile/", "connectors.reconcile.urls"),
    ("onboarding/", "connectors.onboarding.urls"),
    ("desk/", "connectors.desk.urls"),
)

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("healthz", views.healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("accounts/", include("allauth.urls")),
    path("portal/", include("onecore.portal.urls")),
    *(path(prefix, include(room)) for prefix, room in ROOMS if apps.is_installed(room.removesuffix(".urls")) and exists(room)),
]

handler403 = "onecore.portal.views.forbidden"
handler404 = "onecore.portal.views.not_found"
handler500 = "onecore.portal.views.failed"
