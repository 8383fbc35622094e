"""The analytics in the console: two pages of figures where other models have lists."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from hub.analytics import pages
from hub.analytics.models import SearchCount, VisitCount
from hub.audit.trail import record
from hub.console import ReadOnlyAdmin


class FiguresAdmin(ReadOnlyAdmin):
    """A page of figures; single counts are nobody's business."""

    scope = "kiosk__organisation"
    template = ""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponseBase:
        """The page, or the same as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.GET.get("format") == "csv":
            record(request, f"{self.opts.model_name}.exported")
            return self.table(request)
        context = {**self.admin_site.each_context(request), "opts": self.opts, **self.figures(request)}
        return render(request, self.template, context)

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """None."""
        raise PermissionDenied

    def history_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """None."""
        raise PermissionDenied

    def figures(self, request: HttpRequest) -> dict[str, Any]:
        """What the page shows."""
        raise NotImplementedError

    def table(self, request: HttpRequest) -> HttpResponseBase:
        """The page as a file."""
        raise NotImplementedError


@admin.register(SearchCount)
class SearchCountAdmin(FiguresAdmin):
    """What was sought and not found."""

    template = "analytics/searches.html"

    def figures(self, request: HttpRequest) -> dict[str, Any]:
        """Words, the most frequent first."""
        return pages.searches_context(request)

    def table(self, request: HttpRequest) -> HttpResponseBase:
        """Words."""
        return pages.searches_table(request)


@admin.register(VisitCount)
class VisitCountAdmin(FiguresAdmin):
    """Where visits stop."""

    template = "analytics/visits.html"

    def figures(self, request: HttpRequest) -> dict[str, Any]:
        """Visits by day, by journey and by page."""
        return pages.visits_context(request)

    def table(self, request: HttpRequest) -> HttpResponseBase:
        """Pages."""
        return pages.visits_table(request)
