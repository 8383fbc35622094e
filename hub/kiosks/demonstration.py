"""A made-up fleet to try the console out: places, keepers, and as many kiosks as are wanted.

Everything is invented; every kiosk carries the label of the demonstration. Nobody stands behind these kiosks:
they fall silent ten minutes after seeding; seeding again gives new signs of life. Rows are made in bulk: ten
thousand kiosks take seconds.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from hub.accounts.models import Organisation, root_organisation
from hub.kiosks.grouping import Keeper, Label
from hub.kiosks.history import AvailabilitySpan, Change, Silence, Trend
from hub.kiosks.invented import Fleet
from hub.kiosks.models import Kiosk

LABEL: Final = "演示"
_BATCH: Final = 500
_DISTRICTS: Final = ("东湖区", "西山区", "南苑区", "北辰区")
_STREETS: Final = ("桥头街道", "灯塔街道", "清河街道")
_COMMUNITIES: Final = ("向阳社区", "和平社区", "新村社区", "水塔社区")
_BRANCH: Final = "灯河农商银行支行"
_SURNAMES: Final = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"


@transaction.atomic
def seed_fleet(count: int) -> int:
    """Make the demonstration's kiosks, give those that are there a new sign of life; how many there are."""
    now = timezone.now()
    chance = random.Random(24)  # noqa: S311 - nothing to guess here
    label, _made = Label.objects.get_or_create(name=LABEL, defaults={"colour": Label.Colour.AMBER})
    Label.objects.get_or_create(name="24 小时厅", defaults={"colour": Label.Colour.BLUE})
    places = _places()
    keepers = _keepers(chance, places)
    fleet = Fleet(chance, now, places, keepers)
    known = {kiosk.pk: kiosk for kiosk in Kiosk.objects.filter(labels=label).defer("status")}
    fresh = []
    for number in range(1, count + 1):
        kiosk = fleet.kiosk(number)
        if kiosk.pk in known:
            known[kiosk.pk].last_seen = kiosk.last_seen
        else:
            fresh.append(kiosk)
    Kiosk.objects.bulk_create(fresh, batch_size=_BATCH)
    Kiosk.objects.bulk_update(known.values(), ["last_seen"], batch_size=_BATCH)
    through = Kiosk.labels.through
    through.objects.bulk_create(
        [through(kiosk_id=kiosk.pk, label_id=label.pk) for kiosk in fresh], batch_size=_BATCH
    )
    Trend.objects.bulk_create((fleet.trend(kiosk) for kiosk in fresh), batch_size=_BATCH)
    AvailabilitySpan.objects.bulk_create(_all(map(fleet.spans, fresh)), batch_size=_BATCH)
    Silence.objects.bulk_create(_all(map(fleet.silences, fresh)), batch_size=_BATCH)
    Change.objects.bulk_create(_all(map(fleet.changes, fresh)), batch_size=_BATCH)
    return len(known) + len(fresh)


def _all(rows: Iterator[list[Any]]) -> Iterator[Any]:
    for some in rows:
        yield from some


def _places() -> list[Organisation]:
    root = Organisation.objects.get(pk=root_organisation())
    places = []
    for district in _DISTRICTS:
        above = _place(district, Organisation.Kind.DISTRICT, root)
        for street in _STREETS:
            below = _place(street, Organisation.Kind.STREET, above)
            places += [_place(name, Organisation.Kind.COMMUNITY, below) for name in _COMMUNITIES]
        places.append(_place(f"{_BRANCH}（{district[:2]}）", Organisation.Kind.BRANCH, above))
    return places


def _place(name: str, kind: str, parent: Organisation) -> Organisation:
    found = Organisation.objects.filter(name=name, parent=parent).first()
    return found or Organisation.objects.create(name=name, kind=kind, parent=parent)


def _keepers(chance: random.Random, places: list[Organisation]) -> list[Keeper]:
    """Two keepers to a district, found again by their names."""
    districts = {place.path.split("/")[2]: place for place in places}
    keepers = []
    for number, key in enumerate(sorted(districts)):
        district = Organisation.objects.get(pk=int(key))
        for turn in range(2):
            name = f"{chance.choice(_SURNAMES)}师傅（{district.name}{turn + 1}）"
            keeper, _made = Keeper.objects.get_or_create(
                name=name, organisation=district, defaults={"phone": f"0531-555{number:02d}{turn:02d}"}
            )
            keepers.append(keeper)
    return keepers
