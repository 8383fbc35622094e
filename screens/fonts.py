"""Which face draws which characters on the screen.

SDL cannot choose a face inside a collection and knows no fallback fonts, so the set-up script cuts the
Simplified Chinese face
out of the collection, and what it lacks is switched to the rare-hanzi face character by character, by the
helper that printing uses too.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import cache

from devices.fonts import Weight, font_path

REGULAR = "Yedeng"
BOLD = "YedengBold"


def register() -> None:
    """Make the faces known to Kivy and put ours in place of its default.

    Raises:
        devices.fonts.FontMissing: set-up has not cut the faces yet.
    """
    from kivy.core.text import LabelBase

    LabelBase.register(REGULAR, str(font_path("regular")))
    LabelBase.register(BOLD, str(font_path("bold")))
    LabelBase.register("Roboto", str(font_path("regular")))


@cache
def read_ahead() -> None:
    """Read, beside the page, which characters the faces have: the first rare hanzi would wait for it."""

    def read() -> None:
        characters(font_path("regular"))
        characters(font_path("bold"))

    from devices.fonts import characters

    threading.Thread(target=read, name="fonts", daemon=True).start()


def face_runs(words: str, *, bold: bool = False) -> Iterator[tuple[str, str]]:
    """Split one line into (face, characters) runs, in order."""
    weight: Weight = "bold" if bold else "regular"
    main = BOLD if bold else REGULAR
    if all(_everyday(character) for character in words):
        yield main, words
        return
    from devices.fonts import runs

    known = font_path(weight)
    for path, characters in runs(words, weight):
        yield (main if path == known else str(path)), characters


def _everyday(character: str) -> bool:
    """Characters every Chinese face has: no need to read the font's table of characters for them."""
    code = ord(character)
    return (
        code < 0x250
        or 0x4E00 <= code <= 0x9FA5
        or 0x3000 <= code <= 0x3003
        or 0xFF01 <= code <= 0xFF5E
        or character in "“”‘’—…·《》〈〉「」【】、。"
    )
