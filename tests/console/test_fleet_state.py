"""How a kiosk stands, what became of its day, how long its paper lasts: computed without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.kiosks.ledger import MINUTES, Layer, Share, minutes, parts_of
from hub.kiosks.state import Cutoffs, LiveState, Stretch, listened
from hub.kiosks.supplies import Forecast, PaperUse, Unknown, forecast

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = Stretch(datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 21, tzinfo=UTC))


def ago(**length: float) -> datetime:
    return NOON - timedelta(**length)


@pytest.mark.parametrize(
    ("last_seen", "state"),
    [
        (ago(seconds=0), LiveState.ONLINE),
        (ago(seconds=60), LiveState.ONLINE),
        (ago(seconds=61), LiveState.RECENT),
        (ago(minutes=10), LiveState.RECENT),
        (ago(minutes=11), LiveState.STALE),
        (ago(hours=24), LiveState.STALE),
        (ago(hours=25), LiveState.OFFLINE),
        (None, LiveState.OFFLINE),
    ],
)
def test_four_words_by_the_hubs_clock(last_seen: datetime | None, state: LiveState) -> None:
    assert Cutoffs.at(NOON).state(last_seen) is state


def test_nobody_is_offline_because_the_hub_was_down() -> None:
    weekend = [Stretch(ago(hours=60), ago(seconds=20))]
    back = Cutoffs.at(NOON, weekend)
    assert back.state(ago(hours=60, seconds=15)) is LiveState.ONLINE
    assert back.state(ago(hours=61)) is LiveState.STALE
    assert back.state(ago(hours=100)) is LiveState.OFFLINE


moments = st.integers(-100, 200_000).map(lambda seconds: DAY.since + timedelta(seconds=seconds))


@settings(max_examples=40)
@given(
    st.lists(moments, min_size=2, max_size=8, unique=True),
    st.sampled_from([timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=24)]),
)
def test_a_cutoff_is_where_the_hub_has_listened_for_so_long(
    edges: list[datetime], silence: timedelta
) -> None:
    edges = sorted(edges[: len(edges) // 2 * 2])
    down = [Stretch(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)]
    now = max(edges) + timedelta(seconds=5)
    cutoffs = Cutoffs.at(now, down, silence / 2)
    assert listened(Stretch(cutoffs.online, now), down) == silence
    assert cutoffs.stale <= cutoffs.recent


layers = st.lists(
    st.builds(
        lambda since, length, share: Layer(since, since + length if length else None, share),
        moments,
        st.none() | st.timedeltas(timedelta(0), timedelta(hours=30)),
        st.sampled_from(list(Share)),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(layers)
def test_a_day_always_adds_up(found: list[Layer]) -> None:
    parts = parts_of(DAY, found)
    assert (parts[0].stretch.since, parts[-1].stretch.until) == (DAY.since, DAY.until)
    for one, following in pairwise(parts):
        assert one.stretch.until == following.stretch.since
        assert (one.share, one.cause) != (following.share, following.cause)
    assert sum(minutes(parts).values()) == MINUTES


def test_what_a_day_went_to() -> None:
    def at(hour: float) -> datetime:
        return DAY.since + timedelta(hours=hour)

    day = parts_of(
        DAY,
        [
            Layer(at(23), None, Share.TO_COME),
            Layer(at(3), at(4), Share.NETWORK),
            Layer(at(2), at(5), Share.DEVICE, "camera"),
            Layer(at(8), at(8.5), Share.PAPER),
        ],
    )
    assert minutes(day) == {
        Share.AVAILABLE: 1440 - 60 - 180 - 30,
        Share.DEVICE: 120,
        Share.PAPER: 30,
        Share.NETWORK: 60,
        Share.TO_COME: 60,
    }


def test_paper_is_foretold_only_from_what_is_known() -> None:
    month = [40, 44, 36, 40, 42, 38, 40]
    assert forecast(PaperUse(month[:2], since_change=10)) is Unknown.FEW_DAYS
    assert forecast(PaperUse([0, 0, 0, 0], since_change=10)) is Unknown.NOT_USED
    assert forecast(PaperUse(month, since_change=None)) is Unknown.NO_CHANGE_SEEN
    assert forecast(PaperUse(month, paper="out")) == Forecast(0, 0, learned=False)
    assumed = forecast(PaperUse(month, since_change=100, paper="full"))
    learned = forecast(PaperUse(month, since_change=100, rolls=[310, 330], paper="full"))
    assert isinstance(assumed, Forecast)
    assert isinstance(learned, Forecast)
    assert (learned.least, learned.most, learned.learned) == (5, 5, True)
    assert assumed.least <= learned.least <= learned.most < assumed.most
    low = forecast(PaperUse(month, since_change=300, paper="low"))
    assert isinstance(low, Forecast)
    assert low.most <= 3


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 500), min_size=3, max_size=14),
    st.integers(0, 2000),
    st.lists(st.integers(1, 600), max_size=5),
    st.sampled_from(["full", "low", "out", "unknown", None]),
)
def test_a_forecast_is_a_range_and_less_paper_is_never_more_days(
    days: list[int], used: int, rolls: list[int], paper: str | None
) -> None:
    now, later = (forecast(PaperUse(days, since, rolls, paper)) for since in (used, used + 50))
    if isinstance(now, Forecast) and isinstance(later, Forecast):
        assert 0 <= now.least <= now.most
        assert later.least <= now.least
        assert later.most <= now.most
