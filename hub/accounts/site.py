"""The console: Django's admin site in unfold's look, with the pages about oneself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite

from hub.accounts import pages

Page = Callable[[HttpRequest, dict[str, Any]], HttpResponse]


class ConsoleSite(UnfoldAdminSite):
    """What ``django.contrib.admin.site`` is here."""

    index_template = "dashboard/index.html"
    login_template = "accounts/login.html"

    def register(self, model_or_iterable: Any, admin_class: type | None = None, **options: Any) -> None:
        """Only our own pages: by those of libraries, accounts and devices could be changed past our rules."""
        if admin_class is not None and admin_class.__module__.startswith("hub."):
            super().register(model_or_iterable, admin_class, **options)

    def extra_urls(self) -> list[URLPattern]:
        """The pages about oneself, beside the models'."""
        return [
            path("second-factor/", self._page(pages.verification), name="second_factor"),
            path("second-factor/set-up/", self._page(pages.set_up), name="second_factor_set_up"),
            path("second-factor/codes/", self._page(pages.recovery_codes), name="recovery_codes"),
            path("my-account/", self._page(pages.my_account), name="my_account"),
            path("my-account/end-others/", self._page(pages.end_other_sessions), name="end_other_sessions"),
        ]

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Our own page instead of Django's: the other sessions end."""
        return pages.password_change(request, {**self.each_context(request), **(extra_context or {})})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page knows."""
        provider = settings.SINGLE_SIGN_ON
        return {**super().each_context(request), "single_sign_on": provider and provider.button}

    def plain_context(self, request: HttpRequest) -> dict[str, Any]:
        """What a page without the console's frame knows: nothing has to be counted for it."""
        return {
            "site_title": self._get_config("SITE_TITLE", request),
            "colors": self._get_colors("COLORS", request),
            "site_favicons": self._get_favicons("SITE_FAVICONS", request),
        }

    def _page(self, page: Page) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest) -> HttpResponse:
            request.current_app = self.name
            return page(request, self.each_context(request))

        view.__name__ = page.__name__
        guarded: Callable[..., HttpResponse] = self.admin_view(view)
        return guarded
