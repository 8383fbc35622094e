"""What an installation says of the hub as a whole: variables ``YEDENG_HUB_…``. Knows nothing of Django.

What concerns accounts is in ``hub.accounts.policy``, mail and webhooks in ``hub.alerts.environment``.
"""

from __future__ import annotations

import os
from typing import Any

import dj_database_url
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class NotMeant(Exception):
    """A variable, or a file of settings, says what cannot be meant; the message names it."""


class Environment(BaseSettings):
    """The variables, each with what it means when it is not set. Days are working days, but of keys."""

    model_config = SettingsConfigDict(env_prefix="YEDENG_HUB_", frozen=True, hide_input_in_errors=True)

    hosts: str = Field("localhost,127.0.0.1,[::1]", description="names by which the hub may be called")
    region: str = Field("3701", pattern=r"^\d{4}$", description="area code (GB/T 2260) of case numbers")
    yellow_days: int = Field(2, ge=0, description="a yellow card when so many days are left")
    yellow_percent: int = Field(20, ge=0, le=100, description="or this share of what was promised")
    supplement_days: int = Field(10, ge=1, description="within which a supplement is to be brought")
    held_days: int = Field(2, ge=1, description="after which a held submission goes one place up")
    complaint_call_days: int = Field(1, ge=1, description="until whoever asked for a call is called")
    complaint_days: int = Field(5, ge=1, description="until a complaint is to be closed")
    kiosk_key_days: int = Field(180, ge=3, description="life of a kiosk's key; made anew at two thirds")
    check_ins_a_second: float = Field(200, ge=0, description="that one worker takes; 0: all")


def read() -> Environment:
    """What the environment says. Raises ``NotMeant``."""
    try:
        return Environment()
    except ValidationError as error:
        (first, *_) = error.errors()
        name = f"YEDENG_HUB_{'.'.join(map(str, first['loc'])).upper()}"
        raise NotMeant(f"{name}: {first['msg']}") from None


def database() -> dict[str, Any] | None:
    """Django's settings of the database that ``DATABASE_URL`` names, if it does. Raises ``NotMeant``."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        return None
    try:
        return dict(dj_database_url.parse(url, conn_max_age=600))
    except ValueError:
        raise NotMeant("DATABASE_URL is not of the form postgresql://USER:PASSWORD@HOST:PORT/NAME") from None
