"""A kiosk's sign of life, and the hub's answer."""

from __future__ import annotations

from uuid import UUID

from pydantic import AwareDatetime, Field

from kiosk.wire.base import Message, Name, Report
from kiosk.wire.commands import SignedCommand
from kiosk.wire.fleet import DeviceReport, Lack, QueueReport
from kiosk.wire.remote_settings import DesiredSettings, SettingsReport


class CheckIn(Report):
    """A kiosk's sign of life.

    ``protocol`` is the version of these messages that the kiosk speaks. ``session`` is made anew at every
    start of its software, ``sequence`` counts within it from 1: a session that comes back after another has
    begun, or a count that stands still, is a second machine with the same key.

    ``lacks`` is null from a kiosk that does not say what can be done there; an item that no lack names can be
    done, if it is in the catalogue of ``catalogue_version`` and meant for kiosks at all. The network is never
    among them: a report that arrives has found one. ``up_seconds`` is how long the kiosk's software has run,
    by no clock that could be wrong. ``keeper_phone`` is what residents are shown there.
    """

    protocol: int = Field(default=1, ge=1, le=1000)
    session: UUID | None = None
    sequence: int = Field(default=0, ge=0, le=2**62)
    sent_at: AwareDatetime
    software: str = Field(max_length=64)
    catalogue_version: int = Field(ge=0, le=2**31 - 1)
    devices: tuple[DeviceReport, ...] = Field(default=(), max_length=100)
    queue: QueueReport
    out_of_service: Name | None = None
    lacks: tuple[Lack, ...] | None = Field(default=None, max_length=100)
    up_seconds: float | None = Field(default=None, ge=0)
    keeper_phone: str = Field(default="", max_length=40)
    settings: SettingsReport | None = None


class CheckInReply(Message):
    """The hub's answer: its time, the newest catalogue, and when to come again.

    ``intake_keys`` are all the keys to seal to from now on, ``publishers`` those whose catalogues count;
    empty from a hub that says nothing of them. What follows is told only to kiosks of protocol 2:
    ``command_keys`` are those whose commands count; ``renew_key`` asks for a new key, because two thirds of
    the life of the present one have passed; ``settings`` are the desired settings, where they are others than
    the kiosk has reported; ``commands`` are to be carried out, each once, when nobody is being served;
    ``quarantined`` says that residents' affairs are not told here until an administrator has looked.
    """

    kiosk_id: str
    hub_time: AwareDatetime
    catalogue_version: int = Field(ge=0)
    next_in_seconds: float = Field(gt=0)
    intake_keys: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    protocol: int = 1
    command_keys: tuple[str, ...] = ()
    renew_key: bool = False
    settings: DesiredSettings | None = None
    commands: tuple[SignedCommand, ...] = ()
    quarantined: bool = False
