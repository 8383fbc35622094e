"""The settings in force: those of the site file, and over them what the hub wants (``kiosk.wire``).

What the hub wanted last is kept in ``desired-settings.json`` of the data folder, so that it holds without the
hub, too. New settings come into force between two visits; a few with the next start.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import structlog
from pydantic import JsonValue, ValidationError

from config.settings import Site
from kiosk.enrolment import write_whole
from kiosk.wire import REMOTE_SETTINGS, DesiredSettings, RefusedSetting, SettingsReport, setting_fault

log = structlog.get_logger(__name__)

FILE: Final = "desired-settings.json"
NEXT_START: Final = frozenset({"queue.hold_days", "queue.longest_wait"})
"""Taken by what is built once when the kiosk opens."""


class SettingsInForce:
    """One kiosk's settings while it runs. ``listeners`` are told when others have come into force."""

    def __init__(self, site: Site) -> None:
        self._file_says = site
        self._kept: Path = site.data / FILE
        self.listeners: list[Callable[[Site], None]] = []
        self._wanted = self._load()
        self._next, self._refused = _over(site, self._wanted)
        self._at_start = self._next
        self.site = self._next

    def take(self, wanted: DesiredSettings) -> None:
        """Take what the hub wants, as far as it is understood; it is kept, and waits for ``apply``.

        Raises ``OSError`` when it cannot be kept: then everything stays as it is.
        """
        write_whole(self._kept, wanted.model_dump_json(indent=2).encode())
        self._wanted = wanted
        self._next, self._refused = _over(self._file_says, wanted)
        log.info("settings.taken", version=wanted.version, refused=[one.name for one in self._refused])

    @property
    def pending(self) -> bool:
        """Whether something was taken that is not in force yet."""
        return self._next is not self.site

    def apply(self) -> bool:
        """Between two visits: let what was taken come into force; whether that changed anything."""
        changed = self.pending
        if changed:
            self.site = self._next
            for listener in self.listeners:
                listener(self.site)
        return changed

    def report(self) -> SettingsReport:
        """What the hub is told."""
        waiting = [name for name in sorted(NEXT_START) if _of(self.site, name) != _of(self._at_start, name)]
        return SettingsReport(
            version=self._wanted.version if self._wanted else "",
            in_force={
                name: _of(self._at_start if name in NEXT_START else self.site, name)
                for name in REMOTE_SETTINGS
            },
            refused=self._refused,
            waiting=tuple(waiting),
        )

    def _load(self) -> DesiredSettings | None:
        try:
            return DesiredSettings.model_validate_json(self._kept.read_text(encoding="utf-8"), extra="ignore")
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.error("settings.not_read", error=type(error).__name__)  # noqa: TRY400 its words may be long
            return None


def _over(site: Site, wanted: DesiredSettings | None) -> tuple[Site, tuple[RefusedSetting, ...]]:
    """The site with every wanted setting that makes sense here, and the others with what is wrong."""
    refused = []
    for name, value in sorted((wanted.values if wanted else {}).items()):
        fault = setting_fault(name, value)
        if fault is None:
            try:
                site = _with(site, name, value)
            except ValidationError as error:
                fault = str(error.errors(include_url=False, include_input=False)[0]["msg"])
        if fault is not None:
            refused.append(RefusedSetting(name=name, reason=fault[:400]))
    return site, tuple(refused)


def _with(site: Site, name: str, value: JsonValue) -> Site:
    table, key = name.split(".")
    old = getattr(site, table)
    new = type(old).model_validate(old.model_dump() | {key: value})
    return site.model_copy(update={table: new})


def _of(site: Site, name: str) -> JsonValue:
    table, key = name.split(".")
    value: JsonValue = json.loads(json.dumps(getattr(getattr(site, table), key)))
    return value
