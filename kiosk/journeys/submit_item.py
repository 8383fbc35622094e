"""File one simple item: who, what, the documents, check, file, and paper in hand."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.availability import cards_for
from kiosk.evaluations import Subject, show_rated
from kiosk.forms import at_step, check_answers, fill_in
from kiosk.identity import identify
from kiosk.materials import collect_materials
from kiosk.my_list import question_page
from kiosk.pages import Step
from kiosk.receipts import hand_over
from kiosk.submissions import file
from kiosk.visit import Visit
from kiosk.wire import ServiceItem


async def submit_item(visit: Visit, item: ServiceItem, known: Mapping[str, str] | None = None) -> None:
    """Carry one resident through an item, from the card to the receipt.

    ``known`` are answers given before in this visit (question → answer); they are not asked again.
    """
    visit.journey = "submit-item"
    step = Step(item.short_name, 1, 5)
    applicant = await identify(visit, cards_for(item), step)
    situation = await settle_situation(visit, item, known or {})
    answers = situation | await fill_in(visit, item.form, applicant, at_step(step, 2), known or {})
    photos = await collect_materials(visit, item.materials_for(answers), at_step(step, 3))
    answers, photos = await check_answers(visit, item, applicant, answers, photos, at_step(step, 4))
    filed = await file(visit, item, applicant, answers, photos)
    done = await hand_over(visit, item, applicant, filed, at_step(step, 5))
    phone = next((answers[field.id] for field in item.form if field.kind == "phone"), "")
    await show_rated(visit, done, Subject("submission", item.id, submission_id=filed.id), phone)


async def settle_situation(visit: Visit, item: ServiceItem, known: Mapping[str, str]) -> dict[str, str]:
    """Ask what decides which documents are photographed, unless it is known; the answers by situation."""
    decisive = {
        answer.partition("=")[0] for one in item.materials if one.capture for answer in one.answers_needed
    }
    answers = {one.id: known[one.id] for one in item.situations if one.id in known}
    for question in item.situations:
        if question.id in decisive and question.id not in answers:
            answers[question.id] = (await visit.show(question_page(question))).value
    return answers
