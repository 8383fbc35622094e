"""The five levels of a rating: a face and its words each, all alike, none chosen; or the thanks for one."""

from __future__ import annotations

from collections.abc import Callable

from kiosk.pages import Choice, Rating
from screens.kit.icons import Icon
from screens.kit.part import Column, Flow, Grid, Part, Row
from screens.kit.press import Press, Skin, Surface, card_skin
from screens.kit.words import Words
from screens.look import Look


def rating_part(look: Look, rating: Rating, choose: Callable[[str], None]) -> Part:
    """The question with its note, and the faces in one row."""
    m = look.measures
    if not rating.choices:
        return _thanks(look, rating)
    title = Words(look, rating.title, "tile", bold=True, key="rating")
    said: list[Part] = [title, *([Words(look, rating.note, "small", "soft")] if rating.note else [])]
    faces = [_face(look, choice, choose) for choice in rating.choices]
    return Column(
        [Flow(said, gap=m.px(5)), Grid(faces, columns=5, gap=m.px(3 if look.elder else 4))], gap=m.px(4)
    )


def _face(look: Look, choice: Choice, choose: Callable[[str], None]) -> Press:
    m = look.measures
    words = Words(look, choice.title, "chip", align="center", balanced=True)
    inside = Column([Icon(look, choice.icon or "star", 17, "lamp"), words], gap=m.px(1.5))
    return Press(
        look,
        inside,
        card_skin(look),
        key=choice.id,
        label=choice.title,
        fire=lambda: choose(choice.id),
        pad=(m.px(1.5), m.px(4)),
        least=(m.target, m.px(36)),
    )


def _thanks(look: Look, rating: Rating) -> Part:
    m = look.measures
    words = Words(look, rating.title, "body", "ok", bold=True, settle="middle", grow=1.0, key="rating")
    row = Row([Icon(look, "check", 10, "ok"), words], gap=m.px(4), align="middle")
    return Surface(look, row, Skin("ok_ground", None, "ok", m.radius, 0), pad=(m.px(8), m.px(5)))
