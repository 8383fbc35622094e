"""Collect one result: who, which, commit a numbered copy, print, taken; every copy is accounted for."""

from __future__ import annotations

from functools import partial
from typing import Final

from devices.contract import ReceiptPrinter
from devices.document import Document
from kiosk.availability import usable
from kiosk.evaluations import Subject, show_rated
from kiosk.forms import at_step
from kiosk.identity import identify
from kiosk.pages import Action, Done, Idle, Notice, Step
from kiosk.paper_kinds import PaperKind, paper_here
from kiosk.receipts import NotPrinted, Paper, print_paper, result_slip
from kiosk.results import choose_result, commit, take_paper
from kiosk.text import Sayable, text
from kiosk.visit import Visit
from kiosk.wire import Applicant, ResultCopy, ResultSummary

_TRIES: Final = 3


async def collect_result(visit: Visit) -> None:
    """Carry one resident from the card to the certificate in their hand."""
    visit.journey = "collect-result"
    step = Step(text("results.journey"), 1, 3)
    applicant = await identify(visit, ("id_card",), step)
    result = await choose_result(visit, applicant, at_step(step, 2))
    if result is None:
        await visit.show(_nothing_yet(visit))
        return
    copy, taken = await _print_until_taken(visit, result, applicant, at_step(step, 3))
    subject = Subject("result", result.item_id, case_no=result.case_no)
    await show_rated(visit, _done(copy, taken, at_step(step, 3)), subject)


async def _print_until_taken(
    visit: Visit, result: ResultSummary, applicant: Applicant, step: Step
) -> tuple[ResultCopy, bool]:
    """Commit a copy and print it, again if it did not come out; what became of each goes to the hub.

    A slip is printed again with a mark. A sealed certificate cannot be marked: where something of it may be
    on paper already, the next one is another copy with a number of its own.
    """
    copy = await commit(visit, result, applicant, step)
    kind, begun = paper_here(visit.kiosk.devices), False
    document: Document | None = None
    for _ in range(_TRIES):
        if kind == "a4" and begun:
            copy, document, begun = await commit(visit, result, applicant, step), None, False
        if kind == "a4" and document is None and (document := await _sealed(visit, copy, step)) is None:
            wish = await _slip_instead(visit, copy, step)
            if wish == "finish":
                break
            if wish == "again":
                continue
            kind = "slip"
        slip = result_slip(visit.stage.say, visit.kiosk.site.kiosk, copy, again=begun)
        paper = await print_paper(visit, document or slip)
        begun = begun or not isinstance(paper, NotPrinted) or paper.begun
        if await _came_out(visit, copy, paper, kind, step):
            return copy, True
        wish = (await visit.show(_not_printed(visit, paper, kind, step), passing=True)).id
        if wish == "finish":
            break
        if wish == "slip":
            kind, document = "slip", None
    return copy, False


async def _sealed(visit: Visit, copy: ResultCopy, step: Step) -> Document | None:
    """The sealed PDF of a copy, checked against the digest that came with it; None: there is none now."""
    page = Notice(name="fetching", title=text("results.fetching"), waiting=True, picture="sent", step=step)
    pdf = await visit.show_while(page, partial(visit.kiosk.results.document, copy))
    if not isinstance(pdf, bytes) or copy.document is None:
        return None
    return Document(pdf, pages=copy.document.pages)


async def _slip_instead(visit: Visit, copy: ResultCopy, step: Step) -> str:
    """The certificate that was promised is not to be had: ``slip``, ``again`` or ``finish``."""
    main = Action("again", text("action.again"), "refresh")
    if usable(visit.kiosk.devices, ReceiptPrinter):
        main = Action("slip", text("no-certificate.slip"), "printer")
    page = Notice(
        name="no-certificate",
        title=text("no-certificate.title"),
        lines=(text("no-certificate.line"), text("help.line", phone=visit.kiosk.site.kiosk.helpline)),
        tone="warn",
        picture="out-of-service",
        main=main,
        others=(Action("finish", text("action.finish"), "home"),),
        step=step,
    )
    wish = (await visit.show(page, passing=True)).id
    if wish != "slip":
        await visit.once("not-printed", partial(visit.kiosk.results.report, copy, "not_printed"))
    return wish


async def _came_out(visit: Visit, copy: ResultCopy, paper: Paper, kind: PaperKind, step: Step) -> bool:
    """Whether the resident has the paper; what became of it is reported in any case."""
    report = visit.kiosk.results.report
    if not isinstance(paper, NotPrinted) or not paper.surely:
        if paper == "printed":  # what the printer could not confirm, only the resident can
            await visit.once("printed", partial(report, copy, "printed"))
        if await take_paper(visit, kind, step):
            await visit.once("taken", partial(report, copy, "taken"))
            return True
    await visit.once("not-printed", partial(report, copy, "not_printed"))
    return False


def _not_printed(visit: Visit, paper: Paper, kind: PaperKind, step: Step) -> Notice:
    others = [Action("finish", text("action.finish"), "home")]
    if kind == "a4" and usable(visit.kiosk.devices, ReceiptPrinter):
        others.insert(0, Action("slip", text("no-certificate.slip"), "printer"))
    return Notice(
        name="not-printed",
        title=text("not-printed.title"),
        note=_why(paper),
        lines=(text("not-printed.line"), text("help.line", phone=visit.kiosk.site.kiosk.helpline)),
        tone="warn",
        picture="out-of-service",
        main=Action("again", text("not-printed.again"), "printer"),
        others=tuple(others),
        step=step,
    )


def _why(paper: Paper) -> Sayable | None:
    if not isinstance(paper, NotPrinted) or not paper.surely:
        return None
    return text("not-printed.paper-out" if paper.why == "paper-out" else "not-printed.no-printer")


def _nothing_yet(visit: Visit) -> Notice:
    return Notice(
        name="nothing-to-collect",
        title=text("nothing-to-collect.title"),
        lines=(text("nothing-to-collect.line"), text("help.line", phone=visit.kiosk.site.kiosk.helpline)),
        picture="nothing-found",
        main=Action("finish", text("action.finish-wipe")),
        idle=Idle.DONE,
    )


def _done(copy: ResultCopy, taken: bool, step: Step) -> Done:
    return Done(
        name="result-taken" if taken else "result-not-taken",
        kept=not taken,
        title=text("results.done" if taken else "results.not-done"),
        note=text("results.done.note" if taken else "results.not-done.note"),
        number_label=text("results.verify-code"),
        number=copy.verification_code,
        lines=(text("results.verify"), text("results.copy-no", n=copy.copy_no)),
        main=Action("finish", text("action.finish-wipe")),
        step=step,
    )
