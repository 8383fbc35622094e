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
    shown = page.tiles if not look.elder or kept.more or len(page.tiles) <= ELDER_TILES else page.tiles[:ELDER_TILES]

    def more(_: str) -> None:
        kept.more = True
        hand.again()

    few = len(shown) <= ELDER_TILES
    tiles: list[Press] = [_tile(look, choice, hand, few=few) for choice in shown]
    if len(shown) < len(page.tiles):
        tiles.append(row_card(look, Choice("more", text("keys.more"), icon="list"), more))
    columns = 1 if look.elder and not look.landscape else 2
    parts: list[Part] = [Grid(tiles, columns=columns, gap=m.gap, grow=0.0 if page.often else 1.0, tallest=m.px(72), stretch=True)]
    often = () if look.elder and not kept.more and len(page.tiles) > ELDER_TILES else page.often
    if often:
        parts.append(Space(m.px(2)))
        parts.append(heading(look, page.often_title))
        parts.append(Column([row_card(look, choice, hand.choose) for choice in often], gap=m.px(5)))
    body = Scroller(look, Column(parts, gap=m.px(6)), start=kept.scroll, moved=hand.scrolled)
    return Sheet(body=body, under=_field(look, page, hand))


def _tile(look: Look, choice: Choice, hand: Hand, *, few: bool) -> Press:
    if look.elder and not look.landscape:
        return row_card(look, choice, hand.choose)
    return tile(look, choice, hand.choose, tall=54 if few else 46)


def _field(look: Look, page: Home, hand: Hand) -> Press:
    m = look.measures
    prompt = Words(look, page.prompt, "body", "soft", grow=1.0)
    inside = Row([Icon(look, "search", 11, "lamp"), prompt], gap=m.px(6), align="middle")
    skin = Skin("card", "lamp", "text", m.button_radius, m.stroke)
    return Press(
        look, inside, skin, key="find", label=page.prompt, fire=lambda: hand.choose("find"), pad=(m.px(8), m.px(4)),
        least=(m.target, m.main_height), role="searchbox",
    )  # fmt: skip
