"""What an administrator does to kiosks: many at once, or one of them for a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from hub.accounts.models import Organisation
from hub.accounts.scope import within
from hub.audit.trail import record
from hub.kiosks.desired import DesiredSetting
from hub.kiosks.grouping import Keeper, Label
from hub.kiosks.keys import revoke
from hub.kiosks.models import Kiosk
from hub.kiosks.quarantine import release
from hub.kiosks.selection import Kiosks
from kiosk.wire import setting_fault


class BulkForm(forms.Form):
    """What is left empty stays as it is."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("organisation"), required=False, widget=UnfoldAdminSelectWidget
    )
    keeper = forms.ModelChoiceField(
        Keeper.objects.none(), label=_("keeper"), required=False, widget=UnfoldAdminSelectWidget
    )
    add_label = forms.ModelChoiceField(
        Label.objects.all(), label=_("put this label on"), required=False, widget=UnfoldAdminSelectWidget
    )
    take_label = forms.ModelChoiceField(
        Label.objects.all(), label=_("take this label off"), required=False, widget=UnfoldAdminSelectWidget
    )
    no_keeper = forms.BooleanField(
        label=_("without a keeper"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    def __init__(self, user: User | AnonymousUser, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        for name, rows in (
            ("organisation", within(Organisation.objects.all(), user, "")),
            ("keeper", within(Keeper.objects.all(), user)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows


@transaction.atomic
def change_all(request: HttpRequest, kiosks: Kiosks, wanted: Mapping[str, Any]) -> int:
    """Do to every kiosk what the form says; how many there were. Each one stands in the audit trail."""
    everyone = Kiosk.objects.filter(pk__in=list(kiosks.values_list("pk", flat=True)))
    chosen = list(everyone.only("pk"))
    fields = [name for name in ("organisation", "keeper") if wanted.get(name)]
    for name in fields:
        everyone.update(**{name: wanted[name]})
    if wanted.get("no_keeper") and not wanted.get("keeper"):
        everyone.update(keeper=None)
        fields.append("keeper")
    through = Kiosk.labels.through
    if label := wanted.get("add_label"):
        rows = [through(kiosk_id=kiosk.pk, label_id=label.pk) for kiosk in chosen]
        through.objects.bulk_create(rows, ignore_conflicts=True)
    if label := wanted.get("take_label"):
        through.objects.filter(label=label, kiosk__in=[kiosk.pk for kiosk in chosen]).delete()
    if wanted.get("add_label") or wanted.get("take_label"):
        fields.append("labels")
    if not fields:
        return 0
    for kiosk in chosen:
        record(request, "kiosk.changed", kiosk, fields=sorted(fields))
    return len(chosen)


def bulk_page(request: HttpRequest, shared: Mapping[str, Any], kiosks: Kiosks) -> HttpResponse | None:
    """The form for the chosen kiosks; ``None`` once it is done."""
    sent = "confirmed" in request.POST
    form = BulkForm(request.user, request.POST if sent else None)
    if sent and form.is_valid():
        count = change_all(request, kiosks, form.cleaned_data)
        text = ngettext("%(count)d kiosk changed.", "%(count)d kiosks changed.", count)
        messages.success(request, text % {"count": count})
        return None
    title = _("Change organisation, keeper or labels")
    context = {"title": title, "form": form, "kiosks": kiosks, "action": "change_several"}
    return TemplateResponse(request, "kiosks/bulk.html", {**shared, **context})


def change_identity(request: HttpRequest, kiosk: Kiosk) -> None:
    """Revoke a kiosk, or release it from quarantine, for a reason that is kept; or tell it its keeper."""
    if "keeper" in request.POST:
        _tell_keeper(request, kiosk)
        return
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:400]
    if not reason:
        messages.error(request, _("Nothing was done: say why."))
    elif "revoke" in request.POST:
        revoke(request, kiosk, reason)
        messages.success(request, _("Revoked. Every request of this kiosk is refused from now on."))
    elif "release" in request.POST and kiosk.quarantined_at is not None:
        release(request, kiosk, reason)
        messages.success(request, _("Released from quarantine."))


@transaction.atomic
def _tell_keeper(request: HttpRequest, kiosk: Kiosk) -> None:
    """Want the keeper's name and phone shown at the kiosk: it takes them at its next check-in."""
    if kiosk.keeper is None:
        return
    told = {"kiosk.keeper": kiosk.keeper.name, "kiosk.keeper_phone": kiosk.keeper.phone}
    for name, value in told.items():
        if fault := setting_fault(name, value):
            messages.error(request, f"{value}: {fault}")
            return
        DesiredSetting.objects.update_or_create(
            kiosk=kiosk,
            name=name,
            defaults={
                "value": value,
                "organisation": kiosk.organisation,
                "changed_by": request.user.get_username(),
            },
        )
    record(request, "kiosk.keeper_told", kiosk)
    messages.success(request, _("The kiosk shows the keeper's name and phone from its next check-in on."))
