"""Every kind of page in every mode: everything fits, everything can be touched, nothing lies upon anything else."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from config.settings import PanelSettings
from kiosk.pages import Page
from tests.screens.conftest import LANDSCAPE, PORTRAIT, Screen
from tests.screens.sample_pages import Both, pages

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES = pages()
TALL_32_INCH = PORTRAIT.model_copy(update={"diagonal_inches": 32.0, "lower_edge_mm": 700.0})
MODES = [
    (panel, elder, low, language)
    for panel in (PORTRAIT, LANDSCAPE, TALL_32_INCH)
    for elder, low, language in itertools.product((False, True), (False, True), ("zh", "en"))
    if panel is not TALL_32_INCH or language == "zh"
]


def names(mode: object) -> str:
    if isinstance(mode, PanelSettings):
        return f"{mode.width}x{mode.height}-{mode.diagonal_inches:g}in"
    return str(mode)


def drawn(panel: PanelSettings, page: Page, *, elder: bool, low: bool, language: str) -> object:
    """A page drawn for a panel, without a window of that size."""
    from screens.bar import Modes
    from screens.frame import Surroundings, View
    from screens.hand import Hand, Kept
    from screens.look import Look
    from screens.pages import render
    from screens.strings import Strings
    from screens.strip import StripState
    from screens.theme import NIGHT, Measures

    look = Look(
        Measures(panel, elder=elder, low_reach=low),
        NIGHT,
        Strings(language, strict=True),
        reduced_motion=True,
    )
    hand = Hand(lambda id_, value: None, lambda: None, Kept(draft=getattr(page, "draft", "")))
    place = Both("经十路社区 24 小时自助服务区", "Jingshi Road 24-hour service area")
    strip = StripState(place, Both("网络正常", "Online"))
    modes = Modes(elder=elder, low=low, language=language)
    around = Surroundings(modes, True, strip, "02:14", lambda key: None, lambda: None)
    view = View(look, page, render(look, page, hand), hand, around)
    view.place(0, 0, panel.width, panel.height)
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
    assert faults == []


def _stop(view: object) -> None:
    from screens.frame import parts_of

    for part in parts_of(view):
        getattr(part, "stop", lambda: None)()


def _faults(view: object) -> Iterator[str]:
    from screens.frame import parts_of
    from screens.kit.press import Press
    from screens.kit.words import Words

    parts = parts_of(view)
    presses = [part for part in parts if isinstance(part, Press)]
    for part in parts:
        if isinstance(part, Words) and part.text and not part.fits:
            yield f"the words {part.text!r} do not fit into {part.width} x {part.height}"
        left, right = part.extent if isinstance(part, Words) else (part.x, part.right)
        if isinstance(part, Press | Words) and (left < -1 or right > view.width + 1):  # type: ignore[attr-defined]
            yield f"{getattr(part, 'text', part.key)!r} sticks out at the side"
    for press in presses:
        yield from _touchable(view, press)
    for one, other in itertools.combinations(presses, 2):
        if _in_view(one) and _in_view(other) and _overlap(one, other):
            yield f"{one.key!r} lies upon {other.key!r}"


def _touchable(view: object, press: object) -> Iterator[str]:
    m = view.look.measures  # type: ignore[attr-defined]
    least = (m.target, m.target)
    if press.role == "key":  # type: ignore[attr-defined]
        least = (m.pick(16, 20), m.pick(18, 22))
    if press.width + 1 < least[0] or press.height + 1 < least[1]:  # type: ignore[attr-defined]
        yield f"{press.key!r} is only {press.width} x {press.height} px, {least} wanted"  # type: ignore[attr-defined]
    low, high = m.reach
    if _in_view(press) and press.key not in ("start", "here"):  # type: ignore[attr-defined]
        bottom, top = _span(press)
        if bottom < low - 1 or top > high + 1:
            yield f"{press.key!r} is out of reach: {bottom}..{top} px, {low}..{high} wanted"  # type: ignore[attr-defined]


def _scroller(press: object) -> object | None:
    from screens.kit.scroller import Scroller

    parent = press.parent  # type: ignore[attr-defined]
    while parent is not None:
        if isinstance(parent, Scroller) and press not in (parent.up, parent.down):
            return parent
        parent = getattr(parent, "parent", None)
        if parent is getattr(parent, "parent", None):
            return None
    return None


def _span(press: object) -> tuple[float, float]:
    """Where on the panel a key lies, as far as it is in view."""
    bottom, top = (press.to_window(press.x, edge)[1] for edge in (press.y, press.top))  # type: ignore[attr-defined]
    scroller = _scroller(press)
    if scroller is None:
        return bottom, top
    port = scroller.port  # type: ignore[attr-defined]
    return max(bottom, port.y), min(top, port.top)


def _in_view(press: object) -> bool:
    bottom, top = _span(press)
    return top - bottom > 1


def _overlap(one: object, other: object) -> bool:
    (one_bottom, one_top), (other_bottom, other_top) = _span(one), _span(other)
    beside = one.right <= other.x + 1 or other.right <= one.x + 1  # type: ignore[attr-defined]
    return not (beside or one_top <= other_bottom + 1 or other_top <= one_bottom + 1)
