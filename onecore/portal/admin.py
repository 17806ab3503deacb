"""Admin pages that libraries bring, in the look of all the others. They belong to no tenant: platform support only."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin


def dress_library_pages() -> None:
    """Give each page that still has Django's bare look the theme's, keeping what it lists and does."""
    for model, page in list(admin.site._registry.items()):
        if isinstance(page, ModelAdmin):
            continue
        admin.site.unregister(model)
        admin.site.register(model, type(page.__class__.__name__, (page.__class__, ModelAdmin), {"__module__": page.__class__.__module__}))


dress_library_pages()
