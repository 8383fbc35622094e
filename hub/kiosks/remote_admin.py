"""In the console: codes by which kiosks become known, commands to them, settings that are wanted of them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, ClassVar

import segno
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from hub.console import HubAdmin, ReadOnlyAdmin
from hub.kiosks.desired import SETTING_NAMES, DesiredSetting, difference
from hub.kiosks.enrolment import new_code, ticket
from hub.kiosks.models import EnrolmentCode, Kiosk, KioskCommand
from hub.kiosks.remote_commands import issue
from kiosk.wire import REMOTE_SETTINGS, Bilingual, Close, TestDevice, command_actions


class CodeForm(forms.ModelForm):  # type: ignore[type-arg]
    """For whom the code is; the code itself is made by the hub."""

    hub_address = forms.RegexField(
        r"^https?://[^\s/?#@]+$",
        label=_("Address of the hub"),
        help_text=_("As kiosks call it. It is part of the QR code."),
        widget=UnfoldAdminTextInputWidget,
    )

    class Meta:
        model = EnrolmentCode
        fields = ("organisation", "renews")
        help_texts = {"renews": _("A kiosk that lost its key, or had it copied: it keeps its number.")}


@admin.register(EnrolmentCode)
class EnrolmentCodeAdmin(ReadOnlyAdmin):
    """One-time codes, used and not used; a code itself is shown once, when it is made."""

    form = CodeForm
    list_display = ("created_at", "expires_at", "organisation", "renews", "kiosk")
    fields = ("organisation", "renews", "hub_address")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may make codes."""
        return bool(request.user.has_perm("kiosks.add_enrolmentcode"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The address under which the console itself was called is a good guess."""
        return {
            **super().get_changeform_initial_data(request),
            "hub_address": request.build_absolute_uri("/")[:-1],
        }

    def save_model(self, request: HttpRequest, obj: EnrolmentCode, form: Any, change: bool) -> None:
        """Make the code; it is kept as a digest only."""
        wanted = form.cleaned_data
        code = new_code(request, renews=wanted["renews"], organisation=wanted["organisation"])
        request.META["yedeng.ticket"] = ticket(code, wanted["hub_address"])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing hangs on a code."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Recorded where it is made."""

    def response_add(
        self, request: HttpRequest, obj: EnrolmentCode, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the code and its QR code, this once."""
        made = request.META["yedeng.ticket"]
        picture = segno.make(made.text, error="m").svg_inline(scale=6, border=4, light="white", dark="black")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Enrolment code"),
            "code": made.code,
            "hub_address": made.hub,
            "picture": mark_safe(picture),  # noqa: S308 - drawn here, from a code of ours
        }
        answer = TemplateResponse(request, "kiosks/code.html", context)
        answer.headers["Cache-Control"] = "no-store"
        return answer


class CommandForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is asked of which kiosk, why, and for how long it may wait."""

    device = forms.CharField(
        label=_("Device"),
        required=False,
        help_text=_("For a test: its name, as on the kiosk's page."),
        widget=UnfoldAdminTextInputWidget,
    )
    notice = forms.CharField(
        label=_("Words on the screen"),
        required=False,
        max_length=120,
        help_text=_("For closing: what the screen says to residents."),
        widget=UnfoldAdminTextInputWidget,
    )
    minutes = forms.IntegerField(
        label=_("Valid for minutes"),
        min_value=1,
        max_value=7 * 24 * 60,
        initial=60,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    class Meta:
        model = KioskCommand
        fields = ("kiosk", "type", "reason")
        widgets = {"reason": UnfoldAdminTextareaWidget(attrs={"rows": 2})}

    def clean(self) -> dict[str, Any]:
        """See that a test names a device."""
        found = super().clean() or {}
        if found.get("type") == "test-device" and not found.get("device"):
            raise ValidationError({"device": _("Which device is to be tested?")})
        return found

    @property
    def action(self) -> Any:
        """The command in the words of the wire."""
        wanted = self.cleaned_data
        if wanted["type"] == "test-device":
            return TestDevice(device=wanted["device"])
        if wanted["type"] == "close":
            return Close(notice=Bilingual(zh=wanted["notice"]) if wanted["notice"] else None)
        return command_actions()[wanted["type"]]()


@admin.register(KioskCommand)
class KioskCommandAdmin(ReadOnlyAdmin):
    """What kiosks were asked to do, by whom and why, and what became of it."""

    form = CommandForm
    scope = "kiosk__organisation"
    list_display = ("issued_at", "kiosk", "type", "reason", "issued_by", "outcome", "detail")
    list_filter = ("type", "outcome")
    list_select_related = ("kiosk",)
    search_fields = ("kiosk__id", "kiosk__place")
    add_fields = ("kiosk", "type", "device", "notice", "reason", "minutes")
    seen: ClassVar[tuple[str, ...]] = (
        "kiosk",
        "type",
        "reason",
        "issued_by",
        "issued_at",
        "expires_at",
        "told_at",
        "outcome",
        "detail",
        "reported_at",
        "diagnostics",
        "screen",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whoever may command."""
        return bool(request.user.has_perm("kiosks.command_kiosk"))

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What can be asked, or what became of it."""
        return self.add_fields if obj is None else self.seen

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A command is never changed."""
        return () if obj is None else self.seen

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form for asking; for looking none is needed."""
        kwargs["fields"] = ("kiosk", "type", "reason") if obj is None else ()
        return super().get_form(request, obj, change, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """From a kiosk's page its number comes along."""
        return {"kiosk": request.GET.get("kiosk", ""), "minutes": 60}

    def save_model(self, request: HttpRequest, obj: KioskCommand, form: Any, change: bool) -> None:
        """Issue it; the record is made there."""
        valid = timedelta(minutes=form.cleaned_data["minutes"])
        issued = issue(request, form.cleaned_data["kiosk"], form.action, form.cleaned_data["reason"], valid)
        obj.pk = issued.pk

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Recorded where it is issued."""

    @admin.display(description=_("diagnostics"))
    def diagnostics(self, command: KioskCommand) -> str:
        """What the kiosk sent."""
        return json.dumps(command.answer, ensure_ascii=False, indent=2) if command.answer else "—"

    @admin.display(description=_("picture of the screen"))
    def screen(self, command: KioskCommand) -> SafeString | str:
        """The picture, if one was asked for. It is taken while nobody is served."""
        if not command.picture:
            return "—"
        import base64

        data = base64.b64encode(bytes(command.picture)).decode()
        return mark_safe(f'<img alt="" src="data:image/jpeg;base64,{data}" width="270">')  # noqa: S308


class SettingForm(forms.ModelForm):  # type: ignore[type-arg]
    """One setting and where it is wanted; the value is written as people write it."""

    name = forms.ChoiceField(
        label=_("Setting"), choices=tuple(SETTING_NAMES.items()), widget=UnfoldAdminSelectWidget
    )
    value = forms.CharField(
        label=_("Wanted value"),
        max_length=120,
        help_text=_("Seconds, days, bytes a second as in the site file; yes or no as true or false."),
        widget=UnfoldAdminTextInputWidget,
    )

    class Meta:
        model = DesiredSetting
        fields = ("name", "value", "organisation", "label", "kiosk")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not isinstance(self.instance.value, str):
            self.initial["value"] = json.dumps(self.instance.value)

    def clean(self) -> dict[str, Any]:
        """Read numbers and yes or no where the setting is one; the model judges the value."""
        found = super().clean() or {}
        name, value = str(found.get("name")), found.get("value")
        if name in REMOTE_SETTINGS and value is not None and not _is_text(name):
            try:
                found["value"] = json.loads(value.lower())
            except ValueError:
                raise ValidationError({"value": _("This setting is a number, or true or false.")}) from None
        return found


def _is_text(name: str) -> bool:
    return REMOTE_SETTINGS[name].json_schema().get("type") == "string"


@admin.register(DesiredSetting)
class DesiredSettingAdmin(HubAdmin):
    """What is wanted where. What kiosks make of it stands on their pages."""

    form = SettingForm
    list_display = (
        "setting",
        "wanted",
        "organisation",
        "label",
        "kiosk",
        "differing",
        "changed_by",
        "changed_at",
    )
    list_filter = ("name",)
    list_select_related = ("organisation", "label", "kiosk")

    @admin.display(description=_("setting"), ordering="name")
    def setting(self, wish: DesiredSetting) -> str:
        """The setting in words."""
        return str(SETTING_NAMES[wish.name])

    @admin.display(description=_("wanted value"))
    def wanted(self, wish: DesiredSetting) -> str:
        """The value as people write it."""
        return wish.value if isinstance(wish.value, str) else json.dumps(wish.value)

    @admin.display(description=_("not so at"))
    def differing(self, wish: DesiredSetting) -> str:
        """At how many of the kiosks it concerns it is not in force yet."""
        count = sum(
            any(one.name == wish.name for one in difference(kiosk)) for kiosk in _concerned(wish)[:_LOOKED_AT]
        )
        return str(count) if count else "—"

    def save_model(self, request: HttpRequest, obj: DesiredSetting, form: Any, change: bool) -> None:
        """With the name of who wants it."""
        obj.changed_by = getattr(request.user, "username", "")[:160]
        super().save_model(request, obj, form, change)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[DesiredSetting]) -> None:
        """One by one: each is told to this process."""
        for wish in queryset:
            wish.delete()


_LOOKED_AT = 500
"""Kiosks looked at for one row of the list."""


def _concerned(wish: DesiredSetting) -> QuerySet[Kiosk]:
    kiosks = Kiosk.objects.filter(revoked=False, organisation__path__startswith=wish.organisation.path)
    if wish.kiosk_id is not None:
        return kiosks.filter(pk=wish.kiosk_id)
    return kiosks if wish.label_id is None else kiosks.filter(labels=wish.label_id)
