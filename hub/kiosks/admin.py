"""Kiosks in the console."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, ForeignKey, ManyToManyField, QuerySet
from django.db.models.fields.json import KT
from django.forms import ModelChoiceField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from hub.accounts.models import Organisation
from hub.accounts.scope import within
from hub.audit.trail import record
from hub.console import HubAdmin
from hub.kiosks import days, kiosk_page, pages, remote_admin
from hub.kiosks.changing import bulk_page, change_identity
from hub.kiosks.grouping import Keeper, Label
from hub.kiosks.history import AvailabilitySpan
from hub.kiosks.list_filters import PlaceFilter, StateFilter, TroubleFilter, UnableFilter
from hub.kiosks.models import Kiosk
from hub.kiosks.saved_filters import change_filters, filters_for, query_of
from hub.kiosks.signs import label_chips, place_and_number, state_sign, trouble_words
from hub.kiosks.uptime import cutoffs


class KioskList(ChangeList):
    """One page of kiosks, with what is wrong at each: two more queries, however many kiosks."""

    result_list: Any

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str] | None = None
    ) -> QuerySet[Kiosk]:
        """Without the whole report of each, which is long."""
        rows: QuerySet[Kiosk] = super().get_queryset(request, exclude_parameters)
        return rows.annotate(held=KT("status__queue__held")).defer("status")

    def get_results(self, request: HttpRequest) -> None:
        """The rows, and beside each its live state and its troubles."""
        super().get_results(request)
        rows = list(self.result_list)
        parted = cutoffs()
        causes: dict[str, list[str]] = {}
        spans = AvailabilitySpan.objects.filter(until=None, kiosk__in=[kiosk.pk for kiosk in rows])
        for kiosk, cause in spans.exclude(item="").values_list("kiosk_id", "cause").distinct():
            causes.setdefault(kiosk, []).append(cause)
        for kiosk in rows:
            kiosk.live = parted.state(kiosk.last_seen)
            kiosk.causes = sorted(causes.get(kiosk.pk, ())) if kiosk.live.believed else []
        self.result_list = rows


@admin.register(Kiosk)
class KioskAdmin(HubAdmin):
    """The fleet: how it stands, who can do what, and every kiosk by itself."""

    list_display = ("named", "state", "trouble", "place_of", "queue", "versions", "kept_by", "labelled")
    list_filter = (StateFilter, PlaceFilter, TroubleFilter, UnableFilter, "labels", "revoked")
    list_filter_sheet = True
    list_before_template = "kiosks/list_before.html"
    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("id", "place", "address", "keeper__name")
    search_help_text = _("number, place, address or keeper")
    ordering = ("id",)
    actions = ("change_several",)
    change_form_template = "kiosks/kiosk.html"
    fieldsets = (
        (_("Place and people"), {"fields": ("place", "address", "organisation", "keeper", "labels")}),
    )
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        ManyToManyField: {"widget": UnfoldAdminCheckboxSelectMultipleWidget}
    }

    class Media:
        css = {"all": ("kiosks/fleet.css",)}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list with states and troubles."""
        return KioskList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Kiosk]:
        """With what every page names."""
        rows = super().get_queryset(request)
        return rows.select_related("organisation", "keeper").prefetch_related("labels")

    def get_urls(self) -> list[URLPattern]:
        """The fleet's pages beside Django's own."""
        guard = self.admin_site.admin_view
        own = [
            path("overview/", guard(self.overview), name="kiosks_overview"),
            path("places/", guard(self.places), name="kiosks_places"),
            path("matrix/", guard(self.matrix), name="kiosks_matrix"),
            path("day/", guard(self.day), name="kiosks_day"),
            path("filters/", guard(self.filters), name="kiosks_filters"),
            path("<path:object_id>/identity/", guard(self.identity), name="kiosks_identity"),
            path("<path:object_id>/ledger.csv", guard(self.ledger), name="kiosks_ledger"),
        ]
        return own + list(super().get_urls())

    def overview(self, request: HttpRequest) -> HttpResponse:
        """How the fleet stands."""
        return pages.overview(self, request)

    def places(self, request: HttpRequest) -> HttpResponse:
        """The organisation tree."""
        return pages.places_page(self, request)

    def matrix(self, request: HttpRequest) -> HttpResponse:
        """Who can do what now."""
        return pages.matrix(self, request)

    def day(self, request: HttpRequest) -> HttpResponse:
        """The 24 hours of one item at many kiosks."""
        return pages.item_day(self, request)

    def filters(self, request: HttpRequest) -> HttpResponse:
        """Save or remove a filter."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return change_filters(request, reverse("admin:kiosks_kiosk_changelist"))

    def ledger(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The ledger of one kiosk as a table."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        kiosk = get_object_or_404(self.get_queryset(request), pk=object_id)
        now = timezone.now()
        asked = request.GET.get("days", "1")
        count = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 3 else 1
        record(request, "kiosk.ledger_exported", kiosk, days=count)
        return days.ledger_csv(kiosk, days.asked_day(request, now), max(1, count), now)

    def identity(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Revoke a kiosk, or release it from quarantine, for a reason that is kept."""
        kiosk = get_object_or_404(self.get_queryset(request), pk=object_id)
        if request.method != "POST" or not self.has_change_permission(request, kiosk):
            raise PermissionDenied
        change_identity(request, kiosk)
        return redirect("admin:kiosks_kiosk_change", kiosk.pk)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, with the saved filters above it."""
        query = query_of(request.GET)
        context = {
            "fleet_tab": "list",
            "saved_filters": filters_for(request),
            "list_query": query,
            "my_id": request.user.pk,
        }
        answer: HttpResponse = super().changelist_view(request, context | (extra_context or {}))
        return answer

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one kiosk: what is known of it, and below that what can be changed."""
        kiosk = self.get_object(request, object_id)
        facts = kiosk_page.context_of(kiosk, request) if kiosk is not None else {}
        answer: HttpResponse = super().change_view(
            request, object_id, form_url, facts | (extra_context or {})
        )
        return answer

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Only organisations and keepers within the user's scope can be chosen."""
        if db_field.name == "organisation":
            kwargs["queryset"] = within(Organisation.objects.all(), request.user, "")
        elif db_field.name == "keeper":
            kwargs["queryset"] = within(Keeper.objects.all(), request.user)
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return field

    @admin.action(description=_("Change organisation, keeper or labels"), permissions=["change"])
    def change_several(self, request: HttpRequest, queryset: QuerySet[Kiosk]) -> HttpResponse | None:
        """A form for all chosen kiosks at once."""
        return bulk_page(request, self.admin_site.each_context(request), queryset)

    @admin.display(description=_("kiosk"), ordering="id")
    def named(self, kiosk: Kiosk) -> Any:
        """Place and number."""
        return place_and_number(kiosk.place, kiosk.pk)

    @admin.display(description=_("state"), ordering="last_seen")
    def state(self, kiosk: Any) -> Any:
        """The live state."""
        return state_sign(kiosk.live, revoked=kiosk.revoked)

    @admin.display(description=_("trouble now"))
    def trouble(self, kiosk: Any) -> Any:
        """What is wrong, in words."""
        whole = {"quarantined": kiosk.quarantined_at, "closed": kiosk.out_of_service}
        return trouble_words([*(cause for cause, holds in whole.items() if holds), *kiosk.causes])

    @admin.display(description=_("organisation"), ordering="organisation__path")
    def place_of(self, kiosk: Kiosk) -> str:
        """Where it belongs."""
        return kiosk.organisation.name

    @admin.display(description=_("to be sent"), ordering="waiting")
    def queue(self, kiosk: Any) -> str:
        """Items in its queue, and those held for the keeper."""
        held = kiosk.held or "0"
        return f"{kiosk.waiting} + {held}" if held != "0" else str(kiosk.waiting)

    @admin.display(description=_("software"), ordering="software")
    def versions(self, kiosk: Kiosk) -> str:
        """Software and catalogue."""
        return f"{kiosk.software} / {kiosk.catalogue_version}"

    @admin.display(description=_("keeper"), ordering="keeper__name")
    def kept_by(self, kiosk: Kiosk) -> str:
        """The keeper's name."""
        return kiosk.keeper.name if kiosk.keeper else "—"

    @admin.display(description=_("labels"))
    def labelled(self, kiosk: Kiosk) -> Any:
        """The labels, each in its colour."""
        return label_chips(kiosk.labels.all())

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A kiosk enrols itself."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A kiosk is revoked, not removed: its cases stay."""
        return False


@admin.register(Keeper)
class KeeperAdmin(HubAdmin):
    """Those responsible for kiosks, and their phones."""

    list_display = ("name", "phone", "organisation", "kept")
    search_fields = ("name", "phone")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Keeper]:
        """With how many kiosks each keeps."""
        rows: QuerySet[Keeper] = super().get_queryset(request)
        return rows.select_related("organisation").annotate(kept=Count("kiosks"))

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelChoiceField[Any] | None:
        """Only organisations within the user's scope can be chosen."""
        kwargs["queryset"] = within(Organisation.objects.all(), request.user, "")
        field: ModelChoiceField[Any] | None = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return field

    @admin.display(description=_("kiosks"), ordering="kept")
    def kept(self, keeper: Any) -> int:
        """How many kiosks they keep."""
        return int(keeper.kept)


@admin.register(Label)
class LabelAdmin(HubAdmin):
    """Labels for kiosks, the same for everybody."""

    scope: ClassVar[str | None] = None
    list_display = ("chip", "colour")
    search_fields = ("name",)

    class Media:
        css = {"all": ("kiosks/fleet.css",)}

    @admin.display(description=_("label"), ordering="name")
    def chip(self, label: Label) -> Any:
        """As it looks on a kiosk."""
        return label_chips([label])


__all__ = ["KioskAdmin", "remote_admin"]  # Django looks here for all pages of the room
