"""Words for residents: keys become sentences of the visit's language through gettext. No Kivy here."""

from __future__ import annotations

import gettext
from datetime import date, datetime
from functools import cache
from pathlib import Path

import structlog

from kiosk.text import Sayable, Text

_log = structlog.get_logger(__name__)
LOCALE = Path(__file__).parent / "locale"
DOMAIN = "yedeng"
_FOLDERS = {"zh": "zh_CN", "en": "en"}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


class MissingWords(KeyError):
    """A key that no catalogue knows (strict mode only)."""


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE, [_FOLDERS[language]], fallback=True)


class Strings:
    """Says things in one language, ``zh`` or ``en``.

    A key that is missing there is said in Chinese; missing there too, it raises ``MissingWords`` when
    ``strict`` and else is logged once and shows as the key, so that a page never fails for want of a word.
    """

    def __init__(self, language: str, *, strict: bool = False) -> None:
        self.language = language
        self._strict = strict
        self._lost: set[str] = set()

    def say(self, words: Sayable | int | date) -> str:
        """Put words of any kind into this language."""
        if isinstance(words, str):
            return words
        if isinstance(words, Text):
            template = self._template(words.key)
            values = {name: self.say(value) for name, value in words.values.items()}
            return template.format_map(values) if values else template
        if isinstance(words, date):
            return self._date(words)
        if isinstance(words, int):
            return str(words)
        return str(getattr(words, self.language) or words.zh)

    def _template(self, key: str) -> str:
        for language in (self.language, "zh"):
            found = _catalogue(language).gettext(key)
            if found != key:
                return found
        if self._strict:
            raise MissingWords(key)
        if key not in self._lost:
            self._lost.add(key)
            _log.warning("words.missing", key=key, language=self.language)
        return key

    def _date(self, day: date) -> str:
        if self.language == "zh":
            words = f"{day.year} 年 {day.month} 月 {day.day} 日"
        else:
            words = f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
        return f"{words} {day:%H:%M}" if isinstance(day, datetime) else words
