"""Channels in the console; a token is shown once, when it is made."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from hub.channels.models import Channel, new_token
from hub.console import HubAdmin


@admin.register(Channel)
class ChannelAdmin(HubAdmin):
    """Web, phone and window, which read the same guides as the kiosks."""

    scope = None
    list_display = ("name", "kind", "origins", "a_minute", "revoked", "created_at")
    list_filter = ("kind", "revoked")
    fields = ("name", "kind", "origins", "a_minute", "revoked")
    change_form_outer_after_template = "channels/token.html"

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        """A new channel gets its token."""
        if change:
            super().save_model(request, obj, form, change)
        else:
            self._show(request, new_token(request, obj))

    def get_urls(self) -> list[URLPattern]:
        """The address of another token beside Django's; only by POST, for the token before counts no more."""
        view = require_POST(self.admin_site.admin_view(self.make_token))
        return [path("<int:pk>/make-token/", view, name="channels_channel_make_token"), *super().get_urls()]

    def make_token(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the channel another token; the one before counts no more."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        channel = self.get_object(request, str(pk))
        if channel is None:
            raise Http404
        self._show(request, new_token(request, channel))
        return HttpResponseRedirect(reverse("admin:channels_channel_change", args=(pk,)))

    def _show(self, request: HttpRequest, token: str) -> None:
        messages.warning(request, _("The token is shown only now: %(token)s") % {"token": token})
