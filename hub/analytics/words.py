"""What the journeys and pages of kiosks are called in the console."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

JOURNEYS: Final[dict[str, Promise]] = {
    "home": _("first page"),
    "look-up-guide": _("look up a guide"),
    "submit-item": _("file an item"),
    "collect-result": _("collect a result"),
    "look-up-progress": _("look up progress"),
    "verify-result": _("verify a paper"),
    "match-policies": _("benefits for me"),
}

_PAGES: Final[dict[str, Promise]] = {
    "home": _("first page"),
    "themes": _("themes"),
    "theme": _("items of a theme"),
    "submit-here": _("items to file here"),
    "find": _("search"),
    "guide": _("guide"),
    "sample": _("filled sample"),
    "mark-materials": _("what one has already"),
    "my-list": _("own list of materials"),
    "list-for-phone": _("list to the phone"),
    "list-printed": _("list printed"),
    "list-not-printed": _("list not printed"),
    "present-id-card": _("lay down the ID card"),
    "present-social-card": _("lay down the social-security card"),
    "no-card": _("without a card"),
    "check-answers": _("check the answers"),
    "capturing": _("taking a picture"),
    "filing": _("filing"),
    "not-kept": _("could not be kept"),
    "printing": _("printing"),
    "receipt-spoiled": _("receipt spoiled"),
    "not-printed": _("could not be printed"),
    "take-paper": _("take the paper"),
    "done": _("filed and received"),
    "done-kept": _("kept, will be sent"),
    "fetching": _("asking for results"),
    "choose-result": _("choose a result"),
    "committing": _("issuing the copy"),
    "nothing-to-collect": _("nothing to collect"),
    "result-taken": _("result taken"),
    "result-not-taken": _("result not taken"),
    "progress-way": _("by code or by card"),
    "choose-matter": _("choose a matter"),
    "asking": _("asking the hub"),
    "no-network": _("without a network"),
    "progress-nothing": _("nothing known"),
    "verify-genuine": _("paper is genuine"),
    "verify-unknown": _("paper is not known"),
    "policies-about": _("for a person or an enterprise"),
    "policies": _("matching benefits"),
    "policies-none": _("no matching benefit"),
    "policy-reasons": _("why it fits"),
    "credit-code": _("credit code"),
    "trouble": _("could not get it done"),
    "trouble-kept": _("ticket printed"),
    "rating-reasons": _("reasons of a rating"),
    "rating-phone": _("phone for a call back"),
    "no-guides": _("no guides yet"),
    "failsafe": _("apology"),
}

_KINDS: Final[dict[str, Promise]] = {
    "ask-": _("question"),
    "situation-": _("situation"),
    "fact-": _("fact"),
    "capture-": _("photograph"),
    "review-": _("look at the photograph"),
    "progress-": _("progress"),
}


def journey_name(journey: str) -> str:
    """A journey in words; its own name where there are none."""
    return str(JOURNEYS.get(journey, journey))


def page_name(page: str) -> str:
    """A page in words: its kind and its own name where it belongs to an item."""
    if page in _PAGES:
        return str(_PAGES[page])
    for kind, words in _KINDS.items():
        if page.startswith(kind):
            return gettext("%(kind)s: %(name)s") % {"kind": words, "name": page.removeprefix(kind)}
    return page
