"""Every kind of page in every mode: everything fits and can be touched, nothing lies upon anything else."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from config.settings import PanelSettings
from kiosk.pages import Page
from tests.screens.conftest import LANDSCAPE, PORTRAIT, Screen
from tests.screens.sample_pages import Both, pages
from tests.screens.sample_writing import Written, ready_engine, written_pages

if TYPE_CHECKING:
    from screens.frame import View

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES = pages()
WRITTEN = written_pages()
TALL_32_INCH = PORTRAIT.model_copy(update={"diagonal_inches": 32.0, "lower_edge_mm": 700.0})
MODES = [
    (panel, elder, low, language)
    for panel in (PORTRAIT, LANDSCAPE, TALL_32_INCH)
    for elder, low, language in itertools.product((False, True), (False, True), ("zh", "en"))
    if panel is not TALL_32_INCH or (language == "zh" and elder == low)
]


def names(mode: object) -> str:
    if isinstance(mode, PanelSettings):
        return f"{mode.width}x{mode.height}-{mode.diagonal_inches:g}in"
    return str(mode)


def drawn(
    panel: PanelSettings,
    page: Page,
    *,
    elder: bool,
    low: bool,
    language: str,
    written: Written | None = None,
) -> View:
    """A page drawn for a panel, without a window of that size."""
    from screens.bar import Modes
    from screens.frame import Surroundings, View, parts_of
    from screens.hand import Hand, Kept
    from screens.input.desk import Desk
    from screens.look import Look
    from screens.pages import render
    from screens.strings import Strings
    from screens.strip import StripState
    from screens.theme import NIGHT, Measures

    desk = None
    if written is not None:
        desk = Desk(installed=("pinyin", "hand"), engine=ready_engine(written.offered))
        desk.choose(written.method)
    look = Look(
        Measures(panel, elder=elder, low_reach=low),
        NIGHT,
        Strings(language, strict=True),
        reduced_motion=True,
    )
    hand = Hand(lambda id_, value: None, lambda: None, Kept(draft=getattr(page, "draft", "")), desk or Desk())
    if written is not None:
        hand.kept.letters, hand.kept.strokes = written.letters, [list(stroke) for stroke in written.strokes]
    place = Both("经十路社区 24 小时自助服务区", "Jingshi Road 24-hour service area")
    strip = StripState(place, Both("网络正常", "Online"))
    modes = Modes(elder=elder, low=low, language=language)
    around = Surroundings(modes, True, strip, "02:14", lambda key: None, lambda: None)
    view = View(look, page, render(look, page, hand), hand, around)
    view.place(0, 0, panel.width, panel.height)
    if written is not None and written.sheet:
        next(part for part in parts_of(view) if part.key == "candidates-more").fire()
    return view


@pytest.mark.parametrize(("panel", "elder", "low", "language"), MODES, ids=names)
async def test_everything_fits_and_can_be_touched(
    window: Screen, panel: PanelSettings, elder: bool, low: bool, language: str
) -> None:
    faults = []
    for name, page in PAGES.items():
        view = drawn(panel, page, elder=elder, low=low, language=language)
        faults += [f"{name}: {fault}" for fault in _faults(view)]
        _stop(view)
    for name, (page, written) in WRITTEN.items():
        view = drawn(panel, page, elder=elder, low=low, language=language, written=written)
        faults += [f"{name}: {fault}" for fault in _faults(view)]
        _stop(view)
    assert faults == []


def _stop(view: View) -> None:
    from screens.frame import parts_of

    for part in parts_of(view):
        getattr(part, "stop", lambda: None)()


@dataclass(frozen=True)
class Seen:
    """Where something is seen on the panel, in pixels: what is scrolled away is not."""

    part: Any
    left: float
    bottom: float
    right: float
    top: float

    @property
    def nothing(self) -> bool:
        return self.top - self.bottom <= 1 or self.right - self.left <= 1

    def meets(self, other: Seen) -> bool:
        beside = self.right <= other.left + 1 or other.right <= self.left + 1
        return not (beside or self.top <= other.bottom + 1 or other.top <= self.bottom + 1)


def _seen(part: Any) -> Seen:
    from screens.kit.words import Words

    left, right, bottom, top = part.x, part.right, part.y, part.top
    if isinstance(part, Words):
        # The ink, not the box; and of a line its middle, as lines of one text touch.
        left, right = part.extent
        spare = max(0.0, part.height - part.height_for(part.width)) / 2 + part.em * 0.2
        bottom, top = bottom + spare, top - spare
    shift = part.to_window(part.x, part.y)[1] - part.y
    seen = Seen(part, left, bottom + shift, right, top + shift)
    port = _port(part)
    if port is None:
        return seen
    return replace(seen, bottom=max(seen.bottom, port.y), top=min(seen.top, port.top))


def _port(part: Any) -> Any:
    """The window of the scroller a part moves in, if it does."""
    from screens.kit.scroller import Scroller

    child, parent = part, part.parent
    while parent is not None and parent is not child:
        if isinstance(parent, Scroller):
            return parent.port if child is parent.port else None
        child, parent = parent, parent.parent
    return None


def _faults(view: View) -> Iterator[str]:
    from screens.frame import parts_of
    from screens.kit.press import Press
    from screens.kit.words import Words

    presses = [_seen(part) for part in parts_of(view) if isinstance(part, Press)]
    words = [_seen(part) for part in parts_of(view) if isinstance(part, Words) and part.text]
    for seen in words:
        if not seen.part.fits:
            yield f"the words {seen.part.text!r} do not fit into {seen.part.size}"
    for seen in [*presses, *words]:
        if seen.left < -1 or seen.right > view.width + 1:
            yield f"{seen.part} sticks out at the side"
    for press in presses:
        yield from _touchable(view, press)
    for alike in (presses, words):
        for one, other in itertools.combinations([seen for seen in alike if not seen.nothing], 2):
            if one.meets(other):
                yield f"{_name(one)} lies upon {_name(other)}"


def _name(seen: Seen) -> str:
    return str(getattr(seen.part, "text", seen.part.key))


def _touchable(view: View, seen: Seen) -> Iterator[str]:
    m, press = view.look.measures, seen.part
    least = (m.pick(16, 20), m.pick(18, 22)) if press.role == "key" else (m.target, m.target)
    if press.role == "candidate":
        least = (m.pick(20, 24), m.pick(20, 24))
    if press.width + 1 < least[0] or press.height + 1 < least[1]:
        yield f"{press.key!r} is only {press.size} px, {least} wanted"
    low, high = m.reach
    whole = press.key in ("start", "here")
    if not (whole or seen.nothing) and (seen.bottom < low - 1 or seen.top > high + 1):
        yield f"{press.key!r} is out of reach: {seen.bottom}..{seen.top} px, {low}..{high} wanted"
