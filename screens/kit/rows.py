"""The inside of a row.

Something in front, words, a chip beside them or, where that leaves no room, below them.
"""

from __future__ import annotations

from collections.abc import Sequence

from screens.kit.part import Column, Part
from screens.kit.words import Words
from screens.look import Look


class RowBody(Part):
    """Words in the middle of a row.

    The chip moves below them when beside them it would break the title's line.
    """

    def __init__(
        self,
        look: Look,
        front: Sequence[Part],
        title: Words,
        note: Words | None,
        chip: Part | None,
        tail: Part | None,
    ) -> None:
        super().__init__()
        self.look = look
        self.front = tuple(front)
        self.title = title
        self.words = Column([title, note] if note else [title], gap=look.measures.px(0.5))
        self.chip = chip
        self.tail = tail
        self.gap = look.measures.px(5)
        for part in (*self.front, self.words, chip, tail):
            if part is not None:
                self.add_widget(part)

    def _room(self, width: float) -> float:
        """Width that is left for words and chip."""
        around = [*self.front, self.tail] if self.tail is not None else list(self.front)
        return width - sum(part.width_wanted() + self.gap for part in around)

    def _beside(self, width: float) -> bool:
        if self.chip is None:
            return False
        room = self._room(width)
        beside = room - self.chip.width_wanted() - self.gap
        return self.title.width_wanted() <= beside and self.words.height_for(beside) <= self.words.height_for(
            room
        )

    def _tall(self, width: float) -> tuple[float, float]:
        """Heights of the words and of the chip."""
        room = self._room(width)
        if self.chip is None:
            return self.words.height_for(room), 0.0
        chip_wide = min(room, self.chip.width_wanted())
        if self._beside(width):
            return self.words.height_for(room - chip_wide - self.gap), self.chip.height_for(chip_wide)
        return self.words.height_for(room), self.chip.height_for(chip_wide)

    def height_for(self, width: float) -> float:
        words, chip = self._tall(width)
        middle = max(words, chip) if self._beside(width) else words + (chip + self._below if chip else 0)
        return max(middle, *(part.height_for(width) for part in self.front), 0.0)

    @property
    def _below(self) -> float:
        return self.look.measures.px(1.5)

    def width_wanted(self) -> float:
        return self.title.width_wanted() + sum(part.width_wanted() + self.gap for part in self.front)

    def arrange(self) -> None:
        left, right = self.x, self.right
        for part in self.front:
            wide = part.width_wanted()
            part.place(left, self.y, wide, self.height)
            left += wide + self.gap
        if self.tail is not None:
            wide = self.tail.width_wanted()
            self.tail.place(right - wide, self.y, wide, self.height)
            right -= wide + self.gap
        words, chip_tall = self._tall(self.width)
        if self.chip is None:
            self.words.place(left, self.center_y - words / 2, right - left, words)
            return
        chip_wide = min(right - left, self.chip.width_wanted())
        if self._beside(self.width):
            self.chip.place(right - chip_wide, self.center_y - chip_tall / 2, chip_wide, chip_tall)
            self.words.place(left, self.center_y - words / 2, right - chip_wide - self.gap - left, words)
            return
        top = self.center_y + (words + self._below + chip_tall) / 2
        self.words.place(left, top - words, right - left, words)
        self.chip.place(left, top - words - self._below - chip_tall, chip_wide, chip_tall)
