"""What is typed with: the field that shows it large, the letter keyboard, the digit pad."""

from __future__ import annotations

from collections.abc import Callable

from kivy.graphics import Color, Rectangle

from kiosk.text import Sayable, text
from screens.kit.icons import Icon
from screens.kit.part import Part
from screens.kit.press import Press, Skin, Surface
from screens.kit.words import Words
from screens.look import Look

LETTERS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
DIGITS = "1234567890"
BACKSPACE, CLEAR = "\b", "\0"
Typed = Callable[[str], None]


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

    def show(self, words: str) -> None:
        """Show what has been typed."""
        self.entry.show(words, self.ghost)

    def height_for(self, width: float) -> float:
        m = self.look.measures
        return max(m.main_height, self.entry.height_for(width) + 2 * m.px(3))

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
        self._shown = ("", "")

    def height_for(self, width: float) -> float:
        return self.typed.height_for(1e6) * self.lines

    def show(self, words: str, ghost: str) -> None:
        self._shown = (words, ghost)
        if self.placed:
            self.arrange()

    def arrange(self) -> None:
        words, ghost = self._shown
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

    def _broken(self, words: str, room: float) -> list[str]:
        self.typed.text = words
        self.typed.lines(-1.0)
        return self.typed.lines(room)


class Keyboard(Part):
    """Letters in the order of every keyboard, digits above them, and keys to delete, clear and space."""

    def __init__(
        self, look: Look, typed: Typed, *, digits: bool = True, space: bool = False, grow: float = 0.0
    ) -> None:
        super().__init__(grow=grow)
        self.look = look
        delete = _key(
            look, "key-backspace", text("keys.backspace"), lambda: typed(BACKSPACE), icon="backspace"
        )
        clear = _key(look, "key-clear", text("keys.clear"), lambda: typed(CLEAR), words=text("keys.clear"))
        rows: list[list[tuple[Press, float]]] = []
        if digits:
            rows.append([(_letter(look, character, typed), 1.0) for character in DIGITS])
        rows += [[(_letter(look, character, typed), 1.0) for character in row] for row in LETTERS]
        wide = 1.5
        if space:
            rows[-1].append(
                (_key(look, "key- ", text("keys.space"), lambda: typed(" "), words=text("keys.space")), wide)
            )
        rows[-1] += [(delete, wide), (clear, wide)] if not space else [(delete, wide)]
        self.rows = rows
        for row in rows:
            for key, _ in row:
                self.add_widget(key)

    def _key_height(self) -> float:
        return self.look.measures.pick(19, 22)

    def height_for(self, width: float) -> float:
        return len(self.rows) * (self._key_height() + self.look.measures.key_gap) - self.look.measures.key_gap

    def arrange(self) -> None:
        gap = self.look.measures.key_gap
        one = (self.width - 9 * gap) / 10
        tall = min((self.height + gap) / len(self.rows) - gap, self.look.measures.px(28))
        top = self.y + len(self.rows) * (tall + gap) - gap
        for row in self.rows:
            spare = self.width - sum(one * share for _, share in row) - gap * (len(row) - 1)
            # The last row fills its line with its wider keys; the others stand in the middle.
            stretch = (
                spare / sum(1 for _, share in row if share > 1) if any(share > 1 for _, share in row) else 0.0
            )
            left = self.x + (0 if stretch else spare / 2)
            for key, share in row:
                wide = one * share + (stretch if share > 1 else 0)
                key.place(left, top - tall, wide, tall)
                left += wide + gap
            top -= tall + gap


class Pad(Part):
    """Ten digits as on a telephone, a key to delete, and X or a key to clear."""

    def __init__(self, look: Look, typed: Typed, *, with_x: bool = False) -> None:
        super().__init__(grow=1.0)
        self.look = look
        keys = [_letter(look, character, typed, large=True) for character in "123456789"]
        left = (
            _letter(look, "X", typed, large=True)
            if with_x
            else _key(look, "key-clear", text("keys.clear"), lambda: typed(CLEAR), words=text("keys.clear"))
        )
        keys += [
            left,
            _letter(look, "0", typed, large=True),
            _key(look, "key-backspace", text("keys.backspace"), lambda: typed(BACKSPACE), icon="backspace"),
        ]
        self.keys = keys
        for key in keys:
            self.add_widget(key)

    def height_for(self, width: float) -> float:
        m = self.look.measures
        return 4 * m.pick(20, 24) + 3 * m.key_gap

    def arrange(self) -> None:
        m = self.look.measures
        gap = m.px(5)
        tall = min((self.height - 3 * gap) / 4, m.px(34))
        wide = min((self.width - 2 * gap) / 3, m.px(64))
        left = self.x + (self.width - 3 * wide - 2 * gap) / 2
        spare = max(0.0, self.height - 4 * tall - 3 * gap)
        for index, key in enumerate(self.keys):
            row, column = divmod(index, 3)
            key.place(
                left + column * (wide + gap), self.top - spare - (row + 1) * tall - row * gap, wide, tall
            )


def edit(draft: str, typed: str, longest: int) -> str:
    """What stands in the field after one key; ``BACKSPACE`` and ``CLEAR`` are typed too."""
    if typed == BACKSPACE:
        return draft[:-1]
    if typed == CLEAR:
        return ""
    return (draft + typed)[:longest]


def _letter(look: Look, character: str, typed: Typed, *, large: bool = False) -> Press:
    return _key(
        look,
        f"key-{character}",
        character,
        lambda: typed(character),
        words=character.upper(),
        large=large,
    )


def _key(
    look: Look,
    key: str,
    label: Sayable,
    fire: Callable[[], None],
    *,
    words: Sayable = "",
    icon: str | None = None,
    large: bool = False,
) -> Press:
    m = look.measures
    skin = Skin("card", "line", "text", m.px(4), m.stroke)
    inside: Part
    if icon:
        inside = Icon(look, icon, 9, "text")
    else:
        single = isinstance(words, str) and len(words) == 1
        inside = Words(
            look,
            words,
            "tile" if large else "button" if single else "chip",
            "text",
            bold=single,
            align="center",
        )
    return Press(look, inside, skin, key=key, label=label, fire=fire, role="key")


def strip_marks(draft: str) -> str:
    """The digits (and X) of a draft."""
    return "".join(character for character in draft if character.isdigit() or character in "xX").upper()


def grouped(kind: str, draft: str, longest: int) -> str:
    """Digits the way people read them: phone 3-4-4, identity number 6-8-4, a code in fours as on paper."""
    if kind == "code":
        return "-".join(draft[start : start + 4] for start in range(0, len(draft), 4)).upper()
    if kind == "phone" and not draft.startswith("0"):
        return " ".join(part for part in (draft[:3], draft[3:7], draft[7:]) if part)
    if kind == "digits" and longest == 18:
        return " ".join(part for part in (draft[:6], draft[6:14], draft[14:]) if part)
    return draft
