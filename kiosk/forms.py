"""The questions of an item: ask only what is not known, one a page; check each at once and all at the end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from devices.identity import mask_name, mask_number
from kiosk.materials import Photo, photograph
from kiosk.pages import Action, Answer, Ask, CheckAnswers, Choice, Row, Step
from kiosk.text import Sayable, text
from kiosk.visit import Visit
from kiosk.wire import Applicant, Consent, FormField, ServiceItem

Answers = dict[str, str]


def prefilled(field: FormField, applicant: Applicant) -> str:
    """What the card already answered, or nothing."""
    value = getattr(applicant, field.prefill) if field.prefill else None
    return "" if value is None else str(value)


async def fill_in(
    visit: Visit,
    form: tuple[FormField, ...],
    applicant: Applicant,
    step: Step | None = None,
    known: Mapping[str, str] = MappingProxyType({}),
) -> Answers:
    """Ask what neither the card nor an earlier page has said; the answers by field id."""
    answers: Answers = {}
    for field in form:
        said = prefilled(field, applicant) or known.get(field.id, "")
        answers[field.id] = said if said and not complaint(field, said) else await ask(visit, field, step)
    return answers


async def ask(visit: Visit, field: FormField, step: Step | None = None, draft: str = "") -> str:
    """Ask one question until the answer will do; what was entered is never cleared."""
    skip = () if field.required else (Action("skip", text("form.skip")),)
    problem: Sayable | None = None
    while True:
        page = Ask(
            name=f"ask-{field.id}",
            title=field.label,
            hint=field.hint,
            kind=field.kind,
            choices=tuple(Choice(choice.value, choice.label) for choice in field.choices),
            problem=problem,
            draft=draft,
            main=None if field.kind == "choice" else Action("enter", text("form.next")),
            others=skip,
            step=step,
        )
        answer = await visit.show(page, passing=False)
        if answer.id == "skip":
            return ""
        draft = answer.value.strip()
        problem = complaint(field, draft)
        if problem is None:
            return draft
        visit.forget(page.name)  # a wrong answer is no stop on the way back


def complaint(field: FormField, value: str) -> Sayable | None:
    """What is wrong with an answer, in words that say how to mend it; None when it will do."""
    if not value:
        return text("form.problem.empty") if field.required else None
    if field.kind == "choice" and value not in {choice.value for choice in field.choices}:
        return text("form.problem.empty")
    if field.kind == "phone" and not is_phone(value):
        return text("form.problem.phone")
    if field.kind == "digits" and not value.isdecimal():
        return text("form.problem.digits")
    if field.kind == "date" and not _is_date(value):
        return text("form.problem.date")
    if field.pattern and not re.fullmatch(field.pattern, value):
        return text("form.problem.pattern")
    return None


def is_phone(value: str) -> bool:
    """Whether it can be a mobile number, or one of the fixed network with its area code."""
    return re.fullmatch(r"1[3-9]\d{9}|0\d{9,11}", value) is not None


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


async def check_answers(
    visit: Visit,
    item: ServiceItem,
    applicant: Applicant,
    answers: Answers,
    photos: list[Photo],
    step: Step | None = None,
) -> tuple[Answers, list[Photo]]:
    """Show everything that will be filed; each row can be changed and returns here. Ends with consent."""
    answers, photos = dict(answers), list(photos)
    fields = {field.id: field for field in item.form}
    while True:
        answer = await visit.show(_checking(item, applicant, answers, photos, step))
        if answer == Answer("file"):
            return answers, photos
        if answer.id in fields:
            answers[answer.id] = await ask(visit, fields[answer.id], step, draft=answers[answer.id])
            photos = await _photos_for(visit, item, answers, photos, step)
        else:
            at = next(n for n, photo in enumerate(photos) if photo.material.id == answer.id)
            photos[at] = await photograph(visit, photos[at].material, step)


async def _photos_for(
    visit: Visit, item: ServiceItem, answers: Mapping[str, str], photos: list[Photo], step: Step | None
) -> list[Photo]:
    """A changed answer may need other materials: keep the photos still needed, ask for the new ones."""
    taken = {photo.material.id: photo for photo in photos}
    wanted = [material for material in item.materials_for(answers) if material.capture]
    return [taken.get(material.id) or await photograph(visit, material, step) for material in wanted]


def _checking(
    item: ServiceItem,
    applicant: Applicant,
    answers: Mapping[str, str],
    photos: list[Photo],
    step: Step | None,
) -> CheckAnswers:
    rows = [
        Row(text("check.name"), mask_name(applicant.name)),
        Row(text("check.number"), mask_number(applicant.number)),
        *(Row(field.label, _worded(field, answers[field.id]), field.id) for field in item.form),
        *(Row(photo.material.name, text("check.photographed"), photo.material.id) for photo in photos),
    ]
    consent: Consent | None = item.consent
    assert consent is not None, "an item that is filed here has a consent text (kiosk.wire)"
    return CheckAnswers(
        name="check-answers",
        title=text("check.title"),
        rows=tuple(rows),
        consent=consent,
        main=Action("file", text("check.file"), "check"),
        step=step,
    )


def _worded(field: FormField, value: str) -> Sayable:
    if not value:
        return text("check.nothing")
    if field.kind == "choice":
        return next(choice.label for choice in field.choices if choice.value == value)
    if field.private or field.kind == "phone":
        return mask_number(value)
    return value


def at_step(step: Step, n: int) -> Step:
    """The same journey, step ``n``."""
    return replace(step, n=n)
