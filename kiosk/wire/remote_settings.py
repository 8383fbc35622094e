"""The settings of a kiosk that its hub may change: this list, and nothing else of the site file.

Not among them: whatever says to which hub a kiosk belongs, its devices, its folders, and whose recordings are
sealed to whom.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field, JsonValue, StringConstraints, TypeAdapter, ValidationError

from kiosk.wire.base import Message, Report

SettingName = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z_]+$", max_length=64)]
"""Table and name as in the site file: ``kiosk.keeper_phone``."""

_Short = Annotated[str, Field(max_length=40)]
_Line = Annotated[str, Field(max_length=120)]
_Seconds = Annotated[float, Field(gt=0, le=3600)]

REMOTE_SETTINGS: Final[Mapping[str, TypeAdapter[Any]]] = {
    "kiosk.keeper": TypeAdapter(_Short),
    "kiosk.keeper_phone": TypeAdapter(_Short),
    "kiosk.helpline": TypeAdapter(Annotated[str, Field(min_length=1, max_length=40)]),
    "kiosk.window_zh": TypeAdapter(_Line),
    "kiosk.window_en": TypeAdapter(_Line),
    "kiosk.language": TypeAdapter(Literal["zh", "en"]),
    "panel.theme": TypeAdapter(Literal["auto", "night", "day", "contrast", "yellow"]),
    "panel.reduced_motion": TypeAdapter(bool),
    "visit.reading": TypeAdapter(_Seconds),
    "visit.form": TypeAdapter(_Seconds),
    "visit.private": TypeAdapter(_Seconds),
    "visit.done": TypeAdapter(_Seconds),
    "visit.warning": TypeAdapter(Annotated[float, Field(ge=20, le=3600)]),
    "visit.elder_factor": TypeAdapter(Annotated[float, Field(ge=1, le=10)]),
    "visit.card": TypeAdapter(_Seconds),
    "queue.bandwidth": TypeAdapter(Annotated[int, Field(ge=0, le=1_000_000_000)]),
    "queue.hold_days": TypeAdapter(Annotated[float, Field(gt=0, le=90)]),
    "queue.longest_wait": TypeAdapter(Annotated[float, Field(gt=0, le=86400)]),
}
"""What may be set from afar, with the values that make sense; seconds, days, bytes a second as in the site
file."""


class DesiredSettings(Message):
    """What the hub wants to be in force at a kiosk; what is not named is as the kiosk's site file says.

    ``version`` is a digest of ``values``. A name or value that a kiosk does not understand it refuses, and
    takes the rest.
    """

    version: str = Field(min_length=1, max_length=64)
    values: dict[SettingName, JsonValue] = Field(max_length=100)

    @classmethod
    def of(cls, values: Mapping[str, JsonValue]) -> DesiredSettings:
        """These values, under the version that is theirs."""
        return cls(version=settings_version(values), values=dict(values))


class RefusedSetting(Report):
    """A desired setting that is not in force at the kiosk, and why."""

    name: SettingName
    reason: str = Field(max_length=400)


class SettingsReport(Report):
    """Which desired settings a kiosk has taken.

    ``version`` is that of the last it received, empty before the first. ``in_force`` are the values of
    everything that may be set from afar, wherever they come from; ``waiting`` names those taken that come
    into force with the next start.
    """

    version: str = Field(default="", max_length=64)
    in_force: dict[SettingName, JsonValue] = Field(default_factory=dict, max_length=100)
    refused: tuple[RefusedSetting, ...] = Field(default=(), max_length=100)
    waiting: tuple[SettingName, ...] = Field(default=(), max_length=100)


def settings_version(values: Mapping[str, JsonValue]) -> str:
    """The version of these values: sixteen hexadecimal digits of their SHA-256."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def setting_fault(name: str, value: JsonValue) -> str | None:
    """Why a setting cannot be set to this from afar, in words; ``None`` when it can."""
    adapter = REMOTE_SETTINGS.get(name)
    if adapter is None:
        return "this setting cannot be set from afar"
    try:
        adapter.validate_python(value, strict=True)
    except ValidationError as error:
        return str(error.errors(include_url=False, include_input=False)[0]["msg"])
    return None
