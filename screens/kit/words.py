"""Writing: one paragraph in one size and colour, rare hanzi from their own face."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from kivy.core.text import Label as Writer
from kivy.graphics import Color, Rectangle

from kiosk.text import Sayable
from screens import fonts
from screens.kit.lines import balance, settle
from screens.kit.part import Part
from screens.look import Look
from screens.theme import TypeSize

_NARROW = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})


class Words(Part):
    """A paragraph. Once placed, ``fits`` says whether all of it is inside, ``extent`` where its ink is."""

    def __init__(
        self,
        look: Look,
        words: Sayable,
        size: TypeSize = "body",
        colour: str = "text",
        *,
        bold: bool = False,
        align: Literal["left", "center", "right"] = "left",
        settle: Literal["top", "middle"] = "middle",
        balanced: bool = False,
        grow: float = 0.0,
        key: str = "",
    ) -> None:
        super().__init__(grow=grow, key=key)
        self.role = "text"
        self.look = look
        self.text = self._typeset(look.say(words))
        self.em = look.measures.type(size)
        self.token = colour
        self.bold = bold
        self.align = align
        self.settle = settle
        self.balanced = balanced
        self.fits = True
        self.extent = (0.0, 0.0)
        self._writers: list[Any] = []
        self._rulers: dict[str, Any] = {}
        self._line_height = round(self.em * (1.6 if look.elder and size not in ("title", "tile") else 1.45))
        self._broken: tuple[float, list[str]] = (-1.0, [])

    def _typeset(self, words: str) -> str:
        """In English plain marks stand for typographic ones, which are a whole em wide in a Chinese face."""
        return words.translate(_NARROW) if self.look.strings.language == "en" else words

    def lines(self, width: float) -> list[str]:
        """The lines for a width in pixels."""
        if self._broken[0] != width:
            self._broken = (
                width,
                (balance if self.balanced else settle)(self.text, width, self.measure),
            )
        return self._broken[1]

    def measure(self, words: str) -> float:
        """Width in pixels of one line."""
        if len(words) == 1 and "\u4e00" <= words <= "\u9fa5":
            return float(self.em)  # a hanzi is as wide as it is high
        return float(sum(self._ruler(face).get_extents(run)[0] for face, run in self._runs(words)))

    def _ruler(self, face: str) -> Any:
        if face not in self._rulers:
            self._rulers[face] = self._writer(face)
        return self._rulers[face]

    def _writer(self, face: str, words: str = "") -> Any:
        writer = Writer(text=words, font_name=face, font_size=self.em)
        writer.resolve_font_name()
        return writer

    def height_for(self, width: float) -> float:
        return len(self.lines(width)) * self._line_height

    def width_wanted(self) -> float:
        return max(self.measure(line) for line in self.text.split("\n")) + 2

    def say(self, words: str, token: str | None = None) -> None:
        """Change the words (and their colour) in the same place."""
        words = self._typeset(words)
        if (words, token or self.token) != (self.text, self.token):
            self.text, self.token = words, token or self.token
            self._broken = (-1.0, [])
            self.arrange()

    def arrange(self) -> None:
        self.canvas.clear()
        self._writers.clear()
        self.extent = (self.x, self.x)
        lines = self.lines(self.width)
        tall = len(lines) * self._line_height
        self.fits = tall <= self.height + 1
        top = self.top - ((self.height - tall) / 2 if self.settle == "middle" else 0)
        with self.canvas:
            Color(*self.look.colour(self.token))
            for line in lines:
                self._draw_line(line, top)
                top -= self._line_height

    def _draw_line(self, line: str, top: float) -> None:
        runs = [self._drawn(face, run) for face, run in self._runs(line)]
        width = sum(texture.width for texture, _ in runs)
        self.fits = self.fits and width <= self.width + 2
        left = (
            self.x
            + {"left": 0.0, "center": (self.width - width) / 2, "right": self.width - width}[self.align]
        )
        # All runs of a line stand on one baseline, at the place that suits the main face.
        baseline = top - self._line_height / 2 - self.em * 0.38
        for texture, descent in runs:
            Rectangle(texture=texture, pos=(round(left), round(baseline - descent)), size=texture.size)
            left += texture.width
        self.extent = (min(self.extent[0], left - width), max(self.extent[1], left))

    def _runs(self, line: str) -> Iterator[tuple[str, str]]:
        return ((face, run) for face, run in fonts.face_runs(line, bold=self.bold) if run)

    def _drawn(self, face: str, run: str) -> tuple[Any, float]:
        writer = self._writer(face, run)
        writer.refresh()
        # The texture is filled at the first drawing, by a writer that must still be there.
        self._writers.append(writer)
        return writer.texture, abs(float(writer.get_descent()))
