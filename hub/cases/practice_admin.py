"""How items are handled here, in the console: templates, rules, retention policies, erasure runs."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from hub.cases.models import CertificateTemplate, ErasureRun, InstantRule, RetentionPolicy
from hub.cases.wording import item_choices, item_name
from hub.console import HubAdmin, ReadOnlyAdmin


class _OfAnItem(HubAdmin):
    """What belongs to an item: it is chosen by its name."""

    scope = None
    any_item = False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The item as a list of names."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "item_id":
            general = [("", _("every item without its own policy"))] if self.any_item else []
            field.widget = UnfoldAdminSelectWidget(choices=[*general, *item_choices()])
        return field

    @admin.display(description=gettext_lazy("item"), ordering="item_id")
    def item(self, row: Any) -> str:
        """The item's short name."""
        return item_name(row.item_id) if row.item_id else _("every item without its own policy")


@admin.register(CertificateTemplate)
class CertificateTemplateAdmin(_OfAnItem):
    """What certificates say."""

    list_display = ("title_zh", "item", "authority_zh")
    search_fields = ("title_zh", "item_id")
    fieldsets = (
        (None, {"fields": ("item_id", ("title_zh", "title_en"), "lines", "body_zh", "body_en")}),
        (None, {"fields": (("authority_zh", "authority_en"),)}),
    )


@admin.register(InstantRule)
class InstantRuleAdmin(_OfAnItem):
    """What is granted on the spot."""

    list_display = ("item", "conditions", "note", "active")
    list_filter = ("active",)
    fields = ("item_id", "conditions", "note", "active")


@admin.register(RetentionPolicy)
class RetentionPolicyAdmin(_OfAnItem):
    """How long residents' data is kept; without any policy nothing is erased by itself, and that is said."""

    any_item = True
    list_display = ("item", "days", "basis")
    fields = ("item_id", "days", "basis")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The policies; with a warning while there is none."""
        if not RetentionPolicy.objects.filter(item_id="").exists():
            messages.warning(
                request,
                _("There is no policy for every item yet: what has none of its own is kept for ever."),
            )
        answer: HttpResponse = super().changelist_view(request, extra_context)
        return answer


@admin.register(ErasureRun)
class ErasureRunAdmin(ReadOnlyAdmin):
    """What was erased when."""

    scope = None
    list_display = ("at", "erased", "files", "on_hold", "left")
