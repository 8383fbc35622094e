"""What each command does at this kiosk."""

from __future__ import annotations

import asyncio
import base64
import platform
import shutil
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from config.version import VERSION
from devices.errors import DeviceError
from devices.selftest import Verdict
from devices.supervisor import Supervisor
from kiosk.hub_client import HubError
from kiosk.remote_commands import Act, CommandFailed, done
from kiosk.wire import (
    LARGEST_PICTURE,
    PROTOCOL,
    Close,
    Command,
    CommandReport,
    Diagnostics,
    TestDevice,
)

if TYPE_CHECKING:
    from kiosk.guide import Guide
    from kiosk.hub_link import HubLink
    from kiosk.hub_report import SelfReport
    from kiosk.service import Service

Picture = Callable[[], bytes | None]
"""Makes a picture (JPEG) of the screen at once; ``None`` while a page is on it that is somebody's."""

_TEST_WITHIN: Final = 60.0
_LOOKS: Final = 10
_LOOK_AGAIN: Final = 0.5


class Acts:
    """Does what commands ask for. ``picture`` is set by who draws the screen; without it there is none."""

    def __init__(
        self,
        data: Path,
        service: Service,
        devices: Supervisor,
        guide: Guide,
        link: HubLink,
        report: SelfReport,
    ) -> None:
        self._data = data
        self._service = service
        self._devices = devices
        self._guide = guide
        self._link = link
        self._report = report
        self.picture: Picture | None = None

    @property
    def by_type(self) -> Mapping[str, Act]:
        """What to do for each type of command."""
        return {
            "restart": self._restart,
            "test-device": self._test_device,
            "fetch-catalogue": self._fetch_catalogue,
            "roll-key": self._roll_key,
            "close": self._close,
            "open": self._open,
            "send-diagnostics": self._send_diagnostics,
            "take-picture": self._take_picture,
        }

    async def _restart(self, _: Command) -> CommandReport:
        self._service.restart()
        return done()

    async def _test_device(self, command: Command) -> CommandReport:
        assert isinstance(command.action, TestDevice)
        try:
            device = self._devices.get(command.action.device)
        except KeyError:
            raise CommandFailed("there is no device of this name") from None
        with self._service.at_work():
            try:
                async with asyncio.timeout(_TEST_WITHIN):
                    findings = await device.test()
            except DeviceError as error:
                raise CommandFailed(error.detail) from None
            except TimeoutError:
                raise CommandFailed("timeout") from None
        words = ", ".join(f"{one.key}: {one.verdict.value}" for one in findings)
        if any(one.verdict is Verdict.FAILED for one in findings):
            raise CommandFailed(words)
        return done(words)

    async def _fetch_catalogue(self, _: Command) -> CommandReport:
        await _asked(self._link.fetch_catalogue())
        return done(f"catalogue version {self._guide.version}")

    async def _roll_key(self, _: Command) -> CommandReport:
        await _asked(self._link.roll_key())
        return done()

    async def _close(self, command: Command) -> CommandReport:
        assert isinstance(command.action, Close)
        self._service.close(command.action)
        return done()

    async def _open(self, _: Command) -> CommandReport:
        self._service.open()
        return done()

    async def _send_diagnostics(self, _: Command) -> CommandReport:
        settings = self._report.settings_version
        diagnostics = Diagnostics(
            software=VERSION,
            protocol=PROTOCOL,
            python=platform.python_version(),
            up_seconds=self._report.up_seconds,
            catalogue_version=self._guide.version,
            settings_version=settings,
            disk_free=shutil.disk_usage(self._data).free,
            clock_offset=self._link.clock_offset,
            queue=self._report.queue(),
            devices=self._report.devices(),
        )
        return CommandReport(outcome="done", at=datetime.now(UTC), diagnostics=diagnostics)

    async def _take_picture(self, _command: Command) -> CommandReport:
        if self.picture is None:
            raise CommandFailed("this kiosk has no screen")
        for _look in range(_LOOKS):
            picture = self.picture() if self._service.quiet else None
            if picture is not None:
                break
            await asyncio.sleep(_LOOK_AGAIN)
        else:
            raise CommandFailed("there was always a page on the screen that is somebody's")
        encoded = base64.b64encode(picture)
        if len(encoded) > LARGEST_PICTURE:
            raise CommandFailed("the picture is too large")
        return CommandReport.model_validate({"outcome": "done", "at": datetime.now(UTC), "picture": encoded})


async def _asked(question: Awaitable[None]) -> None:
    """Ask the hub; raises ``CommandFailed`` without the words of its answer, which may repeat the request."""
    try:
        await question
    except HubError as error:
        raise CommandFailed(type(error).__name__) from None
