"""Invented kiosks of the demonstration, with what they said last and a past: the same ones every time."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from hub.accounts.models import Organisation
from hub.catalogue.models import Publication
from hub.kiosks.grouping import Keeper
from hub.kiosks.history import AvailabilitySpan, Change, Silence, Trend
from hub.kiosks.models import Kiosk

_DEVICES: Final = (
    ("id-reader", "IdCardReader"),
    ("social-card-reader", "ChipCardReader"),
    ("code-scanner", "CodeScanner"),
    ("document-camera", "Camera"),
    ("receipt-printer", "ReceiptPrinter"),
    ("a4-printer", "DocumentPrinter"),
)


@dataclass(frozen=True)
class _Condition:
    """What may be wrong at a kiosk: which need fails, at which device, with which words."""

    need: str = ""
    device: str = ""
    words: tuple[tuple[str, Any], ...] = ()
    stops: bool = True
    silent: timedelta = timedelta(0)
    closed: str = ""


_GONE: Final = (("device", "offline"), ("fitness", "unknown"), ("reasons", ("no-answer",)))
_WELL: Final = _Condition()
_CONDITIONS: Final = (
    (_WELL, 76),
    (_Condition("camera", "document-camera", _GONE), 4),
    (_Condition("id_card", "id-reader", _GONE), 3),
    (
        _Condition(
            "document_printer",
            "receipt-printer",
            (("supply", "out"), ("paper", "out"), ("reasons", ("paper-out",))),
        ),
        4,
    ),
    (_Condition("", "receipt-printer", (("supply", "low"), ("paper", "low"))), 4),
    (_Condition(closed="maintenance"), 2),
    (_Condition(silent=timedelta(minutes=4)), 2),
    (_Condition(silent=timedelta(hours=5)), 3),
    (_Condition(silent=timedelta(days=4)), 2),
)


def _items() -> dict[str, tuple[str, ...]]:
    """The needs of every published item that kiosks do."""
    return {
        one["id"]: tuple(one.get("needs", ()))
        for one in Publication.newest_items().values()
        if one["self_service"] == "print" or (one["self_service"] == "submit" and one.get("form"))
    }


class Fleet:
    """Draws kiosks and their pasts, the same ones every time."""

    def __init__(
        self,
        chance: random.Random,
        now: datetime,
        places: list[Organisation],
        keepers: list[Keeper],
    ) -> None:
        self._now = now
        self._places = places
        self._keepers = keepers
        self._items = _items()
        self._seed = chance.random()
        self._version = Publication.newest_version()

    def _chance(self, number: int | str) -> random.Random:
        return random.Random(f"{self._seed} {number}")  # noqa: S311 - nothing to guess here

    def _condition(self, kiosk: str) -> _Condition:
        conditions, weights = zip(*_CONDITIONS, strict=True)
        found: _Condition = self._chance(f"condition {kiosk}").choices(conditions, weights)[0]
        return found

    def kiosk(self, number: int) -> Kiosk:
        """One kiosk with what it said last."""
        chance = self._chance(number)
        pk = f"KDEMO{number:05d}"
        condition = self._condition(pk)
        place = self._places[number * 7 % len(self._places)]
        near = [one for one in self._keepers if place.path.startswith(one.organisation.path)]
        keeper = chance.choice(near)
        heard = self._now - condition.silent - timedelta(seconds=chance.uniform(0, 40))
        waiting = chance.choice((0, 0, 0, 0, 1, 2, 5)) if not condition.silent else chance.randint(0, 30)
        software = chance.choices(("0.9.3", "0.9.2", "0.8.7"), (85, 10, 5))[0]
        behind = chance.random() < 0.03 and self._version > 1
        kiosk = Kiosk(
            id=pk,
            public_key=chance.randbytes(32),
            place=f"{place.name}{'大厅' if place.kind == 'branch' else '便民服务站'}",
            address=f"{place.name}灯河路 {chance.randint(1, 400)} 号",
            organisation=place,
            keeper=keeper if chance.random() < 0.95 else None,
            software=software,
            enrolled_at=self._now - timedelta(days=200),
            last_seen=heard,
            catalogue_version=self._version - behind,
            out_of_service=condition.closed,
            reporting_since=self._now - timedelta(days=60),
            waiting=waiting,
            people_a_day=round(chance.lognormvariate(3.2, 0.6), 1),
            trend_at=heard,
        )
        phone = keeper.phone if chance.random() < 0.92 else "0531-5559999"
        kiosk.status = self._status(kiosk, condition, chance, phone)
        return kiosk

    def _status(
        self, kiosk: Kiosk, condition: _Condition, chance: random.Random, phone: str
    ) -> dict[str, Any]:
        heard = (kiosk.last_seen or self._now).isoformat()
        return {
            "sent_at": heard,
            "software": kiosk.software,
            "catalogue_version": kiosk.catalogue_version,
            "devices": [self._device(name, family, condition, chance) for name, family in _DEVICES],
            "queue": {
                "pending": kiosk.waiting,
                "held": chance.choice((0, 0, 0, 0, 0, 1)),
                "oldest_seconds": kiosk.waiting * 700.0 or None,
                "overdue": 0,
                "incidents": 0,
                "held_items": [],
            },
            "out_of_service": condition.closed or None,
            "lacks": [],
            "up_seconds": chance.uniform(1e4, 2e6),
            "keeper_phone": phone,
        }

    def _device(self, name: str, family: str, condition: _Condition, chance: random.Random) -> dict[str, Any]:
        printer = family.endswith("Printer")
        words: dict[str, Any] = {
            "name": name,
            "family": family,
            "driver": "demonstration",
            "device": "online",
            "media": None,
            "paper": "full" if printer else None,
            "fitness": "ok",
            "supply": "ok" if printer else None,
            "reasons": [],
            "counts": {
                "since": (self._now - timedelta(days=200)).isoformat(),
                "done": {"print_document" if printer else "read": 100 * chance.randint(20, 70)},
                "failed": {"no-answer": chance.randint(0, 6)},
                "reopened": chance.randint(0, 4),
                "last_good": self._now.isoformat(),
            },
        }
        return words | dict(condition.words) if name == condition.device else words

    def trend(self, kiosk: Kiosk) -> Trend:
        """Two days of queue by the hour, two weeks of documents and cards by the day."""
        chance = self._chance(f"trend {kiosk.pk}")
        today = timezone.localtime(self._now)
        hours = [
            {
                "at": (today - timedelta(hours=ago)).replace(minute=0, second=0, microsecond=0).isoformat(),
                "waiting": max(0, kiosk.waiting + chance.randint(-2, 2))
                if ago < 8
                else chance.choice((0, 0, 1)),
                "oldest": None,
            }
            for ago in range(24, -1, -1)
        ]
        devices = (kiosk.status or {}).get("devices", ())
        printed = {one["name"]: one["counts"]["done"].get("print_document", 0) for one in devices}
        people = kiosk.people_a_day or 20
        days: dict[str, dict[str, int]] = {}
        cards = 9000.0
        for ago in range(15):
            day = (today - timedelta(days=ago)).date().isoformat()
            days[day] = {"cards": int(cards), **{name: count for name, count in printed.items() if count}}
            cards -= people * chance.uniform(0.8, 1.2)
            printed = {
                name: max(0, count - int(people * chance.uniform(0.5, 0.8)))
                for name, count in printed.items()
            }
        changed = {
            name: days[today.date().isoformat()].get(name, 0) - chance.randint(0, 150) for name in printed
        }
        rolls = {"receipt-printer": [chance.randint(280, 420) for _ in range(chance.randint(0, 3))]}
        return Trend(kiosk=kiosk, numbers={"hours": hours, "days": days, "changed": changed, "rolls": rolls})

    def spans(self, kiosk: Kiosk) -> list[AvailabilitySpan]:
        """What cannot be done now, and a few lacks of the last days that are over."""
        chance = self._chance(f"spans {kiosk.pk}")
        condition = self._condition(kiosk.pk)
        since = self._now - timedelta(hours=chance.uniform(0.5, 40))
        if condition.closed:
            return [self._span(kiosk, "", condition.closed, "", since, None)]
        cause = "paper" if ("supply", "out") in condition.words else condition.need
        rows = [
            self._span(kiosk, item, cause, condition.device, since, None)
            for item, needs in self._items.items()
            if condition.need and condition.need in needs
        ]
        over = since - timedelta(hours=chance.uniform(2, 9))
        needing = [item for item, needs in self._items.items() if "camera" in needs][:4]
        began = over - timedelta(minutes=chance.uniform(5, 80))
        return rows + [self._span(kiosk, item, "camera", "document-camera", began, over) for item in needing]

    def _span(
        self, kiosk: Kiosk, item: str, cause: str, device: str, since: datetime, until: datetime | None
    ) -> AvailabilitySpan:
        return AvailabilitySpan(
            kiosk=kiosk, item=item, able=False, cause=cause, device=device, since=since, until=until
        )

    def silences(self, kiosk: Kiosk) -> list[Silence]:
        """One or two silences of the last days."""
        chance = self._chance(f"silences {kiosk.pk}")
        rows = []
        for _ in range(chance.randint(0, 2)):
            until = self._now - timedelta(hours=chance.uniform(6, 90)) - self._condition(kiosk.pk).silent
            since = until - timedelta(minutes=chance.uniform(12, 120))
            cause = chance.choice((Silence.Cause.NETWORK, Silence.Cause.KIOSK_OFF))
            rows.append(Silence(kiosk=kiosk, since=since, until=until, cause=cause))
        return rows

    def changes(self, kiosk: Kiosk) -> list[Change]:
        """A newer software some weeks ago, and a device that came and went."""
        chance = self._chance(f"changes {kiosk.pk}")
        well: dict[str, Any] = {
            "device": "online",
            "paper": None,
            "fitness": "ok",
            "supply": None,
            "reasons": [],
        }
        gone = {**well, "device": "offline", "fitness": "unknown", "reasons": ["no-answer"]}
        at = self._now - timedelta(hours=chance.uniform(10, 60))
        back = at + timedelta(minutes=chance.uniform(2, 50))
        camera = {"kiosk": kiosk, "kind": Change.Kind.DEVICE, "subject": "document-camera"}
        return [
            Change(
                kiosk=kiosk,
                at=self._now - timedelta(days=chance.uniform(5, 30)),
                kind=Change.Kind.SOFTWARE,
                before="0.9.1",
                after=kiosk.software,
            ),
            Change(at=at, before=well, after=gone, **camera),
            Change(at=back, before=gone, after=well, **camera),
        ]
