"""What makes a kiosk itself: its key, the next one, and the session it was last heard in.

A copied disk is two machines with one key. Every start of the kiosk's software makes a session of its own, in
which check-ins count up from 1. One machine never goes back to an earlier session and never counts the same
number twice, so the second machine is noticed at the next check-in of either, unless it is only a request
that was late on its way: that one was signed before what the hub has heard since.
"""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kiosk.wire import KEY_BYTES, CheckIn

_SESSIONS_KEPT: Final = 32
_RENEW_AFTER: Final = 2 / 3


class Heard(Enum):
    """What a check-in says of who sent it."""

    NOW = "now"
    LATE = "late"
    TWICE = "twice"


class Identity(models.Model):
    """The key and the session of a kiosk; part of ``Kiosk``.

    ``next_key`` is known but not used yet: its first use makes it the key. ``past_sessions`` are the last
    ones before ``session``. ``signed_at`` is when the newest check-in was signed (seconds, Unix).
    ``quarantine_addresses`` are the network addresses from which two machines checked in.
    """

    public_key = models.BinaryField(max_length=KEY_BYTES, unique=True, editable=False)
    key_since = models.DateTimeField(_("key since"), default=timezone.now, editable=False)
    next_key = models.BinaryField(max_length=KEY_BYTES, null=True, editable=False)
    session = models.UUIDField(null=True, editable=False)
    past_sessions = models.JSONField(default=list, editable=False)
    sequence = models.BigIntegerField(default=0, editable=False)
    signed_at = models.BigIntegerField(default=0, editable=False)
    network_address = models.CharField(_("network address"), max_length=64, blank=True, editable=False)
    quarantined_at = models.DateTimeField(_("in quarantine since"), null=True, blank=True, editable=False)
    quarantine_addresses = models.CharField(_("where from"), max_length=400, blank=True, editable=False)
    open_commands = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    @property
    def key_is_old(self) -> bool:
        """Whether two thirds of the key's life have passed: the kiosk is asked to make a new one."""
        return timezone.now() - self.key_since > timedelta(days=settings.KIOSK_KEY_DAYS) * _RENEW_AFTER

    def hear(self, report: CheckIn, signed_at: int, address: str) -> Heard:
        """Judge a check-in by its session and number, and remember them; the caller saves ``HEARD_FIELDS``.

        A kiosk of protocol 1 has no session: nothing can be said of it.
        """
        if report.session is None:
            self.network_address = address
            return Heard.NOW
        heard = self._judge(report.session, report.sequence, signed_at)
        if heard is Heard.NOW:
            if self.session not in {None, report.session}:
                self.past_sessions = [str(self.session), *self.past_sessions][:_SESSIONS_KEPT]
            self.session, self.sequence, self.signed_at = report.session, report.sequence, signed_at
            self.network_address = address
        return heard

    def _judge(self, session: UUID, sequence: int, signed_at: int) -> Heard:
        known = session == self.session
        if (known and sequence > self.sequence) or not (known or str(session) in self.past_sessions):
            return Heard.NOW
        if known and sequence == self.sequence:
            return Heard.TWICE
        return Heard.TWICE if signed_at > self.signed_at else Heard.LATE

    def begin_anew(self) -> None:
        """Forget sessions and quarantine: an administrator has looked, or the kiosk was enrolled again."""
        self.session, self.past_sessions, self.sequence, self.signed_at = None, [], 0, 0
        self.quarantined_at, self.quarantine_addresses = None, ""


HEARD_FIELDS: Final = ("session", "past_sessions", "sequence", "signed_at", "network_address")
QUARANTINE_FIELDS: Final = ("quarantined_at", "quarantine_addresses")
