"""Figures of the evaluations: first ratings only, silence is no rating, everybody within their scope."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from hub.evaluations.figures import By, figures, open_complaints
from hub.kiosks.models import Kiosk
from tests.console.conftest import Organisations
from tests.console.said import ITEM, a_case, complain, rate

OCTOBER = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)  # 23:59 in China
NOVEMBER = datetime(2026, 10, 31, 16, 1, tzinfo=UTC)
YEAR = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture
def rated(kiosk: Kiosk, organisations: Organisations) -> Kiosk:
    """Three cases, two of them rated, one of those twice; a guide rated elsewhere."""
    for number, level in (("1", 5), ("2", 2)):
        case = a_case(kiosk, f"3701-2026-00000{number}", received_at=OCTOBER)
        rate(kiosk, level, OCTOBER, case_no=case.case_no, reasons=["hard-to-use"] if level == 2 else [])
    rate(kiosk, 5, NOVEMBER, case_no="3701-2026-000002")
    a_case(kiosk, "3701-2026-000003", received_at=NOVEMBER)
    elsewhere = Kiosk.objects.create(
        id="K0000002", public_key=bytes(32), place="西区邮局", organisation=organisations.west
    )
    rate(elsewhere, 4, NOVEMBER, of="guide", item_id="residence-permit-apply")
    return elsewhere


def test_counts_levels_reasons_and_the_share_of_the_filed(rated: Kiosk, account: Callable[..., User]) -> None:
    (whole,) = figures(account("auditor"), *YEAR)
    assert whole.by_level == (1, 1, 0, 1, 0), "the second rating of a case counts nowhere"
    assert (whole.filed, whole.filed_rated) == (3, 2)
    assert whole.top_reasons == [("hard-to-use", 1)]
    assert whole.bad == 1
    assert whole.good_share == pytest.approx(2 / 3)
    assert whole.rated_share == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("item", {ITEM: (2, 3), "residence-permit-apply": (1, 0)}),
        ("organisation", {"东街支行": (2, 3), "西区": (1, 0)}),
        ("kiosk", {"K0000001 东街支行大厅": (2, 3), "K0000002 西区邮局": (1, 0)}),
        ("month", {"2026-10-01": (2, 2), "2026-11-01": (1, 1)}),
    ],
)
def test_groups(
    rated: Kiosk, account: Callable[..., User], by: By, expected: dict[str, tuple[int, int]]
) -> None:
    found = figures(account("clerk"), *YEAR, by)
    assert {one.name: (one.rated, one.filed) for one in found} == expected


def test_days_are_those_of_the_hub(rated: Kiosk, account: Callable[..., User]) -> None:
    (october,) = figures(account("clerk"), date(2026, 10, 1), date(2026, 10, 31))
    assert october.rated == 2
    assert figures(account("clerk"), date(2025, 1, 1), date(2025, 12, 31)) == []


def test_everybody_sees_their_own_places(
    rated: Kiosk, organisations: Organisations, account: Callable[..., User]
) -> None:
    (west,) = figures(account("administrator", organisations.west), *YEAR)
    assert (west.rated, west.filed) == (1, 0)
    assert open_complaints(account("administrator", organisations.west), date(2026, 11, 22)).open == 0
    everywhere = open_complaints(account("administrator"), date(2026, 11, 22))
    assert (everywhere.open, everywhere.late) == (1, 1)


def test_the_table_holds_what_the_page_shows_and_no_formula(
    kiosk: Kiosk, rated: Kiosk, console: Callable[..., Client]
) -> None:
    Kiosk.objects.filter(pk=rated.pk).update(id="K0000002", place="=1+1")
    address = reverse("admin:evaluations_figures_changelist")
    asked = {"since": "2026-01-01", "until": "2026-12-31", "by": "item"}
    client = console("clerk")
    assert client.get(address, asked).status_code == 200
    rate(kiosk, 1, NOVEMBER, of="guide", item_id="a")
    text = client.get(address, asked | {"format": "csv"}).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 4
    assert rows[1][1:4] == ["3", "2", "2"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    "asked", [{"since": "yesterday"}, {"by": "phone"}, {"since": "2027-01-01", "until": "2026-01-01"}]
)
def test_nonsense_is_the_last_thirty_days(console: Callable[..., Client], asked: dict[str, str]) -> None:
    assert console("clerk").get(reverse("admin:evaluations_figures_changelist"), asked).status_code == 200


def test_who_may_not_see_figures_does_not(console: Callable[..., Client], kiosk: Kiosk) -> None:
    complain(kiosk)
    assert console("security_officer").get(reverse("admin:evaluations_figures_changelist")).status_code == 403
