"""Addresses: the API, the console, and whether we are well."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from hub.api import api
from hub.monitoring.exposition import metrics
from hub.monitoring.health import healthz, readyz

admin.autodiscover()
handler403 = "hub.accounts.refusals.not_allowed"
handler404 = "hub.accounts.refusals.not_found"
urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("api/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("console/", admin.site.urls),
    *([path("oidc/", include("hub.accounts.oidc"))] if settings.SINGLE_SIGN_ON else []),
    path("", RedirectView.as_view(url="/console/", permanent=False)),
]
