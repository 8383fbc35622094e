"""Cases and results in the console.

Neither residents' data nor their documents are shown: that comes together with the record of who looked.
"""

from __future__ import annotations

from django.contrib import admin

from hub.cases.models import Case, Copy, Material, Result
from hub.console import ReadOnlyAdmin, ReadOnlyInline


class MaterialInline(ReadOnlyInline):
    """A case's materials."""

    model = Material
    fields = ("material_id", "media_type", "pages")


class CopyInline(ReadOnlyInline):
    """A result's numbered copies."""

    model = Copy
    fields = ("copy_no", "kiosk", "issued_at", "verification_code", "outcome", "outcome_at")


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """All cases, newest first."""

    scope = "kiosk__organisation"
    list_display = ("case_no", "item_id", "state", "received_at", "promised_by", "kiosk", "check_code")
    list_filter = ("state", "item_id")
    search_fields = ("case_no", "check_code")
    date_hierarchy = "received_at"
    exclude = ("resident",)
    inlines = (MaterialInline,)


@admin.register(Result)
class ResultAdmin(ReadOnlyAdmin):
    """All results with their copies."""

    scope = "case__kiosk__organisation"
    list_display = ("case", "decided_at")
    search_fields = ("case__case_no", "copies__verification_code")
    exclude = ("certificate",)
    inlines = (CopyInline,)
