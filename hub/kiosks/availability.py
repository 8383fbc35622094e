"""Who can do what now, why not, since when: for the console, for other channels and for alerts.

=====================  ============================================================================
``now(item)``          one ``Standing`` for each kiosk: can it do this item now
``standings(…)``       the same for some kiosks and some items: the cells of the matrix
``tallies(…)``         counts of the same, by organisation and item, for any number of kiosks
``troubles(…)``        what is wrong now, by cause, with the kiosks and the people it hits
``live(…)``            how many kiosks are online, recent, stale, offline
=====================  ============================================================================

Kiosks are given as a queryset, so that the caller decides about scope and filters; revoked kiosks belong into
none. Every function costs a handful of queries, however many kiosks there are. What is said of a kiosk holds
while it is believed (``LiveState.believed``); of a silent one nothing is known, and that is said instead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db.models import Case, CharField, Count, Max, Q, QuerySet, Sum, Value, When

from hub.kiosks.history import AvailabilitySpan, Silence
from hub.kiosks.models import Kiosk
from hub.kiosks.offered import Offered, offered
from hub.kiosks.state import Cutoffs, LiveState
from hub.kiosks.uptime import cutoffs, in_states
from hub.kiosks.watching import WHOLE_KIOSK

SILENT: Final = "silent"
NOT_TOLD: Final = "not_told"
OLD_CATALOGUE: Final = "old_catalogue"
CLOSED: Final = "closed"
QUARANTINED: Final = "quarantined"

_STANDING_FIELDS: Final = (
    "id",
    "organisation_id",
    "last_seen",
    "reporting_since",
    "catalogue_version",
    "out_of_service",
    "quarantined_at",
)


@dataclass(frozen=True)
class Standing:
    """One item at one kiosk. ``able`` is ``None`` where it is not known; ``since`` where that is known.

    ``cause`` is empty where nothing is missing. With ``able`` it costs something and does not stop the item.
    It is a need of the item (``id_card``, ``camera`` …), ``paper``, ``storage``, or one of this module's.
    """

    kiosk: str
    item: str
    able: bool | None
    cause: str = ""
    device: str = ""
    since: datetime | None = None


@dataclass
class Tally:
    """How many kiosks can do an item, can with something less, cannot, or are not known about."""

    able: int = 0
    limited: int = 0
    unable: int = 0
    unknown: int = 0

    @property
    def kiosks(self) -> int:
        """All of them."""
        return self.able + self.limited + self.unable + self.unknown


@dataclass(frozen=True)
class Trouble:
    """Something wrong now, at how many kiosks, and how many people a day it hits, as far as that is known."""

    cause: str
    kiosks: int
    people: float
    since: datetime | None


def now(item: str, kiosks: QuerySet[Kiosk] | None = None, at: datetime | None = None) -> list[Standing]:
    """How an item stands at every kiosk; nothing if kiosks do not do it."""
    if item not in offered():
        return []
    chosen = _working(Kiosk.objects.all() if kiosks is None else kiosks).only(*_STANDING_FIELDS)
    return list(_standings(chosen, (item,), at, chosen.values("pk")).values())


def standings(
    kiosks: Collection[Kiosk], items: Iterable[str], at: datetime | None = None
) -> dict[tuple[str, str], Standing]:
    """How these items stand at these kiosks, by kiosk and item; items that kiosks do not do are left out."""
    return _standings(kiosks, items, at, [kiosk.pk for kiosk in kiosks])


def _standings(
    kiosks: Iterable[Kiosk], items: Iterable[str], at: datetime | None, ids: Any
) -> dict[tuple[str, str], Standing]:
    known = offered()
    wanted = [known[item] for item in items if item in known]
    spans = AvailabilitySpan.objects.filter(
        kiosk__in=ids, item__in=[WHOLE_KIOSK, *(item.id for item in wanted)]
    )
    present = {(span.kiosk_id, span.item): span for span in spans.filter(until=None)}
    ended = {
        (kiosk, item): until
        for kiosk, item, until in spans.exclude(until=None)
        .values_list("kiosk_id", "item")
        .annotate(Max("until"))
    }
    back = dict(Silence.objects.filter(kiosk__in=ids).values_list("kiosk_id").annotate(Max("until")))
    parted = cutoffs(at)
    return {
        (kiosk.pk, item.id): _standing(kiosk, item, parted, present, _Past(ended, back))
        for kiosk in kiosks
        for item in wanted
    }


@dataclass(frozen=True)
class _Past:
    ended: Mapping[tuple[str, str], datetime]
    back: Mapping[str, datetime]

    def able_since(self, kiosk: Kiosk, item: str) -> datetime | None:
        """Since when nothing has been missing: after the last lack, silence or closing ended."""
        moments = (
            kiosk.reporting_since,
            self.back.get(kiosk.pk),
            self.ended.get((kiosk.pk, item)),
            self.ended.get((kiosk.pk, WHOLE_KIOSK)),
        )
        return max((one for one in moments if one is not None), default=None)


def _standing(
    kiosk: Kiosk,
    item: Offered,
    parted: Cutoffs,
    present: Mapping[tuple[str, str], AvailabilitySpan],
    past: _Past,
) -> Standing:
    def said(able: bool | None, cause: str, since: datetime | None, device: str = "") -> Standing:
        return Standing(kiosk.pk, item.id, able, cause, device, since)

    if not parted.state(kiosk.last_seen).believed:
        return said(None, SILENT, kiosk.last_seen)
    if kiosk.quarantined_at is not None:
        return said(False, QUARANTINED, kiosk.quarantined_at)
    if kiosk.reporting_since is None:
        return said(None, NOT_TOLD, None)
    if kiosk.out_of_service:
        closing = present.get((kiosk.pk, WHOLE_KIOSK))
        return said(False, CLOSED, closing.since if closing else None)
    if kiosk.catalogue_version < item.since_version:
        return said(False, OLD_CATALOGUE, None)
    span = present.get((kiosk.pk, item.id))
    if span is not None:
        return said(span.able, span.cause, span.since, span.device)
    return said(True, "", past.able_since(kiosk, item.id))


def tallies(
    kiosks: QuerySet[Kiosk], items: Iterable[str], at: datetime | None = None
) -> dict[tuple[int, str], Tally]:
    """How many kiosks can do these items, by the organisation that they stand in (not those above it)."""
    known = offered()
    wanted = [known[item] for item in items if item in known]
    heard = in_states((LiveState.ONLINE, LiveState.RECENT), cutoffs(at))
    groups = (
        _working(kiosks)
        .values_list("organisation_id", "catalogue_version", _word(heard))
        .annotate(Count("pk"))
        .order_by()
    )
    found: dict[tuple[int, str], Tally] = {}
    for organisation, version, word, count in groups:
        for item in wanted:
            tally = found.setdefault((organisation, item.id), Tally())
            if word == "unknown":
                tally.unknown += count
            elif word == "unable" or version < item.since_version:
                tally.unable += count
            else:
                tally.able += count
    _take_out(found, kiosks, heard, wanted)
    return found


def _word(heard: Q) -> Case:
    """What holds for a whole kiosk."""
    return Case(
        When(~heard | Q(last_seen=None), then=Value("unknown")),
        When(Q(quarantined_at__isnull=False), then=Value("unable")),
        When(Q(reporting_since=None), then=Value("unknown")),
        When(~Q(out_of_service=""), then=Value("unable")),
        default=Value("able"),
        output_field=CharField(),
    )


def _take_out(
    found: dict[tuple[int, str], Tally], kiosks: QuerySet[Kiosk], heard: Q, wanted: list[Offered]
) -> None:
    """Count those kiosks away that lack something."""
    whole = _working(kiosks).filter(heard, reporting_since__isnull=False, out_of_service="")
    rows = (
        AvailabilitySpan.objects.filter(
            until=None,
            item__in=[item.id for item in wanted],
            kiosk__in=whole.filter(quarantined_at=None).values("pk"),
        )
        .values_list("kiosk__organisation_id", "item", "able")
        .annotate(Count("pk"))
        .order_by()
    )
    for organisation, item, able, count in rows:
        tally = found.setdefault((organisation, item), Tally())
        tally.able -= count
        if able:
            tally.limited += count
        else:
            tally.unable += count


def troubles(kiosks: QuerySet[Kiosk], at: datetime | None = None) -> list[Trouble]:
    """What is wrong now, the most people hit first: by cause, kiosks counted once for each."""
    parted = cutoffs(at)
    working = _working(kiosks)
    heard = working.filter(in_states((LiveState.ONLINE, LiveState.RECENT), parted))
    silent = working.filter(in_states((LiveState.STALE, LiveState.OFFLINE), parted))
    closed = heard.exclude(out_of_service="")
    whole = (
        (SILENT, silent, "last_seen"),
        (QUARANTINED, heard.exclude(quarantined_at=None), "quarantined_at"),
        (CLOSED, closed, ""),
        (NOT_TOLD, heard.filter(reporting_since=None), ""),
    )
    found = [_trouble(cause, rows, since) for cause, rows, since in whole]
    closings = AvailabilitySpan.objects.filter(until=None, item=WHOLE_KIOSK, kiosk__in=closed.values("pk"))
    found[2] = replace(found[2], since=closings.aggregate(newest=Max("since"))["newest"])
    hit = (
        AvailabilitySpan.objects.filter(until=None, kiosk__in=heard.filter(out_of_service="").values("pk"))
        .exclude(item=WHOLE_KIOSK)
        .values_list("cause", "kiosk_id", "kiosk__people_a_day")
        .annotate(items=Count("pk"), since=Max("since"))
        .order_by()
    )
    found += _by_cause(hit, len(offered()))
    return sorted((one for one in found if one.kiosks), key=lambda one: (-one.people, -one.kiosks, one.cause))


def _trouble(cause: str, kiosks: QuerySet[Kiosk], since: str) -> Trouble:
    sums = kiosks.aggregate(
        n=Count("pk"), people=Sum("people_a_day"), **({"newest": Max(since)} if since else {})
    )
    return Trouble(cause, sums["n"], sums["people"] or 0.0, sums.get("newest"))


def _by_cause(hit: Iterable[tuple[str, str, float | None, int, datetime]], items: int) -> Iterable[Trouble]:
    """Of a kiosk's people those count whose item is concerned: we take every item for equally sought."""
    found: dict[str, Trouble] = {}
    for cause, _kiosk, people, concerned, since in hit:
        share = (people or 0.0) * min(1.0, concerned / items) if items else 0.0
        before = found.get(cause, Trouble(cause, 0, 0.0, None))
        newest = since if before.since is None else max(since, before.since)
        found[cause] = Trouble(cause, before.kiosks + 1, before.people + share, newest)
    return found.values()


def live(kiosks: QuerySet[Kiosk], parted: Cutoffs | None = None) -> dict[LiveState, int]:
    """How many kiosks are in each of the four states."""
    parted = parted or cutoffs()
    counts = _working(kiosks).aggregate(
        **{state.value: Count("pk", filter=in_states((state,), parted)) for state in LiveState}
    )
    return {state: counts[state.value] for state in LiveState}


def _working(kiosks: QuerySet[Kiosk]) -> QuerySet[Kiosk]:
    return kiosks.filter(revoked=False)
