"""What an installation may choose about accounts, from the environment. Knows nothing of Django."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from hub.environment import NotMeant

ROLES: Final = ("administrator", "publisher", "clerk", "technician", "auditor", "security_officer")
"""``hub.accounts.models.Role``, which needs Django."""


@dataclass(frozen=True)
class Policy:
    """How strict the console is.

    ``second_factor`` are the roles that need one; ``idle`` and ``longest`` end a session; of more than
    ``sessions`` of one account the oldest ends. A password lives ``password_days`` (0: for ever). After
    ``failures`` a name is locked at that address for ``lock_out``. ``proxies`` counts our own proxies
    before us, whose ``X-Forwarded-For`` we believe.
    """

    second_factor: frozenset[str] = frozenset(ROLES)
    idle: timedelta = timedelta(minutes=20)
    longest: timedelta = timedelta(hours=8)
    sessions: int = 3
    password_days: int = 90
    failures: int = 5
    lock_out: timedelta = timedelta(minutes=15)
    tls: bool = False
    proxies: int = 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Policy:
        """The policy that ``YEDENG_HUB_…`` variables ask for. Raises ``NotMeant``."""

        def number(name: str, default: int, least: int = 1) -> int:
            text = environment.get(name, str(default))
            if not text.isascii() or not text.isdigit() or int(text) < least:
                raise NotMeant(f"{name} is a whole number, at least {least}; it is {text!r}")
            return int(text)

        return cls(
            second_factor=_roles(environment.get("YEDENG_HUB_SECOND_FACTOR", "on")),
            idle=timedelta(minutes=number("YEDENG_HUB_IDLE_MINUTES", 20)),
            longest=timedelta(hours=number("YEDENG_HUB_SESSION_HOURS", 8)),
            sessions=number("YEDENG_HUB_SESSIONS", 3),
            password_days=number("YEDENG_HUB_PASSWORD_DAYS", 90, least=0),
            failures=number("YEDENG_HUB_LOGIN_FAILURES", 5),
            lock_out=timedelta(minutes=number("YEDENG_HUB_LOCK_OUT_MINUTES", 15)),
            tls=_switch("YEDENG_HUB_TLS", environment.get("YEDENG_HUB_TLS", "off")),
            proxies=number("YEDENG_HUB_PROXIES", 0, least=0),
        )


def _switch(name: str, text: str) -> bool:
    if text not in {"on", "off"}:
        raise NotMeant(f"{name} is on or off; it is {text!r}")
    return text == "on"


def _roles(text: str) -> frozenset[str]:
    if text in {"on", "off"}:
        return frozenset(ROLES if text == "on" else ())
    named = frozenset(one.strip() for one in text.split(","))
    if not named <= set(ROLES):
        raise NotMeant(
            f"YEDENG_HUB_SECOND_FACTOR is on, off, or of the roles {', '.join(ROLES)}; it is {text!r}"
        )
    return named
