"""Kiosks in the console."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from hub.console import HubAdmin, ReadOnlyAdmin
from hub.kiosks.models import EnrolmentCode, Kiosk


@admin.register(Kiosk)
class KioskAdmin(HubAdmin):
    """All kiosks; a lost or stolen one is revoked here."""

    list_display = ("id", "place", "software", "last_seen", "held", "enrolled_at", "revoked")
    list_filter = ("revoked",)
    search_fields = ("id", "place")
    readonly_fields = ("id", "software", "enrolled_at", "last_seen", "status")

    @admin.display(description=_("held items"))
    def held(self, kiosk: Kiosk) -> str:
        """How many items wait at the kiosk for its keeper, and how many of them for too long."""
        queue = (kiosk.status or {}).get("queue", {})
        held, overdue = queue.get("held", 0), queue.get("overdue", 0)
        return f"{held} ({overdue})" if overdue else str(held or "")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A kiosk enrols itself."""
        return False


@admin.register(EnrolmentCode)
class EnrolmentCodeAdmin(ReadOnlyAdmin):
    """One-time codes, used and not used; the code itself is shown once, when it is made."""

    scope = None
    list_display = ("created_at", "expires_at", "kiosk")
