"""One question: digits on a pad, letters on a keyboard, a date by its digits, or a choice."""

from __future__ import annotations

from kiosk.pages import Action, Ask
from kiosk.text import Sayable, text
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit.keys import Field, Keyboard, Pad, edit, grouped, strip_marks
from screens.kit.part import Column, Part
from screens.kit.pieces import row_card
from screens.kit.press import button
from screens.kit.scroller import Scroller
from screens.kit.words import Words
from screens.look import Look
from screens.pages.present import problem_card

DATE_DIGITS = 8
ID_NUMBER = 18


def render(look: Look, page: Ask, hand: Hand) -> Sheet:
    """The question, what was wrong, the field, the keys. ``main`` answers ``enter`` with what was typed."""
    if page.kind == "choice":
        return _choice(look, page, hand)
    m = look.measures
    if page.kind == "date":
        hand.kept.draft = strip_marks(hand.kept.draft)
    longest = DATE_DIGITS if page.kind == "date" else page.longest
    field = Field(
        look,
        ghost=text("keys.date-example") if page.kind == "date" else "",
        lines=2 if page.kind == "text" and not m.low_reach and not (look.landscape and look.elder) else 1,
    )

    def typed(character: str) -> None:
        hand.kept.draft = edit(hand.kept.draft, character, longest)
        field.show(shown(look, page, hand.kept.draft))

    field.show(shown(look, page, hand.kept.draft))
    keys: Part
    if page.kind in ("text", "code"):
        keys = Keyboard(look, typed, space=page.kind == "text", grow=1.0)
    else:
        keys = Pad(look, typed, with_x=page.kind == "digits" and page.longest == ID_NUMBER)
    action = page.main or Action("enter", text("keys.next"))
    main = button(
        look,
        action.text,
        lambda: hand.answer("enter", value(page, hand.kept.draft)),
        key=action.id,
        icon=action.icon,
        main=True,
        enabled=action.enabled,
    )
    if look.landscape and not m.low_reach:
        # Beside a long question the field would be pushed out of view: it stands over the keys that fill it.
        body = Column([field, keys], gap=m.px(5))
        return Sheet(hints=_above(look, page), body=body, main=main, split=0.42)
    return Sheet(hints=_above(look, page), under=field, body=Column([keys]), main=main, split=0.42)


def _choice(look: Look, page: Ask, hand: Hand) -> Sheet:
    rows = [
        row_card(look, choice, lambda id_: hand.answer("enter", id_), selected=choice.id == page.draft)
        for choice in page.choices
    ]
    body = Scroller(look, Column(rows, gap=look.measures.px(5)), start=hand.kept.scroll, moved=hand.scrolled)
    return Sheet(hints=_above(look, page), body=body)


def _above(look: Look, page: Ask) -> tuple[Part, ...]:
    parts: list[Part] = []
    if page.hint:
        parts.append(
            Words(look, page.hint, "body" if not look.elder else "small", "soft", settle="top", key="hint")
        )
    if page.problem:
        # Near the field; beside it, before anything that may have to be scrolled for.
        parts.insert(0 if look.landscape else len(parts), problem_card(look, page.problem))
    return tuple(parts)


def shown(look: Look, page: Ask, draft: str) -> str:
    """The draft as the field shows it."""
    if page.kind != "date":
        return grouped(page.kind, draft, page.longest)
    parts = [part for part in (draft[:4], draft[4:6], draft[6:8]) if part]
    keys = ("year", "month", "day")
    words: list[str] = []
    for part, key, full in zip(parts, keys, (4, 2, 2), strict=False):
        done: Sayable = text(f"keys.date-{key}", n=part) if len(part) == full else part
        words.append(look.say(done))
    return " ".join(words)


def value(page: Ask, draft: str) -> str:
    """The answer: a date in ISO form once it is complete, everything else as typed."""
    if page.kind == "date" and len(draft) == DATE_DIGITS:
        return f"{draft[:4]}-{draft[4:6]}-{draft[6:]}"
    return draft
