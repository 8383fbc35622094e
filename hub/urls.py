"""Addresses: the API, the console, and whether we are well."""

from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.generic import RedirectView

from hub.api import api


def healthz(_request: HttpRequest) -> JsonResponse:
    """Whether the hub runs and its database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


urlpatterns = [
    path("healthz", healthz),
    path("api/", api.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("console/", admin.site.urls),
    *([path("oidc/", include("hub.accounts.oidc"))] if settings.SINGLE_SIGN_ON else []),
    path("", RedirectView.as_view(url="/console/", permanent=False)),
]
