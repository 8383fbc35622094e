"""Match policies: a few questions, and what one may have, with the reasons (R13)."""

from __future__ import annotations

from typing import Final, Literal

from kiosk.journeys.look_up_guide import read_guide
from kiosk.pages import (
    Action,
    Ask,
    Chip,
    Choice,
    Choose,
    GuideRendering,
    GuideRow,
    GuideSection,
    Idle,
    Notice,
    ReadGuide,
)
from kiosk.policies import Match, business_kind, match_all, next_fact, normalise_credit_code
from kiosk.text import Sayable, text
from kiosk.visit import Visit
from kiosk.wire import Condition, Fact

About = Literal["person", "business"]

#: Answers after which nobody is kept from seeing what fits so far.
_ENOUGH: Final = 3
_KIND_FACT: Final = "business-kind"


async def match_policies(visit: Visit) -> None:
    """Ask what policies depend on, then show those that fit and why."""
    visit.journey = "match-policies"
    answer = await visit.show(
        Choose(
            name="policies-about",
            title=text("policies.about"),
            note=text("policies.about.note"),
            choices=(
                Choice("person", text("policies.person"), text("policies.person.note"), "family"),
                Choice("business", text("policies.business"), text("policies.business.note"), "building"),
            ),
        )
    )
    about: About = "business" if answer.id == "business" else "person"
    answers = await _credit_code(visit) if about == "business" else {}
    found = await _ask(visit, about, answers)
    worth = [one for one in found if one.verdict != "no"]
    if not worth:
        await visit.show(_nothing(visit))
        return
    chosen = await visit.show(_results(worth))
    one = next(one for one in worth if one.item.id == chosen.id)
    await visit.show(_reasons(one))
    await read_guide(visit, one.item)


async def _ask(visit: Visit, about: About, answers: dict[str, str]) -> list[Match]:
    """Ask fact by fact, the one that decides most first, until nothing more can change."""
    items, facts = visit.kiosk.guide.items, visit.kiosk.guide.facts
    asked = set(answers)
    while True:
        found = match_all(items, about, answers)
        fact = next_fact(found, asked)
        if fact is None:
            return found
        enough = len(asked) >= _ENOUGH and any(one.verdict in {"fits", "perhaps"} for one in found)
        said = await _answer(visit, facts[fact], enough=enough)
        if said is None:
            return found
        asked.add(fact)
        answers[fact] = said


async def _answer(visit: Visit, fact: Fact, *, enough: bool) -> str | None:
    """The answer to one question; "" when somebody does not know or does not want to say; None: no more."""
    others: tuple[Action, ...] = (Action("skip", text("policies.skip")),)
    if enough:
        others += (Action("enough", text("policies.enough"), "list"),)
    problem: Sayable | None = None
    while True:
        answer = await visit.show(
            Ask(
                name=f"fact-{fact.id}",
                title=fact.question,
                hint=text("policies.unit", unit=fact.unit) if fact.unit else fact.hint,
                kind="digits" if fact.is_number else "choice",
                choices=tuple(Choice(choice.value, choice.label) for choice in fact.choices),
                longest=4,
                problem=problem,
                main=Action("enter", text("form.next")) if fact.is_number else None,
                others=others,
            )
        )
        if answer.id == "enough":
            return None
        if answer.id == "skip" or answer.value.isdecimal() or not fact.is_number:
            return "" if answer.id == "skip" else answer.value
        visit.forget(f"fact-{fact.id}")
        problem = text("form.problem.empty")


async def _credit_code(visit: Visit) -> dict[str, str]:
    """What the code of a business licence says already; it may be passed over."""
    problem: Sayable | None = None
    draft = ""
    while True:
        answer = await visit.show(
            Ask(
                name="credit-code",
                title=text("policies.code"),
                hint=text("policies.code.hint"),
                kind="code",
                longest=18,
                problem=problem,
                draft=draft,
                main=Action("enter", text("form.next")),
                others=(Action("skip", text("policies.skip")),),
            )
        )
        if answer.id == "skip":
            return {}
        draft = answer.value
        try:
            kind = business_kind(normalise_credit_code(draft))
        except ValueError:
            visit.forget("credit-code")
            problem = text("policies.code.problem" if draft else "form.problem.empty")
            continue
        return {_KIND_FACT: kind} if kind else {}


def _results(found: list[Match]) -> Choose:
    fits = sum(one.verdict == "fits" for one in found)
    return Choose(
        name="policies",
        title=text("policies.found", count=fits) if fits else text("policies.none-sure"),
        note=text("policies.found.note"),
        choices=tuple(
            Choice(one.item.id, one.item.short_name, one.benefit.amount, "gift", _chip(one)) for one in found
        ),
        private=True,
        idle=Idle.PRIVATE,
    )


def _chip(one: Match) -> Chip:
    match one.verdict:
        case "fits":
            return Chip(
                text("policies.no-need" if one.benefit.without_application else "policies.fits"), "ok"
            )
        case "perhaps":
            return Chip(text("policies.perhaps"), "warn")
    return Chip(text("policies.nearly"))


def _reasons(one: Match) -> ReadGuide:
    """Why: condition by condition, in words."""
    sections = (
        GuideSection("get", text("policies.amount"), (one.benefit.amount,)),
        GuideSection("met", text("policies.met"), rows=_rows(one.met, "check")),
        GuideSection("unknown", text("policies.unknown"), rows=_rows(one.unknown, "question")),
        GuideSection("failed", text("policies.failed"), rows=_rows(one.failed, "cross")),
    )
    how = "policies.no-need.line" if one.benefit.without_application else "policies.apply.line"
    return ReadGuide(
        name="policy-reasons",
        title=one.item.name,
        chips=(_chip(one),),
        renderings=(
            GuideRendering(
                "plain",
                text("guide.plain"),
                (
                    *(part for part in sections if part.rows or part.paragraphs),
                    GuideSection("how", text("policies.how"), (text(how),)),
                ),
            ),
        ),
        source=text("guide.source", source=one.item.source, version=one.item.version),
        main=Action("guide", text("policies.guide"), "book"),
        private=True,
        idle=Idle.PRIVATE,
    )


def _rows(conditions: tuple[Condition, ...], picture: str) -> tuple[GuideRow, ...]:
    return tuple(GuideRow(one.why, picture=picture) for one in conditions)


def _nothing(visit: Visit) -> Notice:
    return Notice(
        name="policies-none",
        title=text("policies.none"),
        lines=(text("policies.none.line"), text("help.line", phone=visit.kiosk.site.kiosk.helpline)),
        picture="nothing-found",
        main=Action("finish", text("action.finish-wipe")),
        idle=Idle.DONE,
    )
