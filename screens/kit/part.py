"""The base of everything drawn, and how pieces stand beside each other.

Kivy's own layouts settle over several frames of its clock. A page here is measured and placed in one go,
before its first frame:
a part says how high it wants to be for a width, and is then placed. Coordinates are pixels, y grows upwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from kivy.uix.widget import Widget


class Part(Widget):
    """A piece of a page. ``grow`` is its share of room that is left over.

    ``key`` names it for tests and the test finger.
    """

    def __init__(self, *, grow: float = 0.0, key: str = "") -> None:
        super().__init__(size_hint=(None, None))
        self.grow = grow
        self.key = key
        self.placed = False

    def height_for(self, width: float) -> float:
        """Height wanted when ``width`` pixels wide."""
        return 0.0

    def width_wanted(self) -> float:
        """Width it would like to have, all on one line."""
        return 0.0

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Take a place on the page and draw."""
        self.placed = True
        self.pos = (round(x), round(y))
        self.size = (round(width), round(height))
        self.arrange()

    def arrange(self) -> None:
        """Draw for the current ``pos`` and ``size`` and place what is inside."""


class Space(Part):
    """Room with nothing in it: ``height`` pixels, or what is left when it grows."""

    def __init__(self, height: float = 0.0, *, width: float = 0.0, grow: float = 0.0) -> None:
        super().__init__(grow=grow)
        self._wanted = (width, height)

    def height_for(self, width: float) -> float:
        return self._wanted[1]

    def width_wanted(self) -> float:
        return self._wanted[0]


class Column(Part):
    """Parts below each other. Room that is left goes to those that grow, else stays at ``settle``."""

    def __init__(
        self,
        parts: Iterable[Part],
        *,
        gap: float = 0.0,
        pad: float | tuple[float, float] = 0.0,
        grow: float = 0.0,
        settle: Literal["top", "middle", "bottom"] = "top",
        key: str = "",
    ) -> None:
        super().__init__(grow=grow, key=key)
        self.parts: Sequence[Part] = tuple(parts)
        self.gap = gap
        self.pad = pad if isinstance(pad, tuple) else (pad, pad)
        self.settle = settle
        for part in self.parts:
            self.add_widget(part)

    def height_for(self, width: float) -> float:
        inner = width - 2 * self.pad[0]
        heights = [part.height_for(inner) for part in self.parts]
        return sum(heights) + self.gap * max(0, len(heights) - 1) + 2 * self.pad[1]

    def width_wanted(self) -> float:
        return max((part.width_wanted() for part in self.parts), default=0.0) + 2 * self.pad[0]

    def arrange(self) -> None:
        inner = self.width - 2 * self.pad[0]
        heights = [part.height_for(inner) for part in self.parts]
        spare = self.height - 2 * self.pad[1] - sum(heights) - self.gap * max(0, len(heights) - 1)
        shares = sum(part.grow for part in self.parts)
        top = self.top - self.pad[1]
        if not shares and spare > 0:
            top -= {"top": 0.0, "middle": spare / 2, "bottom": spare}[self.settle]
        for part, height in zip(self.parts, heights, strict=True):
            # A part that grows also gives way, down to nothing: what is fixed around it must stay on the
            # page.
            tall = max(0.0, height + spare * part.grow / shares) if shares else height
            part.place(self.x + self.pad[0], top - tall, inner, tall)
            top -= tall + self.gap


class Row(Part):
    """Parts beside each other. A part that grows shares the room that is left.

    Others keep the width they want.
    """

    def __init__(
        self,
        parts: Iterable[Part],
        *,
        gap: float = 0.0,
        grow: float = 0.0,
        settle: Literal["left", "middle"] = "left",
        align: Literal["fill", "middle", "top"] = "fill",
        key: str = "",
    ) -> None:
        super().__init__(grow=grow, key=key)
        self.parts: Sequence[Part] = tuple(parts)
        self.gap = gap
        self.settle = settle
        self.align = align
        for part in self.parts:
            self.add_widget(part)

    def _widths(self, width: float) -> list[float]:
        wanted = [0.0 if part.grow else part.width_wanted() for part in self.parts]
        spare = width - sum(wanted) - self.gap * max(0, len(wanted) - 1)
        shares = sum(part.grow for part in self.parts)
        return [
            max(0.0, spare * part.grow / shares) if part.grow else wide
            for part, wide in zip(self.parts, wanted, strict=True)
        ]

    def height_for(self, width: float) -> float:
        return max(
            (part.height_for(wide) for part, wide in zip(self.parts, self._widths(width), strict=True)),
            default=0.0,
        )

    def width_wanted(self) -> float:
        return sum(part.width_wanted() for part in self.parts) + self.gap * max(0, len(self.parts) - 1)

    def arrange(self) -> None:
        widths = self._widths(self.width)
        left = self.x
        if self.settle == "middle":
            left += max(0.0, (self.width - sum(widths) - self.gap * max(0, len(widths) - 1)) / 2)
        for part, wide in zip(self.parts, widths, strict=True):
            tall = self.height if self.align == "fill" else min(self.height, part.height_for(wide))
            bottom = {"fill": self.y, "middle": self.y + (self.height - tall) / 2, "top": self.top - tall}[
                self.align
            ]
            part.place(left, bottom, wide, tall)
            left += wide + self.gap


class Grid(Part):
    """Parts in equal cells, row by row.

    A last row that is not full stays at the left unless ``stretch`` fills it.
    """

    def __init__(
        self,
        parts: Iterable[Part],
        *,
        columns: int,
        gap: float,
        grow: float = 0.0,
        stretch: bool = False,
        tallest: float = 0.0,
    ) -> None:
        super().__init__(grow=grow)
        self.parts: Sequence[Part] = tuple(parts)
        self.columns = max(1, min(columns, len(self.parts) or 1))
        self.gap = gap
        self.stretch = stretch
        self.tallest = tallest
        for part in self.parts:
            self.add_widget(part)

    @property
    def rows(self) -> list[Sequence[Part]]:
        """The parts, row by row."""
        return [self.parts[i : i + self.columns] for i in range(0, len(self.parts), self.columns)]

    def _cell(self, width: float, row: Sequence[Part]) -> float:
        columns = len(row) if self.stretch else self.columns
        return (width - self.gap * (columns - 1)) / columns

    def height_for(self, width: float) -> float:
        heights = [max(part.height_for(self._cell(width, row)) for part in row) for row in self.rows]
        return sum(heights) + self.gap * max(0, len(heights) - 1)

    def width_wanted(self) -> float:
        return max((part.width_wanted() for part in self.parts), default=0.0) * self.columns + self.gap * (
            self.columns - 1
        )

    def arrange(self) -> None:
        rows = self.rows
        heights = [max(part.height_for(self._cell(self.width, row)) for part in row) for row in rows]
        spare = self.height - sum(heights) - self.gap * max(0, len(rows) - 1)
        if rows and spare > 0 and self.grow:
            extra = spare / len(rows)
            heights = [max(height, min(height + extra, self.tallest or height + extra)) for height in heights]
        top = self.top
        for row, tall in zip(rows, heights, strict=True):
            wide = self._cell(self.width, row)
            for index, part in enumerate(row):
                part.place(self.x + index * (wide + self.gap), top - tall, wide, tall)
            top -= tall + self.gap


class Flow(Part):
    """Parts of their own width, wrapped like words."""

    def __init__(
        self, parts: Iterable[Part], *, gap: float, settle: Literal["left", "middle"] = "left"
    ) -> None:
        super().__init__()
        self.parts: Sequence[Part] = tuple(parts)
        self.gap = gap
        self.settle = settle
        for part in self.parts:
            self.add_widget(part)

    def _rows(self, width: float) -> list[list[tuple[Part, float]]]:
        rows: list[list[tuple[Part, float]]] = [[]]
        used = 0.0
        for part in self.parts:
            wide = min(part.width_wanted(), width)
            if rows[-1] and used + wide > width:
                rows.append([])
                used = 0.0
            rows[-1].append((part, wide))
            used += wide + self.gap
        return [row for row in rows if row]

    def height_for(self, width: float) -> float:
        heights = [max(part.height_for(wide) for part, wide in row) for row in self._rows(width)]
        return sum(heights) + self.gap * max(0, len(heights) - 1)

    def width_wanted(self) -> float:
        return sum(part.width_wanted() for part in self.parts) + self.gap * max(0, len(self.parts) - 1)

    def arrange(self) -> None:
        top = self.top
        for row in self._rows(self.width):
            tall = max(part.height_for(wide) for part, wide in row)
            left = self.x
            if self.settle == "middle":
                left += (self.width - sum(wide for _, wide in row) - self.gap * (len(row) - 1)) / 2
            for part, wide in row:
                part.place(left, top - tall, wide, tall)
                left += wide + self.gap
            top -= tall + self.gap
