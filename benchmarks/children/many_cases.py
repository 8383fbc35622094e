"""Fills a hub with invented cases, straight in its database: ``many_cases DATA COUNT``."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

BATCH = 5000


def main() -> None:
    """Make that many cases of all kiosks over a year, one in fifty still open."""
    from hub.command_line import prepare

    prepare(Path(sys.argv[1]))
    from hub.cases.models import Case

    rows = cases(int(sys.argv[2]))
    while batch := list(islice(rows, BATCH)):
        Case.objects.bulk_create(batch, batch_size=500)


def cases(count: int) -> Iterator[Any]:
    """Invented cases, not saved."""
    from django.utils import timezone

    from hub.cases.models import Case, resident_index
    from hub.kiosks.models import Kiosk
    from kiosk.wire import check_code

    chance = random.Random(6)
    now = timezone.now()
    places = list(Kiosk.objects.values_list("id", "organisation_id"))
    items = ("elderly-card", "residence-permit", "social-insurance-record", "annual-report")
    for number in range(count):
        kiosk, organisation = chance.choice(places)
        case = uuid4()
        is_open = number % 50 == 0
        received = now - timedelta(days=chance.random() * (20 if is_open else 365))
        person = str(number % 400_000)
        yield Case(
            id=case,
            case_no=f"3701-2025-{number:07d}",
            check_code=check_code(case),
            item_id=chance.choice(items),
            item_version=1,
            state=Case.State.RECEIVED if is_open else Case.State.DECIDED,
            outcome="" if is_open else Case.Outcome.GRANTED,
            kiosk_id=kiosk,
            organisation_id=organisation,
            captured_at=received,
            received_at=received,
            decided_at=None if is_open else received + timedelta(days=3),
            promised_by=(received + timedelta(days=15)).date(),
            promised_days=10,
            resident={"applicant": {"document": "typed", "number": person, "name": person}, "answers": {}},
            resident_index=resident_index(person),
        )


if __name__ == "__main__":
    main()
