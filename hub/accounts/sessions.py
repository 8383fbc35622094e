"""Sessions that know whose they are: they can be listed, limited and ended.

Django's documented way to a session table of one's own (``AbstractBaseSession``); the store is named by
``SESSION_ENGINE``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils import timezone

from hub.accounts.models import Session

STARTED: Final = "started"
SEEN: Final = "seen"
_ADDRESS: Final = "address"
_AGENT: Final = "agent"

_SEEN_EVERY: Final = 30.0
"""Seconds between two writings of when a session was last used."""


class SessionStore(DatabaseStore):
    """Sessions in ``hub.accounts.models.Session``."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        """Our table."""
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row of a session, with what can be asked of it beside the signed data."""
        row = super().create_model_instance(data)
        assert isinstance(row, Session)
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.started_at = _time(data.get(STARTED))
        row.seen_at = _time(data.get(SEEN))
        row.address = data.get(_ADDRESS, "")
        row.agent = data.get(_AGENT, "")
        return row


def begin(request: HttpRequest, user: User) -> None:
    """Count a new session's time from now; of too many of one account the oldest end."""
    now = timezone.now()
    request.session[STARTED] = request.session[SEEN] = now.timestamp()
    request.session[_ADDRESS] = request.META.get("REMOTE_ADDR", "")
    request.session[_AGENT] = request.META.get("HTTP_USER_AGENT", "")[:160]
    Session.objects.filter(expire_date__lt=now).delete()
    others = Session.objects.filter(user=user).exclude(session_key=request.session.session_key)
    stay = others.order_by("-started_at").values_list("session_key", flat=True)[: _most() - 1]
    others.exclude(session_key__in=list(stay)).delete()


def overstayed(request: HttpRequest) -> bool:
    """Whether a session was unused for too long or is too old; notes its use if not."""
    now = timezone.now().timestamp()
    started, seen = request.session.get(STARTED), request.session.get(SEEN)
    if started is None or seen is None:
        return True
    if now - seen > settings.POLICY.idle.total_seconds():
        return True
    if now - started > settings.POLICY.longest.total_seconds():
        return True
    if now - seen > _SEEN_EVERY:
        request.session[SEEN] = now
    return False


def end_sessions(user: User, *, but: str | None = None) -> int:
    """End all sessions of a user, except the one with the key ``but``; how many there were."""
    ended, _by_table = Session.objects.filter(user=user).exclude(session_key=but or "").delete()
    return ended


def _most() -> int:
    most: int = settings.POLICY.sessions
    return most


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
