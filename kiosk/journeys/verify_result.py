"""Verify a certificate: whoever holds one asks, by the code on it, whether it was issued."""

from __future__ import annotations

from functools import partial

from devices.identity import CHINA_TIME
from kiosk.enquiries import Missing
from kiosk.pages import Action, Idle, Notice
from kiosk.printed_codes import VERIFICATION_CODE, ask_code
from kiosk.results import no_answer
from kiosk.text import text
from kiosk.visit import Visit
from kiosk.wire import VerifiedCopy


async def verify_result(visit: Visit) -> None:
    """Ask for the code, ask the hub, say what must stand on the paper."""
    visit.journey = "verify-result"
    code = await ask_code(visit, VERIFICATION_CODE)
    while True:
        page = Notice(name="asking", title=text("progress.asking"), waiting=True, picture="sent")
        found = await visit.show_while(page, partial(visit.kiosk.enquiries.verify, code))
        if found is not Missing.NO_NETWORK:
            break
        await visit.show(no_answer(visit), passing=True)
    await visit.show(_genuine(found) if isinstance(found, VerifiedCopy) else _unknown(visit, code))


def _genuine(copy: VerifiedCopy) -> Notice:
    return Notice(
        name="verify-genuine",
        title=text("verify.genuine"),
        note=text("verify.genuine.note"),
        big=copy.title,
        lines=(
            text("verify.authority", authority=copy.authority),
            text("verify.holder", name=copy.holder),
            text("verify.issued", date=copy.issued_at.astimezone(CHINA_TIME).date(), n=copy.copy_no),
        ),
        tone="ok",
        main=Action("finish", text("action.finish-wipe")),
        private=True,
        idle=Idle.DONE,
    )


def _unknown(visit: Visit, code: str) -> Notice:
    return Notice(
        name="verify-unknown",
        title=text("verify.unknown"),
        big=code,
        lines=(text("verify.unknown.line"), text("help.line", phone=visit.kiosk.site.kiosk.helpline)),
        tone="bad",
        main=Action("finish", text("action.finish-wipe")),
        idle=Idle.DONE,
    )
