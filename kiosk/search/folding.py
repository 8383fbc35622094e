"""How words are made comparable: one width, one case, simplified characters, no punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

import opencc

#: Of what is pasted or typed on, this many characters are looked at.
LONGEST_QUERY: Final = 60

_WORD: Final = re.compile(r"[^\W_]+(?:'[a-z]+)*", re.ASCII)
_NOISE: Final = re.compile(r"[\W_]+")


@cache
def _simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")  # characters only: Taiwan's words are in the table, and 檔案 is no 文件 here


def plain(words: str) -> str:
    """Half width, lower case, simplified; punctuation and spaces stay. Cut at what anybody would type.

    >>> plain("ＳＦＺ 身分證")
    'sfz 身分证'
    """
    short = "".join(one for one in words[: 4 * LONGEST_QUERY] if unicodedata.category(one) != "Cs")
    normal = unicodedata.normalize("NFKC", short)[: 2 * LONGEST_QUERY].lower()
    simplified: str = _simplified().convert(normal.replace("\0", " ").replace("ü", "v"))
    return simplified[:LONGEST_QUERY]


def fold(words: str) -> str:
    """What is left for comparing names: letters, digits and hanzi without anything between them."""
    return _NOISE.sub("", plain(words))


def latin_words(words: str) -> list[str]:
    """The words in Latin letters, in small letters.

    >>> latin_words("Driver’s licence (e-bike)")
    ["driver's", 'licence', 'e', 'bike']
    """
    return _WORD.findall(words.lower().replace("’", "'"))
