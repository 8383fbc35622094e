"""What the console's pages have in common: scope, the record of changes, lists to look at, safe tables."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from hub.accounts.scope import within
from hub.audit.trail import record


class HubAdmin(ModelAdmin):
    """A page of the console: shows what lies in the user's scope, records every change.

    ``scope`` is the lookup from the model to its organisation; ``None`` where it belongs to nobody. What lies
    elsewhere is not found.
    """

    scope: ClassVar[str | None] = "organisation"
    compressed_fields = True
    warn_unsaved_form = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows in the user's scope."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows if self.scope is None else within(rows, request.user, self.scope)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """In the audit trail, instead of Django's own log."""
        return record(request, f"{self.opts.model_name}.added", obj)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """In the audit trail, with the names of the fields."""
        return record(request, f"{self.opts.model_name}.changed", obj, fields=_fields(message))

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """In the audit trail."""
        return [record(request, f"{self.opts.model_name}.deleted", one) for one in queryset]


class ReadOnlyAdmin(HubAdmin):
    """A list to look at: what it shows is made by kiosks or by the API, never typed in."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a row by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes a row by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody removes a row by hand."""
        return False


class ReadOnlyInline(TabularInline):
    """Rows of another table, to look at."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds a row by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes a row by hand."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the row sees what hangs on it."""
        return True


def table_cell(value: object) -> str:
    """A value for a CSV file; what a spreadsheet would take for a formula is marked as text (CWE-1236)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _fields(message: Any) -> list[str]:
    """The names of the changed fields in Django's message of a change."""
    if not isinstance(message, list):
        return []
    return sorted({name for one in message for change in one.values() for name in change.get("fields", ())})
