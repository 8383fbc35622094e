"""Everything below a field of words: candidates, keys or the slate, and the switch between the ways to write.

The parts keep their places in every way: what is offered above, what is written with in the middle, the
switch at the foot. Where only letters are to be had there is the keyboard alone.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.text import text
from screens import fonts
from screens.input.desk import Desk, Method
from screens.input.writer import Writer
from screens.kit.candidates import CandidateRow, CandidateSheet
from screens.kit.keys import APOSTROPHE, BACKSPACE, CLEAR, SPACE, Keyboard, named_key, special_key
from screens.kit.part import Part, Row
from screens.kit.pieces import Segments
from screens.kit.press import Press
from screens.kit.slate import Slate
from screens.look import Look


class WritingPad(Part):
    """Keys for one ``writer``. ``apart`` leaves the foot to the page (``foot``), which has little height."""

    def __init__(
        self, look: Look, writer: Writer, desk: Desk, again: Callable[[], None], *, apart: bool = False
    ) -> None:
        super().__init__(grow=1.0)
        self.look = look
        self.writer = writer
        self.desk = desk
        self.again = again
        self.apart = apart
        language = look.strings.language
        self.methods = desk.methods(language)
        self.method = desk.method(language)
        self.several = len(self.methods) > 1
        self.slate: Slate | None = None
        self.row: CandidateRow | None = None
        self.sheet: CandidateSheet | None = None
        self.middle = self._middle()
        self.add_widget(self.middle)
        if self.method != "letters":
            hint = text(f"keys.{self.method}-hint")
            self.row = CandidateRow(look, hint, writer.choose, self._expand)
            self.add_widget(self.row)
            desk.open()
            fonts.read_ahead()
        self.foot: Part | None = self._foot() if self.several else None
        if self.foot is not None and not apart:
            self.add_widget(self.foot)
        writer.offered = self._offered
        writer.open()

    def stop(self) -> None:
        """The page goes away."""
        self.writer.close()

    # -- what it is made of

    def _middle(self) -> Part:
        look = self.look
        if self.method == "hand":
            self.slate = Slate(look, self._wrote)
            self.slate.show(self.writer.entry.strokes)
            wide = look.measures.pick(30, 34)
            return _Beside(self.slate, self._slate_keys(), wide, look.measures.key_gap)
        if self.method == "pinyin":
            return Keyboard(look, self._typed, digits=False, tail=(APOSTROPHE, BACKSPACE))
        tail = (BACKSPACE,) if self.several else (SPACE, BACKSPACE)
        return Keyboard(look, self._typed, tail=tail)

    def _slate_keys(self) -> list[Press]:
        look = self.look
        return [
            named_key(look, "key-undo", text("keys.undo-stroke"), self._undo, words=text("keys.undo-stroke")),
            named_key(look, "key-rewrite", text("keys.rewrite"), self._rewrite, words=text("keys.rewrite")),
            special_key(look, BACKSPACE, self._typed),
        ]

    def _foot(self) -> Part:
        look, m = self.look, self.look.measures
        options = [(method, text(f"keys.{method}")) for method in self.methods]
        switch = Segments(look, options, self.method, self._switch, key="writing", quiet=True)
        switch.grow = 5.0
        keys = [special_key(look, SPACE, self._typed)]
        if not self.apart:
            keys.append(special_key(look, CLEAR, self._typed))
        for key in keys:
            key.grow = 1.4
        return Row([switch, *keys], gap=m.key_gap)

    # -- what is done with it

    def _typed(self, key: str) -> None:
        writer = self.writer
        if key == BACKSPACE:
            writer.backspace()
        elif key == CLEAR:
            writer.clear()
        elif key == SPACE:
            writer.space()
        elif self.method == "pinyin":
            writer.letter(key)
        else:
            writer.character(key)
        self._show_strokes()

    def _switch(self, chosen: str) -> None:
        method: Method = next(method for method in self.methods if method == chosen)
        self.writer.switch(method)
        self.again()

    def _wrote(self, points: list[tuple[int, int]]) -> None:
        self.writer.stroke(points)
        self._show_strokes()

    def _undo(self) -> None:
        self.writer.undo_stroke()
        self._show_strokes()

    def _rewrite(self) -> None:
        self.writer.rewrite()
        self._show_strokes()

    def _show_strokes(self) -> None:
        if self.slate is not None:
            self.slate.show(self.writer.entry.strokes)

    def _offered(self) -> None:
        words, more = self.writer.candidates, self.writer.more
        if not words and self.sheet is not None:
            self._collapse()
        if self.sheet is not None:
            self.sheet.show(words, more=more)
        if self.row is not None:
            self.row.show(words, more=more)
        self._show_strokes()

    def _expand(self) -> None:
        self.sheet = CandidateSheet(self.look, self._choose, self._collapse, self.writer.get_more)
        self.sheet.show(self.writer.candidates, more=self.writer.more)
        self.remove_widget(self.middle)
        if self.row is not None:
            self.remove_widget(self.row)
        self.add_widget(self.sheet)
        self.arrange()

    def _choose(self, index: int) -> None:
        self._collapse()
        self.writer.choose(index)

    def _collapse(self) -> None:
        if self.sheet is None:
            return
        self.remove_widget(self.sheet)
        self.sheet = None
        self.add_widget(self.middle)
        if self.row is not None:
            self.add_widget(self.row)
        self.arrange()

    # -- where it lies

    def height_for(self, width: float) -> float:
        m = self.look.measures
        keys = self.middle.height_for(width) if not self.several else 3 * m.pick(19, 22) + 2 * m.key_gap
        above = m.target + m.key_gap if self.several else 0
        foot = m.target + m.key_gap if self.foot is not None and not self.apart else 0
        return keys + above + foot

    def arrange(self) -> None:
        m = self.look.measures
        gap, bottom = m.key_gap, self.y
        if self.foot is not None and not self.apart:
            self.foot.place(self.x, bottom, self.width, m.target)
            bottom += m.target + gap
        room = self.top - bottom
        if self.sheet is not None:
            self.sheet.place(self.x, bottom, self.width, min(room, m.px(160)))
            return
        if self.row is None:
            self.middle.place(self.x, bottom, self.width, min(room, 4 * m.px(28) + 3 * gap))
            return
        tall = max(float(m.target), min((room - 3 * gap) / 4, m.px(28)))
        above = m.px(3)
        middle = min(room - tall - above, 3 * m.px(28) + 2 * gap)
        self.middle.place(self.x, bottom, self.width, middle)
        self.row.place(self.x, bottom + middle + above, self.width, tall)


class _Beside(Part):
    """A part that takes the room, and at its right keys of their own width, one below the other."""

    def __init__(self, main: Part, keys: list[Press], wide: float, gap: float) -> None:
        super().__init__()
        self.main, self.keys, self.wide, self.gap = main, keys, wide, gap
        for part in (main, *keys):
            self.add_widget(part)

    def arrange(self) -> None:
        self.main.place(self.x, self.y, self.width - self.wide - self.gap, self.height)
        tall = (self.height + self.gap) / len(self.keys) - self.gap
        for number, key in enumerate(self.keys):
            top = self.top - number * (tall + self.gap)
            key.place(self.right - self.wide, top - tall, self.wide, tall)
