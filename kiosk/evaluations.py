"""How it went (好差评): offered where something has come to its end; one touch is enough.

Nothing is chosen beforehand and nobody is asked twice. Whoever is not content may say why, and leave a number
to be called back on; whoever walks away in the middle of that has still given the level they touched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Final
from uuid import UUID

from devices.contract import ReceiptPrinter
from kiosk.availability import usable
from kiosk.forms import is_phone
from kiosk.pages import CLOSE, Action, Answer, Ask, Choice, ChooseSeveral, Idle, Notice, Page, Rating
from kiosk.receipts import evaluation_slip, print_paper
from kiosk.text import Sayable, text
from kiosk.visit import Left, Visit
from kiosk.wire import (
    BAD_LEVEL,
    EVALUATION_LEVELS,
    EVALUATION_REASONS,
    Evaluation,
    EvaluationLevel,
    EvaluationOf,
)
from offline_queue import QueueError

CALL_BACK: Final = "call-back"
"""Stands among the reasons for the wish to be called back."""

_LEVEL_OF: Final = {f"rate-{level}": level for level in EVALUATION_LEVELS}


@dataclass(frozen=True)
class Subject:
    """What is rated: a case by its submission or its number, or a guide by its item."""

    of: EvaluationOf
    item_id: str | None = None
    submission_id: UUID | None = None
    case_no: str | None = None


@dataclass
class _Details:
    """What was said besides the level, as far as it was said."""

    reasons: tuple[str, ...] = ()
    phone: str = ""


async def show_rated(visit: Visit, page: Page, subject: Subject, phone: str = "", asked: str = "") -> Answer:
    """Show a page with the five levels below it until something else than a level is answered.

    ``phone`` is a number given before in this visit, offered where a call is wished for; ``asked`` is the key
    of the question.
    """
    while True:
        rating = _thanks() if subject in visit.rated else _question(asked or "rating.title")
        answer = await visit.show(replace(page, rating=rating))
        level = _LEVEL_OF.get(answer.id)
        if level is None:
            return answer
        await _rate(visit, subject, level, phone)
        visit.forget(page.name)


def _question(asked: str) -> Rating:
    choices = tuple(
        Choice(id_, text(f"rating.{level}"), icon=f"face-{level}") for id_, level in _LEVEL_OF.items()
    )
    return Rating(text(asked), text("rating.note"), choices)


def _thanks() -> Rating:
    return Rating(text("rating.thanks"))


async def _rate(visit: Visit, subject: Subject, level: EvaluationLevel, phone: str) -> None:
    details = _Details()
    try:
        if EVALUATION_REASONS[level]:
            await _ask_why(visit, level, details, phone)
    except Left:  # one touch was enough
        await visit.once("evaluation", partial(_keep, visit, subject, level, details))
        raise
    code = await visit.once("evaluation", partial(_keep, visit, subject, level, details))
    if code is None:
        await visit.show(_not_kept(visit), passing=True)
    elif level <= BAD_LEVEL or details.phone:
        await _tell_what_follows(visit, code, called=bool(details.phone))


async def _ask_why(visit: Visit, level: EvaluationLevel, details: _Details, phone: str) -> None:
    """The reasons of the level, several or none, and the number for a call where one is wished for."""
    rows = tuple(Choice(one, text(f"rating.reason.{one}")) for one in EVALUATION_REASONS[level])
    call = Choice(CALL_BACK, text("rating.call-back"), text("rating.call-back.note"), "phone")
    answer = await visit.show(
        ChooseSeveral(
            name="rating-reasons",
            title=text("rating.why-better" if level > BAD_LEVEL else "rating.why-bad"),
            note=text("rating.why.note"),
            choices=(*rows, call),
            main=Action("enter", text("rating.send"), "check"),
        )
    )
    chosen = answer.value.split()
    details.reasons = tuple(one for one in EVALUATION_REASONS[level] if one in chosen)
    if CALL_BACK in chosen:
        details.phone = await _ask_phone(visit, phone)


async def _ask_phone(visit: Visit, draft: str) -> str:
    problem: Sayable | None = None
    while True:
        page = Ask(
            name="rating-phone",
            kind="phone",
            title=text("rating.phone"),
            hint=text("rating.phone.hint"),
            longest=12,
            problem=problem,
            draft=draft,
            main=Action("enter", text("rating.send"), "check"),
            others=(Action("none", text("rating.phone.none")),),
        )
        answer = await visit.show(page)
        if answer.id == "none":
            return ""
        draft = answer.value.strip()
        if is_phone(draft):
            return draft
        visit.forget(page.name)
        problem = text("form.problem.phone")


async def _keep(visit: Visit, subject: Subject, level: EvaluationLevel, details: _Details) -> str | None:
    """Seal it and have it on disk; its check code, or None when it could not be kept."""
    evaluation = Evaluation(
        level=level,
        reasons=details.reasons,
        of=subject.of,
        item_id=subject.item_id,
        submission_id=subject.submission_id,
        case_no=subject.case_no,
        call_back=details.phone or None,
        language=visit.stage.language,
        at=datetime.now(UTC),
    )
    try:
        code = await visit.kiosk.submissions.evaluate(evaluation)
    except QueueError:
        return None
    visit.rated.add(subject)
    return code


async def _tell_what_follows(visit: Visit, code: str, *, called: bool) -> None:
    """Somebody will look into it: the code by which one can see what came of it, on paper where there is."""
    if usable(visit.kiosk.devices, ReceiptPrinter):
        await print_paper(visit, evaluation_slip(visit.stage.say, visit.kiosk.site.kiosk, code))
    await visit.show(
        Notice(
            name="rating-kept",
            title=text("rating.kept"),
            big=code,
            lines=(text("rating.kept.call" if called else "rating.kept.look"), text("rating.kept.code")),
            tone="ok",
            main=Action(CLOSE, text("rating.close"), "chevron-left"),
            idle=Idle.DONE,
        ),
        passing=True,
    )


def _not_kept(visit: Visit) -> Notice:
    return Notice(
        name="rating-not-kept",
        title=text("rating.not-kept"),
        lines=(text("rating.not-kept.line"), text("help.line", phone=visit.kiosk.site.kiosk.helpline)),
        tone="warn",
        picture="out-of-service",
        main=Action(CLOSE, text("rating.close"), "chevron-left"),
        idle=Idle.DONE,
    )
