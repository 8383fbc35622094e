"""What is typed with: the letter keyboard and the digit pad."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kiosk.text import Sayable, text
from screens.kit.icons import Icon
from screens.kit.part import Part
from screens.kit.press import Press, Skin
from screens.kit.words import Words
from screens.look import Look

LETTERS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
DIGITS = "1234567890"
BACKSPACE, CLEAR, SPACE, APOSTROPHE = "\b", "\0", " ", "'"
Typed = Callable[[str], None]


class Keyboard(Part):
    """Letters in the order of every keyboard, digits above them, behind the last row the keys of ``tail``."""

    def __init__(
        self,
        look: Look,
        typed: Typed,
        *,
        digits: bool = True,
        tail: Sequence[str] = (BACKSPACE, CLEAR),
        grow: float = 0.0,
    ) -> None:
        super().__init__(grow=grow)
        self.look = look
        self.rows = [
            [(_letter(look, character, typed), 1.0) for character in row]
            for row in ((DIGITS, *LETTERS) if digits else LETTERS)
        ]
        self.rows[-1] += [
            (special_key(look, kind, typed), 1.0 if kind == APOSTROPHE else 1.5) for kind in tail
        ]
        for row in self.rows:
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
        left = _letter(look, "X", typed, large=True) if with_x else special_key(look, CLEAR, typed)
        keys += [left, _letter(look, "0", typed, large=True), special_key(look, BACKSPACE, typed)]
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


def special_key(look: Look, kind: str, typed: Typed) -> Press:
    """A key that is no letter: ``BACKSPACE``, ``CLEAR``, ``SPACE`` or ``APOSTROPHE``."""
    if kind == BACKSPACE:
        return named_key(
            look, "key-backspace", text("keys.backspace"), lambda: typed(BACKSPACE), icon="backspace"
        )
    if kind == APOSTROPHE:
        return _letter(look, APOSTROPHE, typed)
    name, words = ("key-clear", text("keys.clear")) if kind == CLEAR else ("key- ", text("keys.space"))
    return named_key(look, name, words, lambda: typed(kind), words=words)


def _letter(look: Look, character: str, typed: Typed, *, large: bool = False) -> Press:
    return named_key(
        look,
        f"key-{character}",
        character,
        lambda: typed(character),
        words=character.upper(),
        large=large,
    )


def named_key(
    look: Look,
    key: str,
    label: Sayable,
    fire: Callable[[], None],
    *,
    words: Sayable = "",
    icon: str | None = None,
    large: bool = False,
) -> Press:
    """A key of a keyboard, with words or an icon on it."""
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
