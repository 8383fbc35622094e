"""Look up progress: by the code on a receipt, or by card everything of one's own, wherever it was filed."""

from __future__ import annotations

from functools import partial

from kiosk.enquiries import KeptHere, Missing
from kiosk.evaluations import Subject, show_rated
from kiosk.identity import identify
from kiosk.journeys.case_progress import case_page, chip, day, hand_in, lateness
from kiosk.journeys.collect_result import collect_result
from kiosk.journeys.verify_result import verify_result
from kiosk.pages import Action, Choice, Choose, Idle, Notice
from kiosk.printed_codes import CHECK_CODE, ask_code
from kiosk.results import no_answer
from kiosk.text import Sayable, text
from kiosk.visit import Visit
from kiosk.wire import Progress


async def look_up_progress(visit: Visit) -> None:
    """Say where a matter stands; where its result is ready, lead on to it."""
    visit.journey = "look-up-progress"
    way = await visit.show(
        Choose(
            name="progress-way",
            title=text("progress.way"),
            choices=(
                Choice("code", text("progress.by-code"), text("progress.by-code.note"), "qr"),
                Choice("card", text("progress.by-card"), text("progress.by-card.note"), "id-card"),
                Choice("verify", text("progress.verify"), text("progress.verify.note"), "shield"),
            ),
        )
    )
    if way.id == "verify":
        await verify_result(visit)
        return
    own = way.id == "card"
    found = await (_of_person(visit) if own else _by_code(visit))
    page = _page(visit, found, own=own)
    if isinstance(found, Progress) and _may_be_rated(found):
        asked = "rating.title" if found.what == "case" else "rating.title-again"
        subject = Subject("progress", found.item_id, case_no=found.number)
        answer = await show_rated(visit, page, subject, asked=asked)
    else:
        answer = await visit.show(page)
    if answer.id == "collect":
        await collect_result(visit)
    elif answer.id == "hand-in" and isinstance(found, Progress):
        await hand_in(visit, found)


def _may_be_rated(found: Progress) -> bool:
    """A case; or, once something was done about the rating of a case, whether that was enough (追评)."""
    return found.number is not None and (found.what == "case" or found.state == "decided")


async def _by_code(visit: Visit) -> Progress | KeptHere | Missing:
    code = await ask_code(visit, CHECK_CODE)
    while True:
        found = await visit.show_while(_asking(), partial(visit.kiosk.enquiries.by_code, code))
        if found is not Missing.NO_NETWORK:
            assert isinstance(found, Progress | KeptHere | Missing)
            return found
        await visit.show(no_answer(visit), passing=True)


async def _of_person(visit: Visit) -> Progress | Missing:
    applicant = await identify(visit, ("id_card",))
    while True:
        found = await visit.show_while(_asking(), partial(visit.kiosk.enquiries.of_person, applicant))
        if isinstance(found, tuple):
            break
        await visit.show(no_answer(visit), passing=True)
    if not found:
        return Missing.NOTHING
    answer = await visit.show(
        Choose(
            name="choose-matter",
            title=text("progress.choose"),
            note=text("progress.choose.note"),
            choices=tuple(_row(visit, matter) for matter in found),
            private=True,
            idle=Idle.PRIVATE,
        )
    )
    return next(matter for matter in found if matter.check_code == answer.id)


def _asking() -> Notice:
    return Notice(name="asking", title=text("progress.asking"), waiting=True, picture="sent")


def _row(visit: Visit, matter: Progress) -> Choice:
    item = visit.kiosk.guide.item(matter.item_id or "")
    return Choice(
        matter.check_code,
        item.name if item is not None else text("progress.case", number=matter.number or matter.check_code),
        text("progress.received-on", date=day(matter.received_at)),
        "document",
        chip(matter),
    )


def _page(visit: Visit, found: Progress | KeptHere | Missing, *, own: bool) -> Notice:
    helpline = text("help.line", phone=visit.kiosk.site.kiosk.helpline)
    finish = Action("finish", text("action.finish-wipe"))
    if isinstance(found, Missing):
        why = (text("progress.nothing.line"), text("progress.nothing.kept"))
        return Notice(
            name="progress-nothing",
            title=text("progress.nothing-own" if own else "progress.nothing"),
            lines=(text("progress.nothing-own.line"), helpline) if own else (*why, helpline),
            picture="nothing-found",
            main=finish,
            idle=Idle.DONE,
        )
    if isinstance(found, KeptHere):
        return Notice(
            name=f"progress-{found.state}",
            title=text(f"progress.{found.state}"),
            note=text("progress.kept-on", date=day(found.since)),
            big=found.check_code,
            lines=(text(f"progress.{found.state}.line"), *(() if found.state == "kept" else (helpline,))),
            tone="warn",
            main=finish,
            idle=Idle.DONE,
        )
    if found.what != "case":
        return _said(found, finish, helpline)
    return case_page(visit, found)


def _said(said: Progress, finish: Action, helpline: Sayable) -> Notice:
    """A ticket or a rating: whether somebody looks into it, until when, and whether that is over."""
    lines: list[Sayable] = [text(f"progress.said.{said.state}")]
    late = said.promised_by is not None and lateness(said.promised_by) == "overdue"
    if said.promised_by is not None:
        lines.append(text("progress.said.late" if late else "progress.said.due", date=said.promised_by))
    return Notice(
        name=f"progress-{said.what}",
        title=text(f"progress.{said.what}"),
        note=text("progress.received-on", date=day(said.received_at)),
        big=said.check_code,
        lines=(*lines, helpline),
        tone="bad" if late else "ok",
        main=finish,
        idle=Idle.DONE,
    )
