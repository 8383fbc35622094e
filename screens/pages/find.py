"""Search as one types."""

from __future__ import annotations

from kiosk.pages import Find
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit.icons import Picture
from screens.kit.keys import Field, Keyboard, edit
from screens.kit.part import Column, Part, Space
from screens.kit.pieces import row_card
from screens.kit.scroller import Scroller
from screens.kit.words import Words
from screens.look import Look

MOST_RESULTS = 20


def render(look: Look, page: Find, hand: Hand) -> Sheet:
    """The field, what is found so far, the letters. In landscape the letters stand at the right."""
    m = look.measures
    field = Field(look, ghost=page.prompt, icon="search")
    results = Results(look, page, hand)

    def typed(character: str) -> None:
        hand.kept.draft = edit(hand.kept.draft, character, 40)
        hand.kept.scroll = 0
        field.show(hand.kept.draft)
        results.refresh()

    field.show(hand.kept.draft)
    # With large keys in the low band the digits leave no room for what is found.
    keys = Keyboard(look, typed, digits=not (look.elder and m.low_reach), grow=float(look.landscape))
    if look.landscape:
        return Sheet(under=results, body=Column([field, Space(m.px(6)), keys]), split=0.42)
    return Sheet(under=field, body=Column([results, keys], gap=m.px(6)))


class Results(Part):
    """What is found for the draft, drawn anew at every key."""

    def __init__(self, look: Look, page: Find, hand: Hand) -> None:
        super().__init__(grow=1.0)
        self.look = look
        self.page = page
        self.hand = hand
        self.refresh()

    def refresh(self) -> None:
        """Search again."""
        self.clear_widgets()
        draft = self.hand.kept.draft
        found = self.page.find(draft)[:MOST_RESULTS]
        if found:
            rows = [row_card(self.look, choice, self.hand.choose) for choice in found]
            column = Column(rows, gap=self.look.measures.px(5))
            self.inside: Part = Scroller(
                self.look, column, start=self.hand.kept.scroll, moved=self.hand.scrolled
            )
        elif draft:
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
