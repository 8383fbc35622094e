"""Hanzi to choose from: a row of cells above the keys, and a sheet of them when the row is not enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from kiosk.text import Sayable, text
from screens.kit.icons import Icon
from screens.kit.part import Part
from screens.kit.press import Press, Skin, icon_key
from screens.kit.words import Words
from screens.look import Look

Choose = Callable[[int], None]


class Cell(NamedTuple):
    """Where a candidate lies: its number, its row, its first column and how many columns it takes."""

    number: int
    row: int
    column: int
    columns: int


class _Cells(Part):
    """Candidates in a grid of equal columns; a longer one takes several. The first of all is marked."""

    def __init__(self, look: Look, choose: Choose) -> None:
        super().__init__()
        self.look = look
        self.choose = choose
        self.words: tuple[str, ...] = ()
        self.more = False
        #: Index of the first candidate that found no room.
        self.end = 0

    def _columns(self, width: float) -> int:
        """UX notes 1.4: six to eight in a row, five in elder mode, none narrower than a fingertip."""
        m = self.look.measures
        return max(3, min(5 if self.look.elder else 8, int((width + m.px(3)) // (m.target + m.px(3)))))

    def _lay(self, words: Sequence[str], start: int, rows: int, columns: int, unit: float) -> list[Cell]:
        """The candidates from ``start`` on that find room, in reading order."""
        m = self.look.measures
        ruler = Words(self.look, "", "tile")
        cells: list[Cell] = []
        row, column = 0, 0
        for index in range(start, len(words)):
            wanted = ruler.measure(words[index]) + m.px(7)
            takes = min(columns, max(1, math.ceil((wanted + m.px(3)) / (unit + m.px(3)))))
            if column + takes > columns:
                row, column = row + 1, 0
            if row == rows:
                break
            cells.append(Cell(index, row, column, takes))
            column += takes
        self.end = cells[-1].number + 1 if cells else start
        return cells

    def _cell(self, cell: Cell, width: float) -> Press:
        look, m = self.look, self.look.measures
        first = cell.number == 0
        # On the plain themes a surface is hardly a colour, so every cell has an outline there.
        line = "lamp" if first else "line" if look.theme.name in ("contrast", "yellow") else None
        skin = Skin("raised", line, "text", m.px(4), m.stroke * (2 if first else 1))
        word = self.words[cell.number]
        said = Words(look, word, "tile", skin.ink, align="center")
        while len(word) > 1 and said.measure(said.text) > width - m.px(2):
            word = word[:-1]
            said = Words(look, f"{word}…", "tile", skin.ink, align="center")
        return Press(
            look,
            said,
            skin,
            key=f"candidate-{cell.number}",
            label=self.words[cell.number],
            fire=lambda: self.choose(cell.number),
            role="candidate",
        )

    def _draw(self, start: int, rows: int, rect: tuple[float, float, float, float]) -> None:
        x, top, width, tall = rect
        gap = self.look.measures.px(3)
        columns = self._columns(width)
        unit = (width - gap * (columns - 1)) / columns
        for cell in self._lay(self.words, start, rows, columns, unit):
            wide = cell.columns * unit + (cell.columns - 1) * gap
            press = self._cell(cell, wide)
            self.add_widget(press)
            press.place(x + cell.column * (unit + gap), top - cell.row * (tall + gap) - tall, wide, tall)


class CandidateRow(_Cells):
    """The likeliest candidates, and a key to see all of them; a quiet hint while there are none."""

    def __init__(self, look: Look, hint: Sayable, choose: Choose, expand: Callable[[], None]) -> None:
        super().__init__(look, choose)
        self.hint = Words(look, hint, "small", "soft", align="center", key="hint-candidates")
        self.all = icon_key(
            look, "chevron-down", text("keys.more"), expand, key="candidates-more", ink="text"
        )

    def show(self, words: tuple[str, ...], *, more: bool) -> None:
        """Offer these from now on."""
        self.words, self.more = words, more
        if self.placed:
            self.arrange()

    def height_for(self, width: float) -> float:
        return self.look.measures.target

    def arrange(self) -> None:
        self.clear_widgets()
        if not self.words:
            self.add_widget(self.hint)
            self.hint.place(*self.pos, *self.size)
            return
        m = self.look.measures
        side = m.target
        self._draw(0, 1, (self.x, self.top, self.width - side - m.px(3), self.height))
        if self.more or self.end < len(self.words):
            self.add_widget(self.all)
            self.all.place(self.right - side, self.y, side, self.height)


class CandidateSheet(_Cells):
    """All candidates, page by page, where the keys are otherwise; ``wanted`` asks for those not known yet."""

    def __init__(
        self, look: Look, choose: Choose, close: Callable[[], None], wanted: Callable[[], None]
    ) -> None:
        super().__init__(look, choose)
        self.wanted = wanted
        self._starts = [0]
        self.close = icon_key(look, "cross", text("keys.close"), close, key="candidates-close", ink="text")
        self.up = icon_key(
            look, "chevron-up", text("keys.up"), lambda: self._turn(-1), key="candidates-up", ink="text"
        )
        self.down = icon_key(
            look, "chevron-down", text("keys.down"), lambda: self._turn(1), key="candidates-down", ink="text"
        )

    def show(self, words: tuple[str, ...], *, more: bool) -> None:
        """Offer these from now on; the page stays where it is while the list only grows."""
        if words[: len(self.words)] != self.words:
            self._starts = [0]
        self.words, self.more = words, more
        if self.placed:
            self.arrange()

    def _turn(self, way: int) -> None:
        if way < 0 and len(self._starts) > 1:
            self._starts.pop()
        elif way > 0 and self.end < len(self.words):
            self._starts.append(self.end)
        self.arrange()

    def arrange(self) -> None:
        self.clear_widgets()
        m = self.look.measures
        side, gap = m.target, m.px(3)
        rows = max(1, int((self.height + gap) // (side + gap)))
        tall = (self.height - gap * (rows - 1)) / rows
        room = self.width - side - m.px(5)
        self._draw(self._starts[-1], rows, (self.x, self.top, room, tall))
        high = min(m.px(32), (self.height - 2 * gap) / 3)
        for number, (key, enabled) in enumerate(
            ((self.close, True), (self.up, len(self._starts) > 1), (self.down, self.end < len(self.words)))
        ):
            key.enabled = enabled
            icon = key.inside
            assert isinstance(icon, Icon)
            icon.alpha = 1.0 if enabled else 0.25
            self.add_widget(key)
            key.place(self.right - side, self.top - number * (high + gap) - high, side, high)
        if self.more and self.end >= len(self.words):
            self.wanted()
