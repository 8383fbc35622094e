"""The catalogue in the console."""

from __future__ import annotations

from django.contrib import admin

from hub.catalogue.models import Publication
from hub.console import ReadOnlyAdmin


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    """All publications, newest first."""

    scope = None
    list_display = ("version", "published_at", "file")
    exclude = ("items",)
