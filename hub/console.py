"""What the console's pages have in common: scope, the record of changes, lists to look at, safe tables."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import display_for_field, label_for_field, lookup_field
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import DateTimeField, Field, ForeignKey, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from hub.accounts.scope import within
from hub.audit.trail import record
from hub.tables import csv_answer, table_cell

__all__ = ["HubAdmin", "ReadOnlyAdmin", "ReadOnlyInline", "csv_answer", "table_cell"]


class HubAdmin(ModelAdmin):
    """A page of the console: shows what lies in the user's scope, records every change.

    ``scope`` is the lookup from the model to its organisation; ``None`` where it belongs to nobody. What lies
    elsewhere is not found.
    """

    scope: ClassVar[str | None] = "organisation"
    compressed_fields = True
    warn_unsaved_form = True
    actions: Sequence[str] = ("export_rows",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows in the user's scope."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows if self.scope is None else within(rows, request.user, self.scope)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """One row in the user's scope; that somebody asked for one elsewhere is recorded."""
        found = super().get_object(request, object_id, from_field)
        if found is None and self._is_elsewhere(object_id):
            record(request, f"{self.opts.model_name}.denied", f"{self.opts.label_lower} {object_id}")
        return found

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Only what lies in the user's scope can be chosen."""
        there = db_field.remote_field.model
        if self.admin_site.is_registered(there):
            kwargs.setdefault("queryset", self.admin_site.get_model_admin(there).get_queryset(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """What the address says of a new row, without what cannot be meant.

        Django takes the words as they stand, and its widgets for times and for rows to be found fail on them.
        """
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        for field in self.opts.fields:
            if field.name in initial:
                try:
                    initial[field.name] = _meant(field, initial[field.name])
                except ValidationError:
                    del initial[field.name]
        return initial

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Where there is only to look, no link to a page that is not for who looks."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        shown = partial(self._without_dead_end, request)
        return [(title, {**more, "fields": [*map(shown, more["fields"])]}) for title, more in fieldsets]

    def _without_dead_end(self, request: HttpRequest, name: Any) -> Any:
        """The name, or for a row of a table that is not for who looks a column with its words alone."""
        field = {one.name: one for one in self.opts.fields}.get(name)
        if not isinstance(field, ForeignKey) or not self.admin_site.is_registered(field.remote_field.model):
            return name
        if self.admin_site.get_model_admin(field.remote_field.model).has_view_permission(request):
            return name

        @admin.display(description=field.verbose_name, empty_value="–")
        def words(row: Model) -> Any:
            return getattr(row, field.name)

        return words

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What was done to a row is in the audit trail."""
        if not request.user.has_perm("audit.view_entry"):
            raise PermissionDenied
        about = urlencode({"target__exact": f"{self.opts.label_lower} {object_id}"})
        return HttpResponseRedirect(f"{reverse('admin:audit_entry_changelist')}?{about}")

    @admin.action(description=_("Export as CSV"), permissions=("view",))
    def export_rows(self, request: HttpRequest, rows: QuerySet[Any]) -> StreamingHttpResponse:
        """The chosen rows with the columns of the list, as a table for spreadsheets."""
        record(request, f"{self.opts.model_name}.exported", self.opts.label_lower, rows=rows.count())
        columns = [name for name in self.get_list_display(request) if name != "action_checkbox"]
        head = [str(label_for_field(name, self.model, self)) for name in columns]
        lines = ([self._shown(name, row) for name in columns] for row in rows.iterator(chunk_size=500))
        return csv_answer(f"{self.opts.model_name}.csv", head, lines)

    def _shown(self, name: str, row: Model) -> str:
        field, _attribute, value = lookup_field(name, row, self)
        return str(value) if field is None else str(display_for_field(value, field, ""))

    def _is_elsewhere(self, object_id: str) -> bool:
        try:
            return bool(self.opts.default_manager.filter(pk=object_id).exists())
        except (ValueError, ValidationError):
            return False

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


def _meant(field: Field[Any, Any], words: Any) -> Any:
    """What the words of an address say a field is; raises ``ValidationError`` where that cannot be."""
    if isinstance(field, ForeignKey):
        there: Any = field.remote_field.model
        if not there.objects.filter(pk=field.target_field.to_python(words)).exists():
            raise ValidationError(_("This row is not there."))
        return words
    return field.to_python(words) if isinstance(field, DateTimeField) else words


def _fields(message: Any) -> list[str]:
    """The names of the changed fields in Django's message of a change."""
    if not isinstance(message, list):
        return []
    return sorted({name for one in message for change in one.values() for name in change.get("fields", ())})
