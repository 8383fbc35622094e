"""A code on paper that the resident brought: typed, or held before whatever here can read it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from devices.codes import Purpose, accept
from devices.contract import Camera, CodeScanner
from devices.errors import DeviceError, DeviceTimeout
from devices.supervisor import Supervisor
from kiosk.availability import usable
from kiosk.pages import Action, Answer, Ask, Step
from kiosk.text import Sayable, text
from kiosk.visit import Visit
from kiosk.wire import (
    CHECK_CODE_LENGTH,
    VERIFICATION_CODE_LENGTH,
    normalise_check_code,
    normalise_verification_code,
)

_LOOK: Final = 20.0
"""Seconds of one look; then the next begins."""

_AGAIN: Final = 0.2
"""Seconds before what is known to be another code is looked at again."""


@dataclass(frozen=True)
class _Kind:
    """One kind of code: how long, how read from what was typed, what may be scanned."""

    key: str
    length: int
    normalise: Callable[[str], str]
    purpose: Purpose


CHECK_CODE: Final = _Kind("check-code", CHECK_CODE_LENGTH, normalise_check_code, Purpose.CHECK_CODE)
VERIFICATION_CODE: Final = _Kind(
    "verification-code", VERIFICATION_CODE_LENGTH, normalise_verification_code, Purpose.VERIFICATION_CODE
)


async def ask_code(visit: Visit, kind: _Kind, step: Step | None = None) -> str:
    """Ask for a code until it can be one; the code as printed."""
    problem: Sayable | None = None
    draft = ""
    others: set[bytes] = set()
    while True:
        devices = visit.kiosk.devices
        eye = "scanner" if usable(devices, CodeScanner) else "camera" if usable(devices, Camera) else "none"
        page = Ask(
            name=f"ask-{kind.key}",
            title=text(f"ask.{kind.key}"),
            hint=text(f"ask.{kind.key}.{eye}"),
            kind="code",
            longest=kind.length,
            problem=problem,
            draft=draft,
            main=Action("enter", text("form.next")),
            step=step,
        )
        found = await visit.show_while(page, partial(_scan, devices, kind, others))
        if isinstance(found, str):
            return found
        if isinstance(found, Answer):
            draft = found.value
            try:
                return kind.normalise(draft)
            except ValueError:
                problem = text(f"ask.{kind.key}.problem" if draft else "form.problem.empty")
        else:
            problem = text("ask.code.other")


async def _scan(devices: Supervisor, kind: _Kind, others: set[bytes]) -> str | None:
    """The code that is held before the scanner, or before the camera where there is none.

    None: something else was held there, and is noted in ``others``. It is told once, for it may go on lying
    there while the code is typed.
    """
    while True:
        eye = usable(devices, CodeScanner) or usable(devices, Camera)
        try:
            if isinstance(eye, CodeScanner):
                code = await eye.read(_LOOK)
            elif isinstance(eye, Camera):
                code = await eye.read_code(_LOOK)
            else:
                await asyncio.sleep(1.0)
                continue
        except DeviceTimeout:
            continue
        except DeviceError:
            await asyncio.sleep(1.0)
            continue
        try:
            return kind.normalise(accept(code, kind.purpose))
        except ValueError:
            if code.data not in others:
                others.add(code.data)
                return None
            await asyncio.sleep(_AGAIN)
