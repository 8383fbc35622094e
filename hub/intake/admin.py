"""What arrived, and what was refused and waits for somebody, in the console."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import UnfoldBooleanSwitchWidget

from hub.accounts.models import Role
from hub.console import HubAdmin, ReadOnlyAdmin
from hub.intake.models import HeldSubmission, ReceivedItem

_KINDS: Final = {
    "submission": gettext_lazy("submission"),
    "supplement": gettext_lazy("supplement"),
    "copy-report": gettext_lazy("report of a copy"),
    "trouble": gettext_lazy("could not get it done"),
    "evaluation": gettext_lazy("evaluation"),
    "counts": gettext_lazy("counts of a day"),
}
"""The kinds of items in words."""


@admin.register(ReceivedItem)
class ReceivedItemAdmin(ReadOnlyAdmin):
    """Everything kiosks delivered, newest first."""

    scope = "kiosk__organisation"
    list_display = ("id", "kind", "kiosk", "received_at")
    list_filter = ("kind",)
    list_select_related = ("kiosk",)
    exclude = ("receipt",)


class Standing(admin.SimpleListFilter):
    """Whether somebody still has to do something."""

    title = gettext_lazy("state")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The lists there are."""
        return [("mine", _("mine")), ("overdue", _("overdue")), ("solved", _("solved")), ("all", _("all"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the chosen list; without one, everything that waits."""
        waiting = queryset.filter(solved_at=None)
        return {
            "mine": waiting.filter(owner_id=request.user.pk),
            "overdue": waiting.filter(due__lt=timezone.localdate()),
            "solved": queryset.exclude(solved_at=None),
            "all": queryset,
        }.get(self.value() or "", waiting)


class HeldForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who owns it, what was done, and whether that was the end of it."""

    solved = forms.BooleanField(
        label=gettext_lazy("solved"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    class Meta:
        model = HeldSubmission
        fields = ("owner", "note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["solved"].initial = self.instance.solved_at is not None

    def clean(self) -> dict[str, Any]:
        """What is solved says how."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("solved") and not (cleaned.get("note") or "").strip():
            self.add_error("note", _("Write what was done; without names."))
        return cleaned


@admin.register(HeldSubmission)
class HeldSubmissionAdmin(HubAdmin):
    """What was refused and waits at a kiosk, with who looks after it and until when."""

    scope = "kiosk__organisation"
    form = HeldForm
    list_display = ("__str__", "kind_name", "kiosk", "reason", "owner", "state")
    list_filter = (Standing,)
    list_select_related = ("kiosk", "owner")
    readonly_fields = ("id", "kiosk", "keeper", "kind", "reason", "reported_at", "due", "escalated")
    fieldsets = (
        (
            None,
            {"fields": (("id", "kind"), "kiosk", "keeper", "reason", ("reported_at", "due", "escalated"))},
        ),
        (gettext_lazy("Work"), {"fields": ("owner", "note", "solved")}),
    )

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_name(self, one: HeldSubmission) -> str:
        """What it is, in words."""
        return str(_KINDS.get(one.kind, one.kind))

    @admin.display(description=gettext_lazy("keeper"))
    def keeper(self, one: HeldSubmission) -> str:
        """Who looks after the kiosk, and their phone."""
        return str(one.kiosk.keeper or "–")

    @display(  # type: ignore[untyped-decorator]
        description=gettext_lazy("to be solved by"),
        label={"overdue": "danger", "open": "", "solved": "success"},
    )
    def state(self, one: HeldSubmission) -> tuple[str, str]:
        """The day it is due, and whether it is solved."""
        if one.solved_at is not None:
            return "solved", _("solved")
        return "overdue" if one.due < timezone.localdate() else "open", f"{one.due:%Y-%m-%d}"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Who can own one: those who can solve it."""
        if db_field.name == "owner":
            able = (Role.ADMINISTRATOR, Role.TECHNICIAN)
            kwargs["queryset"] = User.objects.filter(is_active=True, account__role__in=able).order_by(
                "username"
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: HeldSubmission, form: Any, change: bool) -> None:
        """Note when it was solved, or that it is open again."""
        solved = form.cleaned_data["solved"]
        obj.solved_at = (obj.solved_at or timezone.now()) if solved else None
        super().save_model(request, obj, form, change)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Kiosks report them, and the hub itself."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They stay, as evidence."""
        return False
