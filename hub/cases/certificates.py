"""From a certificate template and what was filed to the certificate of a granted case."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from kiosk.wire import Bilingual, ResultLine

if TYPE_CHECKING:
    from hub.cases.models import CertificateTemplate

_BLANK: Final = re.compile(r"\{([^{}]*)\}")
_WORDS: Final = ("name", "number", "birth_date", "address", "case_no", "date")
_ANSWER: Final = re.compile(r"answer:([a-z0-9_-]+)")
_PARTS: Final = 3


class BadTemplate(ValueError):
    """A template that cannot be filled in; the message quotes what is wrong with it."""


def check_template(text: str) -> None:
    """Raises ``BadTemplate`` for a word in braces that nothing stands for."""
    for word in _BLANK.findall(text):
        if word not in _WORDS and not _ANSWER.fullmatch(word):
            known = ", ".join(f"{{{one}}}" for one in (*_WORDS, "answer:…"))
            raise BadTemplate(
                _("Nothing stands for {%(word)s}. There are: %(known)s") % {"word": word, "known": known}
            )


def parse_lines(text: str) -> tuple[tuple[Bilingual, str], ...]:
    """The labels and values of a template's lines. Raises ``BadTemplate``."""
    lines = []
    for line in filter(None, (one.strip() for one in text.splitlines())):
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != _PARTS or not parts[0] or not parts[2]:
            raise BadTemplate(_("“%(line)s” is not: label | label in English | value") % {"line": line})
        lines.append((Bilingual(zh=parts[0], en=parts[1]), parts[2]))
    if not lines:
        raise BadTemplate(_("A certificate has at least one line."))
    return tuple(lines)


def fill_in(text: str, known: Mapping[str, str]) -> str:
    """``text`` with what its words stand for; what is not known stays empty."""
    return _BLANK.sub(lambda found: known.get(found[1], ""), text)


def certificate_for(
    template: CertificateTemplate, resident: Mapping[str, Any], case_no: str, day: date
) -> dict[str, Any]:
    """A certificate as ``Result.certificate`` keeps it. Raises ``BadTemplate``."""
    known = words_for(resident, case_no, f"{day:%Y-%m-%d}")

    def both(zh: str, en: str) -> dict[str, Any]:
        return Bilingual(zh=fill_in(zh, known), en=fill_in(en, known)).model_dump(mode="json")

    return {
        "title": both(template.title_zh, template.title_en),
        "lines": [
            ResultLine(label=label, value=fill_in(value, known)).model_dump(mode="json")
            for label, value in parse_lines(template.lines)
        ],
        "body": both(template.body_zh, template.body_en),
        "authority": both(template.authority_zh, template.authority_en),
    }


def words_for(resident: Mapping[str, Any], case_no: str, today: str) -> dict[str, str]:
    """What the words in braces stand for: the number masked, as on every paper."""
    applicant: Mapping[str, Any] = resident.get("applicant", {})
    number = str(applicant.get("number") or "")
    masked = f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}" if len(number) > 7 else "*" * len(number)
    words = {key: str(applicant.get(key) or "") for key in ("name", "birth_date", "address")}
    answers = {f"answer:{key}": str(value) for key, value in resident.get("answers", {}).items()}
    return {**answers, **words, "number": masked, "case_no": case_no, "date": today}
