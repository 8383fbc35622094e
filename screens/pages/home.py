"""The first page of a visit: one field to search in, a few tiles, what people often come for."""

from __future__ import annotations

from kiosk.pages import Choice, Home
from kiosk.text import text
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit.icons import Icon
from screens.kit.part import Column, Grid, Part, Row, Space
from screens.kit.pieces import heading, row_card, tile
from screens.kit.press import Press, Skin
from screens.kit.scroller import Scroller
from screens.kit.words import Words
from screens.look import Look

ELDER_TILES = 4


def render(look: Look, page: Home, hand: Hand) -> Sheet:
    """Tiles two by two (elder mode: four rows and "more"), then rows; scrolled when the panel is small."""
    m = look.measures
    kept = hand.kept
    shown = (
        page.tiles
        if not look.elder or kept.more or len(page.tiles) <= ELDER_TILES
        else page.tiles[:ELDER_TILES]
    )

    def more(_: str) -> None:
        kept.more = True
        hand.again()

    few = len(shown) <= ELDER_TILES
    tiles: list[Press] = [_tile(look, choice, hand, few=few) for choice in shown]
    if len(shown) < len(page.tiles):
        tiles.append(row_card(look, Choice("more", text("keys.more"), icon="list"), more))
    often: list[Part] = []
    if page.often and not (look.elder and len(shown) < len(page.tiles)):
        rows = Column([row_card(look, choice, hand.choose) for choice in page.often], gap=m.px(5))
        often = [Space(m.px(1)), heading(look, page.often_title), rows]
    field = _field(look, page, hand)
    if look.landscape:
        grid = Grid(
            tiles, columns=2 if few or look.elder else 3, gap=m.gap, grow=1.0, tallest=m.px(110), stretch=True
        )
        body = Scroller(look, Column([grid]), start=kept.scroll, moved=hand.scrolled)
        return Sheet(under=Column([field, *often], gap=m.px(5)), body=body, split=0.42 if few else 0.34)
    columns = 1 if look.elder else 2
    grid = Grid(tiles, columns=columns, gap=m.gap, grow=0.0 if often else 1.0, tallest=m.px(72), stretch=True)
    body = Scroller(look, Column([grid, *often], gap=m.px(6)), start=kept.scroll, moved=hand.scrolled)
    return Sheet(body=body, under=field)


def _tile(look: Look, choice: Choice, hand: Hand, *, few: bool) -> Press:
    if look.elder and not look.landscape:
        return row_card(look, choice, hand.choose)
    return tile(look, choice, hand.choose, tall=62 if few and _roomy(look) else 46)


def _roomy(look: Look) -> bool:
    """Whether the panel has height to spare for larger tiles."""
    m = look.measures
    return not look.landscape and m.panel.height >= m.px(440) and not m.low_reach


def _field(look: Look, page: Home, hand: Hand) -> Press:
    m = look.measures
    prompt = Words(look, page.prompt, "body", "soft", grow=1.0)
    inside = Row([Icon(look, "search", 11, "lamp"), prompt], gap=m.px(6), align="middle")
    skin = Skin("card", "lamp", "text", m.button_radius, m.stroke)
    return Press(
        look,
        inside,
        skin,
        key="find",
        label=page.prompt,
        fire=lambda: hand.choose("find"),
        pad=(m.px(8), m.px(4)),
        least=(m.target, m.main_height),
        role="searchbox",
    )
