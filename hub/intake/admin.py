"""What arrived, in the console."""

from __future__ import annotations

from django.contrib import admin

from hub.console import ReadOnlyAdmin
from hub.intake.models import ReceivedItem


@admin.register(ReceivedItem)
class ReceivedItemAdmin(ReadOnlyAdmin):
    """Everything kiosks delivered, newest first."""

    scope = "kiosk__organisation"
    list_display = ("id", "kind", "kiosk", "received_at")
    list_filter = ("kind",)
    exclude = ("receipt",)
