"""Tickets in the console."""

from __future__ import annotations

from django.contrib import admin

from hub.console import ReadOnlyAdmin
from hub.evaluations.models import TroubleTicket


@admin.register(TroubleTicket)
class TroubleTicketAdmin(ReadOnlyAdmin):
    """Tickets of those who could not get it done, newest first."""

    scope = "kiosk__organisation"
    list_display = ("check_code", "reason", "journey", "page", "kiosk", "received_at")
    list_filter = ("reason", "journey")
    search_fields = ("check_code",)
