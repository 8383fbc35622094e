"""The audit trail in the console: to read, to narrow down, to export."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.accounts.models import Account, Role
from hub.accounts.roles import account_of
from hub.accounts.scope import within
from hub.audit.exporting import COLUMNS, cells, rows
from hub.audit.models import Entry
from hub.audit.trail import record
from hub.console import ReadOnlyAdmin
from hub.tables import csv_answer


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    """All entries, newest first; below the root, what the accounts of one's own scope did."""

    scope = None
    list_display = ("number", "when", "who", "role_name", "action", "target", "address")
    list_filter = ("at", "role", "action")
    search_fields = ("who", "action", "target")
    list_per_page = 50
    show_full_result_count = False
    fields = (
        "number",
        "when",
        "who",
        "role_name",
        "address",
        "action",
        "target",
        "detail",
        "previous",
        "hash",
    )
    actions = ("export_rows", "export_lines")

    readonly_fields = ("when", "role_name")

    @admin.display(description=_("at"), ordering="number")
    def when(self, entry: Entry) -> str:
        """To the second, in the hub's time zone."""
        return f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}"

    @admin.display(description=_("role"))
    def role_name(self, entry: Entry) -> str:
        """The role that they had then, in words."""
        return str(dict(Role.choices).get(entry.role, entry.role)) or "–"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """Everything for who is at the root."""
        entries: QuerySet[Entry] = super().get_queryset(request)
        account = account_of(request.user)
        if account is not None and account.organisation.parent_id is None:
            return entries
        names = within(Account.objects.all(), request.user).values("user__username")
        return entries.filter(who__in=names)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """A row's history is asked for by its name."""
        return lookup == "target__exact" or bool(super().lookup_allowed(lookup, value, request))

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Whether the user may take the trail away."""
        return request.user.has_perm("audit.export_entry")

    @admin.action(description=_("Export as CSV"), permissions=("export",))
    def export_rows(self, request: HttpRequest, entries: QuerySet[Entry]) -> StreamingHttpResponse:
        """The chosen entries as a table."""
        self._recorded(request, entries)
        return csv_answer("audit.csv", COLUMNS, (cells(row) for row in rows(entries)))

    @admin.action(description=_("Export as JSON lines, to verify elsewhere"), permissions=("export",))
    def export_lines(self, request: HttpRequest, entries: QuerySet[Entry]) -> StreamingHttpResponse:
        """The chosen entries with everything their hashes cover."""
        self._recorded(request, entries)
        return StreamingHttpResponse(
            (json.dumps(row, ensure_ascii=False) + "\n" for row in rows(entries)),
            content_type="application/jsonl; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="audit.jsonl"'},
        )

    def _recorded(self, request: HttpRequest, entries: QuerySet[Entry]) -> Any:
        return record(request, "audit.exported", rows=entries.count())
