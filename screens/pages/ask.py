"""One question: digits on a pad, words written as one likes, a code, a date by its digits, or a choice."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.pages import Action, Ask
from kiosk.text import Sayable, text
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit.field import Field
from screens.kit.keys import Keyboard, Pad, edit, grouped, strip_marks
from screens.kit.part import Column, Part, Row
from screens.kit.pieces import row_card
from screens.kit.press import Press, button
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
    if page.kind == "text":
        return _words(look, page, hand)
    m = look.measures
    if page.kind == "date":
        hand.kept.draft = strip_marks(hand.kept.draft)
    longest = DATE_DIGITS if page.kind == "date" else page.longest
    field = Field(look, ghost=text("keys.date-example") if page.kind == "date" else "")

    def typed(character: str) -> None:
        hand.kept.draft = edit(hand.kept.draft, character, longest)
        field.show(shown(look, page, hand.kept.draft))

    field.show(shown(look, page, hand.kept.draft))
    keys: Part
    if page.kind == "code":
        keys = Keyboard(look, typed, grow=1.0)
    else:
        keys = Pad(look, typed, with_x=page.kind == "digits" and page.longest == ID_NUMBER)
    main = _main(look, page, lambda: hand.answer("enter", value(page, hand.kept.draft)))
    if m.low_reach and page.kind == "code":
        return Sheet(hints=(*_above(look, page), field), body=Column([keys]), main=main, split=0.42)
    if look.landscape and not m.low_reach:
        # Beside a long question the field would be pushed out of view: it stands over the keys that fill it.
        body = Column([field, keys], gap=m.px(5))
        return Sheet(hints=_above(look, page), body=body, main=main, split=0.42)
    return Sheet(hints=_above(look, page), under=field, body=Column([keys]), main=main, split=0.42)


def _words(look: Look, page: Ask, hand: Hand) -> Sheet:
    """Names and addresses. What the field shows is answered, letters that became no hanzi included."""
    from screens.input.writer import Writer  # what the lamp must not wait for
    from screens.kit.writing import WritingPad

    m = look.measures
    low = m.low_reach
    field = Field(look, lines=1 if low or (look.landscape and look.elder) else 2)

    def changed() -> None:
        field.show(hand.kept.draft, hand.kept.letters)

    changed()
    writer = Writer(hand.kept, hand.desk, page.longest, changed=changed)
    scarce = look.landscape and look.elder
    pad = WritingPad(look, writer, hand.desk, hand.again, apart=scarce)
    main: Part = _main(look, page, lambda: hand.answer("enter", writer.words))
    if scarce and pad.foot is not None:
        pad.foot.grow = 1.0
        main = Row([pad.foot, main], gap=m.px(5))
    above = _above(look, page)
    if low:
        # Nothing in the field is touched: it stands under the question, and the band is left to what is.
        return Sheet(hints=(*above, field), body=Column([pad]), main=main, split=0.42)
    if look.landscape:
        return Sheet(hints=above, body=Column([field, pad], gap=m.px(5)), main=main, split=0.42)
    return Sheet(hints=above, under=field, body=Column([pad]), main=main)


def _main(look: Look, page: Ask, fire: Callable[[], None]) -> Press:
    action = page.main or Action("enter", text("keys.next"))
    return button(look, action.text, fire, key=action.id, icon=action.icon, main=True, enabled=action.enabled)


def _choice(look: Look, page: Ask, hand: Hand) -> Sheet:
    rows = [
        row_card(look, choice, lambda id_: hand.answer("enter", id_), selected=choice.id == page.draft)
        for choice in page.choices
    ]
    body = Scroller(look, Column(rows, gap=look.measures.px(5)), start=hand.kept.scroll, moved=hand.scrolled)
    return Sheet(hints=_above(look, page), body=body)


def _above(look: Look, page: Ask) -> tuple[Part, ...]:
    parts: list[Part] = []
    # Where height is scarce, what was wrong stands in the place of the hint.
    if page.hint and not (page.problem and look.elder and look.measures.low_reach):
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
