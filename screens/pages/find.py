"""Search as one types."""

from __future__ import annotations

from kiosk.pages import Find
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit.field import Field
from screens.kit.icons import Picture
from screens.kit.part import Column, Part, Space
from screens.kit.pieces import row_card
from screens.kit.scroller import Scroller
from screens.kit.words import Words
from screens.look import Look

MOST_RESULTS = 20
LONGEST = 40


def render(look: Look, page: Find, hand: Hand) -> Sheet:
    """The field, what is found so far, the keys. In landscape the keys stand at the right."""
    from screens.input.writer import Writer  # what the lamp must not wait for
    from screens.kit.writing import WritingPad

    m = look.measures
    field = Field(look, ghost=page.prompt, icon="search")
    results = Results(look, page, hand)

    def changed() -> None:
        hand.kept.scroll = 0
        field.show(hand.kept.draft, hand.kept.letters)
        results.refresh()

    field.show(hand.kept.draft, hand.kept.letters)
    writer = Writer(hand.kept, hand.desk, LONGEST, changed=changed)
    # In the low band large keys leave no height for what is found, unless the switch stands beside "back".
    scarce = m.low_reach and look.elder and not look.landscape
    pad = WritingPad(look, writer, hand.desk, hand.again, apart=scarce)
    if look.landscape:
        if m.low_reach:
            return Sheet(hints=(field,), under=results, body=pad, split=0.42)
        return Sheet(under=results, body=Column([field, Space(m.px(6)), pad]), split=0.42)
    pad.grow = 0.0
    body = Column([results, pad], gap=m.px(6))
    if m.low_reach:
        # Nothing in the field is touched: it stands under the title, and the band is left to what is.
        return Sheet(hints=(field,), body=body, main=pad.foot if scarce else None)
    return Sheet(under=field, body=body)


class Results(Part):
    """What is found for what stands in the field, letters of pinyin included, drawn anew at every key."""

    def __init__(self, look: Look, page: Find, hand: Hand) -> None:
        super().__init__(grow=1.0)
        self.look = look
        self.page = page
        self.hand = hand
        self.refresh()

    def refresh(self) -> None:
        """Search again."""
        self.clear_widgets()
        words = self.hand.kept.draft + self.hand.kept.letters
        found = self.page.find(words)[:MOST_RESULTS]
        if found:
            rows: list[Part] = [row_card(self.look, choice, self.hand.choose) for choice in found]
            meant = self.page.meant(words)
            if meant is not None:
                rows.insert(0, Words(self.look, meant, "small", "soft", key="meant"))
            column = Column(rows, gap=self.look.measures.px(5))
            self.inside: Part = Scroller(
                self.look, column, start=self.hand.kept.scroll, moved=self.hand.scrolled
            )
        elif words:
            self.inside = _nothing(self.look, self.page)
        else:
            self.inside = Space()
        self.add_widget(self.inside)
        if self.placed:
            self.arrange()

    def arrange(self) -> None:
        self.inside.place(*self.pos, *self.size)


def _nothing(look: Look, page: Find) -> Part:
    m = look.measures
    words = Words(look, page.nothing, "body", "soft", align="center", balanced=True, key="nothing")
    return Column([Picture(look, "nothing-found", largest=90, grow=1.0), words, Space(m.px(4))], gap=m.px(4))
