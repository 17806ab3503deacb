"""Addresses of the frame's own pages."""

from django.urls import path

from onecore.portal import views

app_name = "portal"
urlpatterns = [path("tenant/", views.choose_tenant, name="choose_tenant")]
