"""What the fields of guides, offices and facts are called in the console, and faults in its language."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Words = str | Promise

LABELS: Final[dict[str, Words]] = {
    "a": _("answer"),
    "about": _("about whom"),
    "accepts": _("cards accepted"),
    "address": _("address"),
    "amount": _("what there is to get"),
    "answers": _("answers"),
    "appointment": _("appointment needed"),
    "appointments": _("takes appointments"),
    "at_least": _("at least"),
    "at_most": _("at most"),
    "audience": _("for whom"),
    "benefit": _("benefit"),
    "blank_form": _("blank form"),
    "capture": _("photographed at the kiosk"),
    "card": _("drawn card"),
    "catalog_code": _("code of the list"),
    "cautions": _("cautions"),
    "choices": _("choices"),
    "closed_on": _("closed on"),
    "closed_on_holidays": _("closed on public holidays"),
    "closes": _("closes"),
    "common_names": _("what people call it"),
    "complaint_phone": _("phone for complaints"),
    "conditions": _("conditions"),
    "consent": _("consent"),
    "copies": _("paper copies"),
    "days": _("days of the week"),
    "department": _("department"),
    "domain": _("theme"),
    "effective_from": _("effective from"),
    "en": _("English"),
    "expires": _("expires"),
    "fact": _("question of policies"),
    "facts": _("questions of policies"),
    "faq": _("questions and answers"),
    "fee": _("fee"),
    "filled_sample": _("filled sample"),
    "form": _("form"),
    "free": _("free of charge"),
    "hint": _("hint"),
    "hours": _("office hours"),
    "id": _("identifier"),
    "kind": _("kind"),
    "label": _("question asked"),
    "latitude": _("latitude"),
    "legal_basis": _("legal basis"),
    "legal_days": _("statutory days"),
    "longitude": _("longitude"),
    "materials": _("materials"),
    "name": _("name"),
    "needs": _("what it needs of a kiosk"),
    "note": _("note"),
    "offices": _("offices"),
    "one_of": _("one of the answers"),
    "open": _("opening hours"),
    "opens": _("opens"),
    "parts": _("items of the bundle"),
    "pattern": _("pattern"),
    "phone": _("phone"),
    "picture": _("pictogram"),
    "prefill": _("filled in from the card"),
    "private": _("masked on screen"),
    "promised_days": _("promised days"),
    "q": _("question asked"),
    "question": _("question asked"),
    "related": _("related items"),
    "renderings": _("renderings"),
    "required": _("required"),
    "result": _("result"),
    "self_service": _("what a kiosk does"),
    "short_name": _("short name"),
    "situation": _("needed with the answer"),
    "situations": _("situations"),
    "source": _("where it comes from"),
    "special_steps": _("special steps"),
    "steps": _("steps"),
    "summary": _("summary"),
    "task_code": _("item code"),
    "text": _("text"),
    "unit": _("unit"),
    "updated": _("last looked at"),
    "value": _("value of the choice"),
    "version": _("version"),
    "video": _("video"),
    "visits": _("how often one has to come"),
    "way": _("the way there"),
    "why": _("reason in words"),
    "window": _("window"),
    "without_application": _("without application"),
    "zh": _("Chinese"),
}

CODES: Final[dict[str, Words]] = {
    "plain": _("plain words"),
    "illustrated": _("illustrated"),
    "video": _("video"),
    "instant": _("decided at once"),
    "promised": _("decided within days"),
    "bundle": _("several items in one"),
    "policy": _("policy"),
    "submit": _("filed at kiosks"),
    "print": _("printed at kiosks"),
    "query": _("looked up at kiosks"),
    "window": _("done at the window"),
    "person": _("people"),
    "business": _("businesses"),
    "id_card": _("ID card"),
    "social_card": _("social-security card"),
    "camera": _("camera"),
    "receipt_printer": _("receipt printer"),
    "document_printer": _("document printer"),
    "network": _("network"),
}
"""What the words of the source that are chosen from a list mean."""

_FAULTS: Final[Sequence[tuple[re.Pattern[str], Callable[..., str]]]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"Field required", lambda: gettext("this is required")),
        (r"Extra inputs are not permitted", lambda: gettext("there is no such field")),
        (r"Input should be a valid (\w+).*", lambda kind: gettext("this should be of the kind: %s") % kind),
        (
            r"Input should be greater than or equal to (\S+)",
            lambda least: gettext("this should be %s or more") % least,
        ),
        (
            r"Input should be less than or equal to (\S+)",
            lambda most: gettext("this should be %s or less") % most,
        ),
        (r"Input should be (.+)", lambda choices: gettext("this should be one of: %s") % choices),
        (r"(?:String|Value|Tuple) should have at least .+", lambda: gettext("this is too short or empty")),
        (r"(?:String|Value|Tuple) should have at most .+", lambda: gettext("this is too long")),
        (r"String should match pattern .+", lambda: gettext("this has not the form it should have")),
        (r"there is no '(.+)'", lambda name: gettext("there is no “%s”") % name),
        (r"this file is missing", lambda: gettext("this file is missing")),
        (r"this is no (\w+) file", lambda kind: gettext("this is no %s file") % kind),
        (
            r"it calls itself otherwise than its file",
            lambda: gettext("it calls itself otherwise than its file"),
        ),
        (
            r"(?:Value error, )?(.+) '(.+)' is there twice",
            lambda what, name: gettext("“%s” is there twice") % name,
        ),
        (
            r"(?:Value error, )?material '(.+)': no question offers '(.+)'",
            lambda name, answer: (
                gettext("material “%(name)s”: no question offers “%(answer)s”")
                % {"name": name, "answer": answer}
            ),
        ),
        (
            r"(?:Value error, )?an item that is filed here needs a consent text",
            lambda: gettext("an item that is filed here needs a consent text"),
        ),
        (
            r"(?:Value error, )?an item that is filed here needs a card to say who files it",
            lambda: gettext("an item that is filed here needs a card to say who files it"),
        ),
        (
            r"(.+) \(at line (\d+), column (\d+)\)",
            lambda words, line, column: (
                gettext("line %(line)s, column %(column)s: %(words)s")
                % {"words": words, "line": line, "column": column}
            ),
        ),
        (
            r"(.+) \(at end of document\)",
            lambda words: gettext("at the end: %(words)s") % {"words": words},
        ),
    )
)


def label(field: str) -> str:
    """What a field is called; a name that nobody gave one is its own."""
    return str(LABELS.get(field, field))


def place_in_words(place: str) -> str:
    """A place such as ``materials.3.note.zh``, counted from nought, in words, counted from one."""
    return " · ".join(
        gettext("no. %s") % (int(part) + 1) if part.isdigit() else label(part)
        for part in place.split(".")
        if part
    )


def fault_in_words(problem: str) -> str:
    """What is wrong, in the console's language as far as it has words for it."""
    for pattern, words in _FAULTS:
        if found := pattern.fullmatch(problem):
            return words(*found.groups())
    return problem
