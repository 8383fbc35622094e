"""Channels and the tokens by which they are known."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from hub.audit.trail import record

_PREFIX: Final = "ydc_"


class Channel(models.Model):
    """Another way to the same guides. What it reads is public; the token says who reads, and how much.

    Only the SHA-256 of the token is kept. ``origins`` are the web pages (``https://www.example``, between
    them spaces) whose scripts may ask from a browser.
    """

    class Kind(models.TextChoices):
        """Where people meet it."""

        WEB = "web", _("web")
        PHONE = "phone", _("phone")
        WINDOW = "window", _("window")

    name = models.CharField(_("name"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    token_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    origins = models.CharField(_("origins of web pages"), max_length=400, blank=True)
    a_minute = models.PositiveIntegerField(_("requests a minute"), default=600)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    revoked = models.BooleanField(_("revoked"), default=False)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse what is no origin: a typing error there would be noticed by nobody but the visitors."""
        for origin in self.origins.split():
            scheme, _colon, host = origin.partition("://")
            if scheme not in {"http", "https"} or not host or "/" in host or "*" in host:
                raise ValidationError({"origins": _("An origin is like https://www.example.")})

    @classmethod
    def known_by(cls, token: str) -> Channel | None:
        """The channel with this token, unless it is revoked."""
        return cls.objects.filter(token_sha256=_digest(token), revoked=False).first()


def new_token(who: HttpRequest | str, channel: Channel) -> str:
    """Give a channel a token, in place of the one before; shown once."""
    token = _PREFIX + secrets.token_urlsafe(32)
    channel.token_sha256 = _digest(token)
    channel.save()
    record(who, "channel.token-made", channel)
    return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
