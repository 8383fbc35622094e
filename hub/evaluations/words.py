"""The words of levels, reasons and occasions, as the console shows them."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

LEVELS: Final = (
    (5, _("very satisfied")),
    (4, _("satisfied")),
    (3, _("basically satisfied")),
    (2, _("dissatisfied")),
    (1, _("very dissatisfied")),
)
OF: Final = (
    ("submission", _("filing a matter")),
    ("result", _("collecting a result")),
    ("progress", _("looking up progress")),
    ("guide", _("reading a guide")),
)
TROUBLES: Final = (
    ("card-not-read", _("card not read")),
    ("do-not-understand", _("did not understand what to choose")),
    ("papers-missing", _("documents missing")),
    ("machine-fault", _("machine broken or not reacting")),
    ("other", _("something else, or an idea")),
)
_REASONS: Final[dict[str, Any]] = {
    "hard-to-read": _("hard to read or understand"),
    "many-steps": _("many steps"),
    "many-materials": _("many documents"),
    "took-long": _("took long"),
    "machine-slow": _("machine slow"),
    "not-told-at-once": _("not told everything at once"),
    "materials-again": _("same documents again"),
    "decided-late": _("not done when promised"),
    "guide-unclear": _("guide unclear"),
    "hard-to-use": _("machine hard to use"),
    "poor-attitude": _("staff not friendly"),
    "guide-wrong": _("guide wrong"),
    "materials-extra": _("documents that no guide names"),
    "decided-very-late": _("long overdue without a word"),
    "sent-around": _("sent from place to place"),
    "machine-failed": _("machine broke down"),
    "bad-attitude": _("staff rude"),
}
_JOURNEYS: Final[dict[str, Any]] = {
    "home": _("first page"),
    "look-up-guide": _("reading a guide"),
    "submit-item": _("filing a matter"),
    "collect-result": _("collecting a result"),
    "look-up-progress": _("looking up progress"),
    "verify-result": _("verifying a certificate"),
    "match-policies": _("looking for benefits"),
}
_DEVICE_STATES: Final[dict[str, Any]] = {
    "online": _("works"),
    "offline": _("offline"),
    "powerOff": _("switched off"),
    "noDevice": _("not there"),
    "hardwareError": _("broken"),
    "userError": _("used wrongly"),
    "deviceBusy": _("busy"),
    "starting": _("starting"),
}


def reason_words(reason: str) -> Any:
    """A reason in words; one that is not known here (from a newer kiosk) as it came."""
    return _REASONS.get(reason, reason)


def journey_words(journey: str) -> Any:
    """A journey in words; one that is not known here as it came."""
    return _JOURNEYS.get(journey, journey)


def device_words(state: str) -> Any:
    """A device's state in words; one that is not known here as it came."""
    return _DEVICE_STATES.get(state, state)


def level_words(level: int) -> Any:
    """A level in words."""
    return dict(LEVELS)[level]
