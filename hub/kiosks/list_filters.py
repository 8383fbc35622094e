"""The filters of the list of kiosks."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from hub.kiosks.models import Kiosk
from hub.kiosks.offered import offered
from hub.kiosks.places import below, chosen_place, way_to
from hub.kiosks.selection import Kiosks, at_place, in_state, in_trouble, unable
from hub.kiosks.words import CAUSES, STATES

Choices = list[tuple[str, Any]]


class StateFilter(SimpleListFilter):
    """By live state."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Kiosk]) -> Choices:
        """The four words."""
        return list(STATES.items())

    def queryset(self, request: HttpRequest, queryset: Kiosks) -> Kiosks:
        """The kiosks in the chosen state."""
        return in_state(queryset, self.value() or "")


class PlaceFilter(SimpleListFilter):
    """By organisation, with everything below it: the way up, and the next level down."""

    title = _("organisation")
    parameter_name = "place"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Kiosk]) -> Choices:
        """The way to the chosen one, and those right below it."""
        place = chosen_place(request.user, self.value() or "")
        if place is None:
            return []
        near = [*way_to(request.user, place)[1:], *below(place)]
        return [(str(one.pk), f"{'· ' * (one.depth - near[0].depth)}{one.name}") for one in near]

    def queryset(self, request: HttpRequest, queryset: Kiosks) -> Kiosks:
        """The kiosks of that organisation and below."""
        place = chosen_place(request.user, self.value() or "")
        return at_place(queryset, place) if place is not None else queryset.none()


class TroubleFilter(SimpleListFilter):
    """By what is wrong now."""

    title = _("trouble now")
    parameter_name = "trouble"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Kiosk]) -> Choices:
        """The causes."""
        return list(CAUSES.items())

    def queryset(self, request: HttpRequest, queryset: Kiosks) -> Kiosks:
        """The kiosks with this trouble."""
        cause = self.value()
        return in_trouble(queryset, cause) if cause and cause in CAUSES else queryset


class UnableFilter(SimpleListFilter):
    """Those that cannot do an item now; chosen in the matrix, and here to be taken away again."""

    title = _("cannot do")
    parameter_name = "unable"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Kiosk]) -> Choices:
        """The item chosen in the matrix."""
        item = offered().get(self.value() or "")
        return [(item.id, item.name.zh)] if item is not None else []

    def queryset(self, request: HttpRequest, queryset: Kiosks) -> Kiosks:
        """The kiosks that cannot do it."""
        item = self.value()
        return unable(queryset, item) if item else queryset
