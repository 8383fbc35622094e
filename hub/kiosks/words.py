"""The keys of states, causes and devices in words for the people at the console."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.kiosks.history import Silence
from hub.kiosks.ledger import Share
from hub.kiosks.state import LiveState
from hub.kiosks.supplies import Unknown

Words = str | Promise

STATES: Final[Mapping[str, Words]] = {
    LiveState.ONLINE: _("online"),
    LiveState.RECENT: _("recent"),
    LiveState.STALE: _("stale"),
    LiveState.OFFLINE: _("offline"),
}
STATE_HELP: Final[Mapping[str, Words]] = {
    LiveState.ONLINE: _("heard within a minute"),
    LiveState.RECENT: _("heard within ten minutes"),
    LiveState.STALE: _("silent for up to a day"),
    LiveState.OFFLINE: _("silent for longer than a day"),
}

CAUSES: Final[Mapping[str, Words]] = {
    "id_card": _("ID card reader does not work"),
    "social_card": _("social-security card reader does not work"),
    "camera": _("document camera does not work"),
    "receipt_printer": _("receipt printer does not work"),
    "document_printer": _("printer does not work"),
    "paper": _("out of paper"),
    "storage": _("disk full, nothing is taken in"),
    "network": _("no network"),
    "silent": _("no contact"),
    "not_told": _("does not say what can be done"),
    "old_catalogue": _("not in the kiosk's catalogue yet"),
    "closed": _("closed by the keeper"),
    "quarantined": _("in quarantine: two machines with one key"),
}

SHARES: Final[Mapping[str, Words]] = {
    Share.AVAILABLE: _("available"),
    Share.DEVICE: _("device out of order"),
    Share.PAPER: _("paper"),
    Share.STORAGE: _("disk full"),
    Share.CATALOGUE: _("catalogue not there yet"),
    Share.CLOSED: _("closed by the keeper"),
    Share.QUARANTINE: _("in quarantine"),
    Share.NETWORK: _("no network"),
    Share.KIOSK_OFF: _("kiosk off"),
    Share.HUB_DOWN: _("hub down"),
    Share.NOT_KNOWN: _("not known"),
    Share.TO_COME: _("still to come"),
}

SILENCES: Final[Mapping[str, Words]] = dict(Silence.Cause.choices)

FAMILIES: Final[Mapping[str, Words]] = {
    "IdCardReader": _("ID card reader"),
    "ChipCardReader": _("social-security card reader"),
    "CodeScanner": _("code scanner"),
    "Camera": _("document camera"),
    "ReceiptPrinter": _("receipt printer"),
    "DocumentPrinter": _("A4 printer"),
    "Speaker": _("speaker"),
}

DEVICE_STATES: Final[Mapping[str, Words]] = {
    "online": _("works"),
    "offline": _("does not answer"),
    "powerOff": _("switched off"),
    "noDevice": _("not there"),
    "hardwareError": _("faulty"),
    "userError": _("used wrongly"),
    "deviceBusy": _("busy"),
    "starting": _("starting"),
}

SUPPLIES: Final[Mapping[str, Words]] = {
    "low": _("paper low"),
    "out": _("out of paper"),
}

REASONS: Final[Mapping[str, Words]] = {
    "no-answer": _("does not answer"),
    "no-device": _("unplugged"),
    "no-port": _("unplugged"),
    "connection-lost": _("connection lost"),
    "cover-open": _("cover open"),
    "paper-out": _("out of paper"),
    "paper-jam": _("paper jam"),
    "media-jammed": _("paper jam"),
    "paper-forecast-low": _("roll nearly used up by the count"),
    "cutter-error": _("cutter stuck"),
    "head-hot": _("print head too hot"),
    "toner-low": _("toner low"),
    "toner-out": _("out of toner"),
    "black-picture": _("sees nothing: lens covered or no light"),
    "frozen-picture": _("repeats its last picture"),
    "camera-lost": _("unplugged"),
    "garbage": _("answers nonsense: port or speed wrong"),
    "hardware-error": _("reports a fault"),
    "device-hangs": _("does not come back"),
}

NO_FORECAST: Final[Mapping[str, Words]] = {
    Unknown.FEW_DAYS: _("not enough data: fewer than three whole days were counted"),
    Unknown.NOT_USED: _("nothing was printed lately"),
    Unknown.NO_CHANGE_SEEN: _("not enough data: no refill of paper was seen yet"),
}


def cause_words(cause: str) -> Words:
    """A cause in words; one that is not known as it is."""
    return CAUSES.get(cause, cause)


def device_words(status: Mapping[str, Any] | None) -> list[Words]:
    """How a device is, in words, the most important first."""
    if status is None:
        return [_("not there")]
    words: list[Words] = [DEVICE_STATES.get(status.get("device") or "", status.get("device") or "")]
    if status.get("device") == "online":
        if status.get("fitness") == "failed":
            words = [_("faulty")]
        elif status.get("fitness") == "degraded":
            words = [_("works with trouble")]
    supply = SUPPLIES.get(status.get("supply") or "")
    if supply is not None:
        words.append(supply)
    reasons = [REASONS.get(reason, reason) for reason in status.get("reasons") or ()]
    return words + [one for one in dict.fromkeys(reasons) if str(one) not in map(str, words)]


def device_is_well(status: Mapping[str, Any] | None) -> bool:
    """Whether a device works and has what it needs."""
    return (
        status is not None
        and status.get("device") == "online"
        and status.get("fitness") not in {"failed", "degraded"}
        and status.get("supply") not in {"low", "out"}
    )
