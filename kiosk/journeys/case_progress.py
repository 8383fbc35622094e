"""Where one case stands, in words for the person it belongs to; and what was asked for, handed in here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from devices.contract import Camera
from devices.identity import CHINA_TIME
from kiosk.availability import usable
from kiosk.identity import identify
from kiosk.materials import collect_materials
from kiosk.pages import Action, Chip, Idle, Notice, Tone
from kiosk.submissions import file_supplement
from kiosk.text import Sayable, text
from kiosk.visit import Visit
from kiosk.wire import Material, Progress, ServiceItem

NOT_GRANTED = frozenset({"refused", "not_accepted", "withdrawn"})


def chip(case: Progress) -> Chip:
    """Where it stands in two words: decided, to be supplemented, under way, due soon, overdue (R16)."""
    if case.state == "decided":
        if case.outcome in NOT_GRANTED:
            return Chip(text("progress.closed.chip"))
        return Chip(text("progress.decided.chip"), "ok")
    if case.state == "supplement_asked":
        return Chip(text("progress.supplement.chip"), "warn")
    match lateness(case.promised_by):
        case "overdue":
            return Chip(text("progress.overdue.chip"), "bad")
        case "soon":
            return Chip(text("progress.soon.chip"), "warn")
    return Chip(text("progress.received.chip"))


def lateness(promised_by: date | None) -> str:
    """``overdue``, ``soon`` (today or tomorrow), or nothing to say."""
    today = datetime.now(CHINA_TIME).date()
    if promised_by is None or promised_by > today + timedelta(days=1):
        return ""
    return "overdue" if promised_by < today else "soon"


def day(at: datetime) -> date:
    """The day it was here."""
    return at.astimezone(CHINA_TIME).date()


def case_page(visit: Visit, case: Progress) -> Notice:
    """Where the case stands, and what to do next."""
    if case.state == "supplement_asked":
        return _asked(visit, case)
    if case.state == "decided":
        return _decided(visit, case)
    late = lateness(case.promised_by)
    lines: list[Sayable] = [_received(case)]
    if case.promised_by is not None:
        lines.append(text(f"progress.promised{'-' + late if late else ''}", date=case.promised_by))
    if late == "overdue":
        return _page(visit, case, "progress.overdue", [*lines, _helpline(visit)], "bad")
    return _page(visit, case, f"progress.{case.state}", lines, "warn" if late else "ok")


def may_hand_in(visit: Visit, case: Progress) -> tuple[Material, ...]:
    """What was asked for and can be photographed here now."""
    if case.supplement is None or not visit.kiosk.submissions.may_file():
        return ()
    if usable(visit.kiosk.devices, Camera) is None:
        return ()
    wanted = {one.material_id for one in case.supplement.lacking}
    item = _item(visit, case)
    asked = (one for one in (item.materials if item else ()) if one.id in wanted)
    return tuple(one.model_copy(update={"capture": True}) for one in asked)


async def hand_in(visit: Visit, case: Progress) -> None:
    """Photograph what was asked for and file it; the last page says whether the authority has it."""
    assert case.supplement is not None
    visit.journey = "supplement"
    applicant = await identify(visit, ("id_card",))
    photos = await collect_materials(visit, may_hand_in(visit, case))
    filed = await file_supplement(visit, applicant, case.supplement.id, photos)
    received = filed.case_no is not None
    rest = len(case.supplement.lacking) > len(photos)
    lines: list[Sayable] = [text("supplement.received.line" if received else "supplement.kept.line")]
    if rest:
        lines.append(text("supplement.rest"))
    await visit.show(
        Notice(
            name="supplement-received" if received else "supplement-kept",
            title=text("supplement.received" if received else "supplement.kept"),
            big=case.number,
            lines=tuple(lines),
            tone="ok" if received else "warn",
            main=_finish(),
            private=True,
            idle=Idle.DONE,
        )
    )


def _asked(visit: Visit, case: Progress) -> Notice:
    lines: list[Sayable] = []
    if case.supplement_due is not None:
        lines.append(text("progress.supplement.due", date=case.supplement_due))
    if case.supplement is None:
        lines.append(text("progress.supplement.by-card"))
        return _page(visit, case, "progress.supplement", lines, "warn")
    for number, one in enumerate(case.supplement.lacking, start=1):
        words = "：".join(part for part in (one.name, one.problem) if part)
        lines.append(text("progress.supplement.one", number=number, words=words))
    item = _item(visit, case)
    if item is not None:
        where = text("progress.supplement.where", window=item.window.name, address=item.window.address)
        lines.append(where)
    lines.append(text("progress.supplement.after"))
    page = _page(visit, case, "progress.supplement", lines, "warn")
    if not may_hand_in(visit, case):
        return page
    return _leading(page, Action("hand-in", text("progress.supplement.here"), "camera"))


def _decided(visit: Visit, case: Progress) -> Notice:
    if case.outcome not in NOT_GRANTED:
        lines = [_received(case), text("progress.decided.line")]
        page = _page(visit, case, "progress.decided", lines, "ok")
        return _leading(page, Action("collect", text("progress.collect"), "printer"))
    lines = [_received(case)]
    why = case.explanation
    if why is not None:
        told = (("reason", why.reason), ("basis", why.basis), ("complain", why.complain))
        lines += [text(f"progress.{key}", words=words) for key, words in told if words]
    else:
        lines.append(text("progress.why-by-card"))
    lines.append(_helpline(visit))
    return _page(visit, case, f"progress.{case.outcome}", lines, "quiet")


def _page(visit: Visit, case: Progress, title: str, lines: list[Sayable], tone: Tone) -> Notice:
    item = _item(visit, case)
    return Notice(
        name=f"progress-{case.state.replace('_', '-')}",
        title=text(title),
        note=item.name if item is not None else None,
        big=case.number or case.check_code,
        lines=tuple(lines),
        tone=tone,
        main=_finish(),
        private=case.item_id is not None,
        idle=Idle.DONE,
    )


def _leading(page: Notice, on: Action) -> Notice:
    """The page with something to go on to; finishing comes second."""
    assert page.main is not None
    return replace(page, main=on, others=(page.main,))


def _item(visit: Visit, case: Progress) -> ServiceItem | None:
    return visit.kiosk.guide.item(case.item_id or "")


def _received(case: Progress) -> Sayable:
    return text("progress.received-on", date=day(case.received_at))


def _helpline(visit: Visit) -> Sayable:
    return text("help.line", phone=visit.kiosk.site.kiosk.helpline)


def _finish() -> Action:
    return Action("finish", text("action.finish-wipe"))
