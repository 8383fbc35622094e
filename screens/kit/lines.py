"""Breaking a paragraph into lines, the way Chinese is set.

Between any two hanzi, but never before a closing mark. No Kivy here.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Measure = Callable[[str], float]

_CLOSING = "，。、；：？！）》」』】〕”’…%）,.;:?!)]}·"
_OPENING = "（《「『【〔“‘([{"
_WIDE = (
    "\u2e80-\u303f\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
)
_OPEN, _CLOSE = re.escape(_OPENING), re.escape(_CLOSING)
_TOKEN = re.compile(
    rf"\n|[^\S\n]+|[{_OPEN}]*(?:[{_WIDE}]|[^\s{_WIDE}{_OPEN}]+)[{_CLOSE}]*|[{_OPEN}{_CLOSE}]+"
)


def break_lines(words: str, width: float, measure: Measure) -> list[str]:
    """Lines of ``words`` no wider than ``width`` pixels by ``measure``.

    A word wider than that is broken inside.
    """
    lines: list[str] = []
    line, used = "", 0.0
    for token in _TOKEN.findall(words):
        if token == "\n":
            lines.append(line.rstrip())
            line, used = "", 0.0
            continue
        if token.isspace() and not line:
            continue
        wide = measure(token)
        if used + wide <= width or (token.isspace() and line):
            line, used = line + token, used + wide
            continue
        if line:
            lines.append(line.rstrip())
        line, used = "", 0.0
        *heads, line = _cut(token, width, measure)
        lines += heads
        used = measure(line)
    lines.append(line.rstrip())
    return lines


def _cut(token: str, width: float, measure: Measure) -> list[str]:
    """A word in pieces that fit, at least one character each."""
    pieces = []
    while measure(token) > width and len(token) > 1:
        head = next((n for n in range(len(token) - 1, 1, -1) if measure(token[:n]) <= width), 1)
        pieces.append(token[:head])
        token = token[head:]
    return [*pieces, token]


def settle(words: str, width: float, measure: Measure) -> list[str]:
    """Like ``break_lines``, but without a lonely last character if a little less width avoids it."""
    lines = break_lines(words, width, measure)
    em = measure("国")
    for shrink in (1, 2, 3):
        if len(lines) == 1 or len(lines[-1]) > 2:
            break
        narrower = break_lines(words, width - shrink * em, measure)
        if len(narrower) == len(lines) and len(narrower[-1]) > 2:
            return narrower
    return lines


def balance(words: str, width: float, measure: Measure) -> list[str]:
    """Like ``break_lines`` with as few lines, but about equally long: no lonely character below a title."""
    best = break_lines(words, width, measure)
    if len(best) == 1:
        return best
    if len(best) == 2:
        # Where a sentence pauses it is best broken.
        pauses = [words[: m.end()] for m in re.finditer(r"[，。；：？！、,;:·]\s*", words)]
        for head in sorted(pauses, key=lambda head: abs(2 * len(head) - len(words))):
            tail = words[len(head) :]
            if (
                tail
                and max(measure(head.rstrip()), measure(tail)) <= width
                and len(tail) > 2
                and len(head) > 2
            ):
                return [head.rstrip(" ·"), tail]
    low, high = width / 2, width
    while high - low > width / 100:
        middle = (low + high) / 2
        lines = break_lines(words, middle, measure)
        if len(lines) <= len(best):
            best, high = lines, middle
        else:
            low = middle
    return best
