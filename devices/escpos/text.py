"""Text on its way to paper: clean of commands, measured in dots, wrapped to the line.

Pure functions. A printer's own fonts are fixed: 12 dots for ASCII, 24 for everything in GBK.
"""

import re
import unicodedata
from collections.abc import Callable

ASCII_DOTS = 12
CHINESE_DOTS = 24

_NEVER_FIRST = frozenset("，。、；：？！）》」』】〉”’…—·％,.;:?!)]}%")
_TOKENS = re.compile(r" +|[!-~]+|[^ -~]")


def clean(text: str) -> str:
    """`text` as harmless characters on one line.

    Control characters (ESC, GS, DLE, FS, line ends) become spaces; direction marks, joiners, variation
    selectors and lone surrogates vanish. So no text is ever taken for a command or forges a line. Characters
    newer than this Python's tables stay: they may be somebody's name.
    """
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category in {"Cc", "Zl", "Zp"} or (category == "Zs" and character != "\u3000"):
            kept.append(" ")
        elif category not in {"Cf", "Cs"} and not _is_variation_selector(character):
            kept.append(character)
    return "".join(kept)


def _is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def gbk(text: str) -> bytes | None:
    """The bytes of cleaned `text` for a printer's own Chinese font; None when a character is not in GBK."""
    try:
        return text.encode("gbk")
    except UnicodeEncodeError:
        return None


def dots(text: str) -> int:
    """Width of `text` in the printer's own font at normal size."""
    return sum(ASCII_DOTS if character.isascii() else CHINESE_DOTS for character in text)


def wrap(text: str, width: float, measure: Callable[[str], float] = dots) -> list[str]:
    """Break cleaned `text` into lines of at most `width` as `measure` counts it.

    Words and numbers stay whole where a line can hold them, and no line begins with a closing mark.
    """
    lines = [""]
    for token in _TOKENS.findall(text):
        if measure(lines[-1] + token) <= width:
            lines[-1] += token
        elif token[0] == " ":
            lines.append("")
        elif measure(token) > width:
            _split_word(lines, token, width, measure)
        else:
            last = lines[-1].rstrip(" ")
            if token[0] in _NEVER_FIRST and len(last) > 1 and measure(last[-1] + token) <= width:
                lines[-1] = last[:-1].rstrip(" ")
                lines.append(last[-1] + token)
            else:
                lines.append(token)
    return [line.rstrip(" ") for line in lines]


def _split_word(lines: list[str], word: str, width: float, measure: Callable[[str], float]) -> None:
    for character in word:
        if lines[-1] and measure(lines[-1] + character) > width:
            lines.append("")
        lines[-1] += character
