"""Channels in the console; a token is shown once, when it is made."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from hub.channels.models import Channel, new_token
from hub.console import HubAdmin


@admin.register(Channel)
class ChannelAdmin(HubAdmin):
    """Web, phone and window, which read the same guides as the kiosks."""

    scope = None
    list_display = ("name", "kind", "origins", "a_minute", "revoked", "created_at")
    list_filter = ("kind", "revoked")
    fields = ("name", "kind", "origins", "a_minute", "revoked")
    actions_detail = ("make_token",)

    def save_model(self, request: HttpRequest, obj: Channel, form: Any, change: bool) -> None:
        """A new channel gets its token."""
        if change:
            super().save_model(request, obj, form, change)
        else:
            self._show(request, new_token(request, obj))

    @action(description=_("New token"), permissions=("change",))  # type: ignore[untyped-decorator]
    def make_token(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Give the channel another token; the one before counts no more."""
        channel = self.get_object(request, object_id)
        if channel is not None:
            self._show(request, new_token(request, channel))
        return HttpResponse(
            status=302, headers={"Location": reverse("admin:channels_channel_change", args=[object_id])}
        )

    def _show(self, request: HttpRequest, token: str) -> None:
        messages.warning(request, _("The token is shown only now: %(token)s") % {"token": token})
