"""Collect one result: who, which, commit a numbered copy, print, taken; every copy is accounted for."""

from __future__ import annotations

from functools import partial

from kiosk.evaluations import Subject, show_rated
from kiosk.forms import at_step
from kiosk.identity import identify
from kiosk.pages import Action, Done, Idle, Notice, Step
from kiosk.receipts import NotPrinted, paper_note, print_paper, result_slip
from kiosk.results import choose_result, commit, take_paper
from kiosk.text import text
from kiosk.visit import Visit
from kiosk.wire import ResultCopy


async def collect_result(visit: Visit) -> None:
    """Carry one resident from the card to the certificate in their hand."""
    visit.journey = "collect-result"
    step = Step(text("results.journey"), 1, 3)
    applicant = await identify(visit, ("id_card",), step)
    result = await choose_result(visit, applicant, at_step(step, 2))
    if result is None:
        await visit.show(_nothing_yet(visit))
        return
    copy = await commit(visit, result, applicant, at_step(step, 3))
    taken = await _print_until_taken(visit, copy, at_step(step, 3))
    subject = Subject("result", result.item_id, case_no=result.case_no)
    await show_rated(visit, _done(copy, taken, at_step(step, 3)), subject)


async def _print_until_taken(visit: Visit, copy: ResultCopy, step: Step) -> bool:
    """Print a committed copy, again if it did not come out; what became of each paper goes to the hub."""
    report = visit.kiosk.results.report
    begun = False
    for _ in range(3):
        slip = result_slip(visit.stage.say, visit.kiosk.site.kiosk, copy, again=begun)
        paper = await print_paper(visit, slip)
        begun = begun or not isinstance(paper, NotPrinted) or paper.begun
        if not isinstance(paper, NotPrinted) or not paper.surely:
            if paper == "printed":  # what the printer could not confirm, only the resident can
                await visit.once("printed", partial(report, copy, "printed"))
            if await take_paper(visit, step):
                await visit.once("taken", partial(report, copy, "taken"))
                return True
        await visit.once("not-printed", partial(report, copy, "not_printed"))
        answer = await visit.show(
            Notice(
                name="not-printed",
                title=text("not-printed.title"),
                note=paper_note(paper) if isinstance(paper, NotPrinted) else None,
                lines=(text("not-printed.line"), text("help.line", phone=visit.kiosk.site.kiosk.helpline)),
                tone="warn",
                picture="out-of-service",
                main=Action("again", text("not-printed.again"), "printer"),
                others=(Action("finish", text("action.finish"), "home"),),
                step=step,
            ),
            passing=True,
        )
        if answer.id == "finish":
            break
    return False


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
