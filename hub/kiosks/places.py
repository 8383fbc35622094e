"""The organisation tree with its kiosks counted: for the fleet's pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Count, QuerySet

from hub.accounts.models import Organisation
from hub.accounts.roles import account_of
from hub.accounts.scope import in_scope
from hub.kiosks.availability import Tally
from hub.kiosks.models import Kiosk
from hub.kiosks.state import Cutoffs, LiveState
from hub.kiosks.uptime import in_states


@dataclass
class Place:
    """An organisation with the kiosks of it and of everything below it, counted.

    ``own``: only those that stand in it directly; then the row is a part of the one above it.
    """

    organisation: Organisation
    depth: int = 0
    own: bool = False
    states: dict[str, int] = field(default_factory=dict)
    tallies: dict[str, Tally] = field(default_factory=dict)

    @property
    def kiosks(self) -> int:
        """All kiosks counted here."""
        return sum(self.states.values())


def number_in(text: str) -> int | None:
    """A number out of an address, ``None`` for anything that is none or too long to be a row's."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else None


def chosen_place(user: User | AnonymousUser, wanted: str) -> Organisation | None:
    """The organisation of this number if it lies in the user's scope, else the user's own."""
    account = account_of(user)
    if account is None:
        return None
    pk = number_in(wanted)
    if pk is not None:
        found = Organisation.objects.filter(pk=pk).first()
        if found is not None and in_scope(user, found):
            return found
    return account.organisation


def way_to(user: User | AnonymousUser, place: Organisation) -> list[Organisation]:
    """The organisations from the user's own down to ``place``."""
    ids = [int(part) for part in place.path.split("/") if part]
    found = Organisation.objects.in_bulk(ids)
    return [found[pk] for pk in ids if in_scope(user, found[pk])]


def counted(kiosks: QuerySet[Kiosk], parted: Cutoffs) -> dict[int, dict[str, int]]:
    """How many kiosks are in each state, by the organisation they stand in directly."""
    states = {state.value: Count("pk", filter=in_states((state,), parted)) for state in LiveState}
    groups = kiosks.filter(revoked=False).order_by().values("organisation_id").annotate(**states)
    rows = groups.values_list("organisation_id", *states)
    return {place: dict(zip(states, counts, strict=True)) for place, *counts in rows}


def below(place: Organisation, levels: int = 1) -> list[Organisation]:
    """The organisations below a place, as many levels down, in the order of the tree."""
    found: list[Organisation] = []
    above: Iterable[Organisation] = (place,)
    for _level in range(levels):
        above = list(Organisation.objects.filter(parent__in=[one.pk for one in above]))
        found += above
    return sorted(found, key=lambda one: [int(part) for part in one.path.split("/") if part])


def gathered(
    place: Organisation,
    rows: Iterable[Organisation],
    states: Mapping[int, Mapping[str, int]],
    tallies: Mapping[tuple[int, str], Tally] | None = None,
) -> list[Place]:
    """Rows with everything below them added up, and one for what stands in ``place`` directly."""
    paths = dict(Organisation.objects.filter(path__startswith=place.path).values_list("pk", "path"))
    places = [Place(one, one.depth - place.depth - 1) for one in rows]
    direct = Place(place, own=True)
    by_path = {one.organisation.path: one for one in places}
    for pk, counts in states.items():
        for row in _rows_of(paths.get(pk, ""), by_path, place, direct):
            for state, count in counts.items():
                row.states[state] = row.states.get(state, 0) + count
    for (pk, item), tally in (tallies or {}).items():
        for row in _rows_of(paths.get(pk, ""), by_path, place, direct):
            into = row.tallies.setdefault(item, Tally())
            into.able += tally.able
            into.limited += tally.limited
            into.unable += tally.unable
            into.unknown += tally.unknown
    return [*([direct] if direct.kiosks else []), *places]


def _rows_of(path: str, by_path: Mapping[str, Place], place: Organisation, direct: Place) -> list[Place]:
    """The rows into which what stands at ``path`` is counted: every one above it."""
    if path == place.path:
        return [direct]
    found = []
    while len(path) > len(place.path):
        if path in by_path:
            found.append(by_path[path])
        path = path[: path.rstrip("/").rfind("/") + 1]
    return found
