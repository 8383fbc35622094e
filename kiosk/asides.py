"""What the house does around any journey: help, "could not get it done", and "take your card"."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import structlog

from devices.contract import ChipCardReader, IdCardReader, ReceiptPrinter
from devices.errors import DeviceError, DeviceTimeout
from kiosk.availability import usable
from kiosk.pages import CLOSE, Action, Choice, Choose, Idle, Notice, Page
from kiosk.receipts import print_paper, trouble_slip
from kiosk.stage import Stage
from kiosk.text import Sayable, text
from kiosk.visit import Aside, Visit
from kiosk.wire import DeviceThen, TroubleReason, TroubleReport
from offline_queue import QueueError

log = structlog.get_logger(__name__)

#: Seconds between two reminders, and until a card left behind is reported (UX.md 1.4).
REMIND_EVERY = 5.0
REPORT_AFTER = 60.0

REASONS: dict[TroubleReason, str] = {
    "card-not-read": "id-card",
    "do-not-understand": "question",
    "papers-missing": "document",
    "machine-fault": "alert",
    "other": "pencil",
}


async def help_page(visit: Visit, page: Page) -> None:
    """People to call and places to go; nothing about the resident leaves the kiosk."""
    site = visit.kiosk.site.kiosk
    lines: list[Sayable] = [text("help.line", phone=site.helpline)]
    if site.keeper_phone:
        lines.append(text("help.keeper", keeper=site.keeper, phone=site.keeper_phone))
    lines.append(text("help.window", window=visit.kiosk.window))
    await visit.show(
        Notice(
            name="help",
            title=text("help.title"),
            note=text("help.note"),
            lines=tuple(lines),
            picture="help-person",
            main=Action(CLOSE, text("help.close"), "chevron-left"),
            private=page.private,
            idle=page.idle,
        )
    )


async def could_not_page(visit: Visit, page: Page) -> None:
    """Somebody gave up: one question, a number on paper, and who calls back whom."""
    reason = await visit.show(
        Choose(
            name="trouble",
            title=text("trouble.title"),
            note=text("trouble.note"),
            choices=tuple(
                Choice(reason, text(f"trouble.{reason}"), icon=icon) for reason, icon in REASONS.items()
            ),
            idle=Idle.FORM,
        )
    )
    kept = next(known for known in REASONS if known == reason.id)
    report = TroubleReport(
        page=page.name,
        journey=visit.journey,
        reason=kept,
        language=visit.stage.language,
        devices=tuple(
            DeviceThen(name=name, state=status.device)
            for name, status in visit.kiosk.devices.status().items()
        ),
        online=visit.kiosk.availability.has("network"),
        at=datetime.now(UTC),
    )
    try:
        number = await visit.kiosk.submissions.report_trouble(report)
    except QueueError:
        await help_page(visit, page)
        return
    if usable(visit.kiosk.devices, ReceiptPrinter):
        await print_paper(visit, trouble_slip(visit.stage.say, visit.kiosk.site.kiosk, number))
    await visit.show(
        Notice(
            name="trouble-kept",
            title=text("trouble.kept"),
            big=number,
            lines=(text("trouble.next"), text("help.line", phone=visit.kiosk.site.kiosk.helpline)),
            tone="ok",
            picture="kept-here",
            main=Action(CLOSE, text("trouble.close"), "chevron-left"),
        )
    )


async def farewell(visit: Visit) -> None:
    """After the wipe: nobody leaves a card behind unnoticed."""
    devices = visit.kiosk.devices
    readers = (usable(devices, IdCardReader), usable(devices, ChipCardReader))
    await asyncio.gather(*(_take_card(visit.stage, reader) for reader in readers if reader is not None))


async def _take_card(stage: Stage, reader: IdCardReader | ChipCardReader) -> None:
    """Call the resident back while a card lies on the reader; after a minute the keeper is to know."""
    if await _is_free(reader, within=0.5):
        return
    page = Notice(
        name="take-card",
        title=text("take-card.title"),
        note=text("take-card.note"),
        picture="take-card",
        tone="warn",
        idle=Idle.NEVER,
    )
    shown = asyncio.create_task(stage.show(page))
    try:
        for _ in range(round(REPORT_AFTER / REMIND_EVERY)):
            stage.alert()
            if await _is_free(reader, within=REMIND_EVERY):
                return
        log.warning("card.left_behind", reader=reader.name)
    finally:
        shown.cancel()
        await asyncio.gather(shown, return_exceptions=True)


async def _is_free(reader: IdCardReader | ChipCardReader, within: float) -> bool:
    try:
        await reader.wait_removed(within)
    except DeviceTimeout:
        return False
    except DeviceError:
        return True  # a reader that fails holds no card that we could speak of
    return True


ASIDE = Aside(help=help_page, could_not=could_not_page, farewell=farewell)
