"""How the hub tells people and systems of alerts, from the environment. Knows nothing of Django."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from hub.environment import NotMeant


@dataclass(frozen=True)
class Telling:
    """The mail server, the networks webhooks may go to (none named: all but this machine), our own address.

    The mail server is spoken to in TLS from the start (``tls``) or after STARTTLS (``starttls``).
    """

    mail_host: str = ""
    mail_port: int = 25
    mail_user: str = ""
    mail_password: str = ""
    mail_tls: bool = False
    mail_starttls: bool = False
    mail_from: str = "yedeng-hub@localhost"
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    hub_url: str = "http://127.0.0.1:8000"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Telling:
        """What the ``YEDENG_HUB_…`` variables say. Raises ``NotMeant``."""

        def said(name: str, default: str = "") -> str:
            return environment.get(f"YEDENG_HUB_{name}", default)

        security, port = said("MAIL_SECURITY", "none"), said("MAIL_PORT", "25")
        if security not in {"none", "starttls", "tls"}:
            raise NotMeant(f"YEDENG_HUB_MAIL_SECURITY is none, starttls or tls; it is {security!r}")
        if not port.isdigit():
            raise NotMeant(f"YEDENG_HUB_MAIL_PORT is a port; it is {port!r}")
        return cls(
            mail_host=said("MAIL_HOST"),
            mail_port=int(port),
            mail_user=said("MAIL_USER"),
            mail_password=_secret(said("MAIL_PASSWORD_FILE")),
            mail_tls=security == "tls",
            mail_starttls=security == "starttls",
            mail_from=said("MAIL_FROM", cls.mail_from),
            networks=_networks(said("WEBHOOK_NETWORKS")),
            hub_url=said("URL", cls.hub_url).rstrip("/"),
        )


def _secret(file: str) -> str:
    if not file:
        return ""
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise NotMeant(f"YEDENG_HUB_MAIL_PASSWORD_FILE cannot be read: {error.strerror}") from None


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())
    except ValueError as error:
        raise NotMeant(f"YEDENG_HUB_WEBHOOK_NETWORKS: {error}") from None
