"""Addresses under /connections/."""

from django.contrib import admin
from django.urls import path

from . import views

app_name = "connections"
guarded = admin.site.admin_view

urlpatterns = [
    path("return/", guarded(views.come_back), name="return"),
    path("<int:pk>/credentials/", guarded(views.credentials), name="credentials"),
    path("<int:pk>/test/", guarded(views.test), name="test"),
    path("<int:pk>/disconnect/", guarded(views.take_apart), name="disconnect"),
    path("<int:pk>/sign-in/", guarded(views.sign_in), name="sign_in"),
]
