"""The field that shows what is being entered, large."""

from __future__ import annotations

from kivy.graphics import Color, Rectangle

from kiosk.text import Sayable
from screens.kit.icons import Icon
from screens.kit.part import Part
from screens.kit.press import Skin, Surface
from screens.kit.words import Words
from screens.look import Look


class Field(Surface):
    """Shows what has been typed, with a caret that stands still; the ghost while there is nothing."""

    def __init__(self, look: Look, *, ghost: Sayable = "", icon: str | None = None, lines: int = 1) -> None:
        m = look.measures
        self.ghost = look.say(ghost)
        self.entry = _Entry(look, lines)
        self.mark = Icon(look, icon, 11, "lamp") if icon else None
        super().__init__(
            look,
            self.entry,
            Skin("card", "lamp", "text", m.button_radius, 2 * m.stroke),
            pad=(m.px(8), m.px(3)),
        )
        if self.mark is not None:
            self.add_widget(self.mark)

    def show(self, words: str, letters: str = "") -> None:
        """Show what has been typed, and behind it, underlined, letters that may still become hanzi."""
        self.entry.show(words + letters, self.ghost, len(letters))

    def height_for(self, width: float) -> float:
        m = self.look.measures
        inside = self.entry.height_for(width) + 2 * m.px(3)
        return inside if m.low_reach else max(m.main_height, inside)

    def arrange(self) -> None:
        super().arrange()
        if self.mark is not None:
            m = self.look.measures
            self.mark.place(self.x + m.px(8), self.y, self.mark.side, self.height)
            left = self.mark.right + m.px(6)
            self.entry.place(left, self.y + m.px(3), self.right - m.px(8) - left, self.height - 2 * m.px(3))


class _Entry(Part):
    """The words of a field; of an entry too long for it the end is shown, where the caret is."""

    def __init__(self, look: Look, lines: int) -> None:
        super().__init__()
        self.look = look
        self.lines = lines
        self.typed = Words(look, "", "tile", bold=True)
        self.ghost = Words(look, "", "body", "soft")
        self.add_widget(self.typed)
        self.add_widget(self.ghost)
        with self.canvas.after:
            self._ink = Color(*look.colour("lamp"))
            self._caret = Rectangle()
            self._underlines = [Rectangle() for _ in range(lines)]
        self._shown = ("", "", 0)

    def height_for(self, width: float) -> float:
        return self.typed.height_for(1e6) * self.lines

    def show(self, words: str, ghost: str, unsettled: int) -> None:
        self._shown = (words, ghost, unsettled)
        if self.placed:
            self.arrange()

    def arrange(self) -> None:
        words, ghost, unsettled = self._shown
        m = self.look.measures
        gap = m.px(2)
        room = self.width - 2 * gap
        while len(self._broken(words, room)) > self.lines:
            words = words[1:]
        lines = self._broken(words, room)
        self.typed.text = "\n".join(lines)
        self.typed.lines(-1.0)
        self.typed.place(self.x, self.y, self.width, self.height)
        self.ghost.text = "" if words else ghost
        self.ghost.lines(-1.0)
        self.ghost.place(self.x + gap * 2.5, self.y, self.width - gap * 2.5, self.height)
        tall = self.typed.em * 1.05
        line = self.typed.height_for(1e6) / max(1, len(lines))
        middle = self.center_y - line * (len(lines) - 1) / 2
        left = self.x + (self.typed.measure(lines[-1]) if lines[-1] else 0)
        self._caret.pos = (round(left + gap * 0.7), round(middle - tall / 2))
        self._caret.size = (max(2, m.px(0.8)), round(tall))
        self._underline(lines, line, middle - tall / 2, unsettled)

    def _underline(self, lines: list[str], line: float, bottom: float, unsettled: int) -> None:
        """Draw a line under the last ``unsettled`` characters; ``bottom`` is that of the last line."""
        thick = max(2, self.look.measures.px(0.8))
        for mark in self._underlines:
            mark.size = (0, 0)
        for row, (words, mark) in enumerate(zip(reversed(lines), self._underlines, strict=False)):
            settled = max(0, len(words) - unsettled)
            left = self.typed.measure(words[:settled]) if settled else 0.0
            wide = self.typed.measure(words) - left if words and unsettled else 0.0
            mark.pos = (round(self.x + left), round(bottom + row * line - thick))
            mark.size = (round(wide), thick)
            unsettled -= len(words) - settled

    def _broken(self, words: str, room: float) -> list[str]:
        self.typed.text = words
        self.typed.lines(-1.0)
        return self.typed.lines(room)
