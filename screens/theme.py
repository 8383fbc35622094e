"""Colours and measures: four themes over one set of names, six sizes of type, everything in millimetres.

No Kivy here. The tokens are those of the look ("a warm lamp at night"); every pair in ``TEXT_PAIRS`` keeps
a contrast of at least 7:1 (WCAG 2.2, 1.4.6) in every theme.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

from config.settings import PanelSettings

Colour = tuple[float, float, float, float]
ThemeName = Literal["night", "day", "contrast", "yellow"]
TypeSize = Literal["title", "tile", "button", "body", "small", "chip"]


@dataclass(frozen=True)
class Theme:
    """One set of colours, each written as RRGGBB."""

    name: ThemeName
    background: str
    raised: str
    card: str
    line: str
    text: str
    soft: str
    lamp: str
    on_lamp: str
    primary: str
    on_primary: str
    ok: str
    ok_ground: str
    warn: str
    warn_ground: str
    bad: str
    bad_ground: str

    def colour(self, token: str, alpha: float = 1.0) -> Colour:
        """A token as red, green, blue, alpha from 0 to 1."""
        value: str = getattr(self, token)
        return (int(value[0:2], 16) / 255, int(value[2:4], 16) / 255, int(value[4:6], 16) / 255, alpha)


NIGHT = Theme(
    name="night",
    background="0E1424",
    raised="131B30",
    card="1A2440",
    line="2C395F",
    text="F6F2E9",
    soft="B9C3DD",
    lamp="FFC163",
    on_lamp="1C1404",
    primary="FFC163",
    on_primary="1C1404",
    ok="74E0B0",
    ok_ground="123528",
    warn="FFD978",
    warn_ground="3A2E0C",
    bad="FF9A90",
    bad_ground="3A1A1E",
)
DAY = Theme(
    name="day",
    background="FBF8F1",
    raised="F3EEE2",
    card="FFFFFF",
    line="DDD5C3",
    text="171D2E",
    soft="444C62",
    lamp="754200",
    on_lamp="FFFFFF",
    primary="1B3A78",
    on_primary="FFFFFF",
    ok="0A5233",
    ok_ground="DFF3E8",
    warn="6B4A00",
    warn_ground="FFF1CC",
    bad="8E1B12",
    bad_ground="FCE8E4",
)
CONTRAST = Theme(
    name="contrast",
    background="000000",
    raised="000000",
    card="0A0A0A",
    line="FFFFFF",
    text="FFFFFF",
    soft="F0F0F0",
    lamp="FFD84A",
    on_lamp="000000",
    primary="FFFFFF",
    on_primary="000000",
    ok="7DFFC0",
    ok_ground="00291A",
    warn="FFE27A",
    warn_ground="2B2100",
    bad="FFB3AB",
    bad_ground="330A0A",
)
YELLOW = Theme(
    name="yellow",
    background="FFE100",
    raised="FFD500",
    card="FFF06A",
    line="000000",
    text="000000",
    soft="1F1B00",
    lamp="000000",
    on_lamp="FFE100",
    primary="000000",
    on_primary="FFE100",
    ok="00391F",
    ok_ground="FFF9C4",
    warn="3D2900",
    warn_ground="FFF9C4",
    bad="6B0000",
    bad_ground="FFF9C4",
)
THEMES: dict[str, Theme] = {theme.name: theme for theme in (NIGHT, DAY, CONTRAST, YELLOW)}

#: Which colour of writing stands on which ground somewhere on a page.
TEXT_PAIRS = (
    *(
        (ink, ground)
        for ink in ("text", "soft", "lamp", "bad")
        for ground in ("background", "raised", "card")
    ),
    ("soft", "warn_ground"),
    ("on_lamp", "lamp"),
    ("on_primary", "primary"),
    ("ok", "ok_ground"),
    ("warn", "warn_ground"),
    ("bad", "bad_ground"),
    ("text", "ok_ground"),
    ("text", "warn_ground"),
    ("text", "bad_ground"),
)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours RRGGBB, 1 to 21 (WCAG 2.2, relative luminance)."""

    def luminance(value: str) -> float:
        parts = (int(value[i : i + 2], 16) / 255 for i in (0, 2, 4))
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def tokens() -> tuple[str, ...]:
    """Names of all colours of a theme."""
    return tuple(field.name for field in fields(Theme) if field.name != "name")


def theme_at(setting: str, now: datetime) -> ThemeName:
    """The theme a visit starts in: the site's choice, or with ``auto`` day from 7 to 19 o'clock."""
    if setting in THEMES:
        return THEMES[setting].name
    return "day" if 7 <= now.hour < 19 else "night"


#: Em of the six sizes of type, mm.
TYPE_SCALE: dict[TypeSize, float] = {
    "title": 16.0,
    "tile": 12.0,
    "button": 10.5,
    "body": 8.5,
    "small": 7.5,
    "chip": 7.0,
}
ELDER_FACTOR = 1.3

#: The band in which every target lies in low-reach mode, mm above the floor (draft of EN 301 549; UX notes
#: 1.3).
LOW_REACH_BAND = (800.0, 1100.0)


@dataclass(frozen=True)
class Measures:
    """Millimetres to pixels of one panel, in the current mode."""

    panel: PanelSettings
    elder: bool = False
    low_reach: bool = False

    def px(self, millimetres: float) -> int:
        """Whole pixels of a length in mm."""
        return max(1, round(millimetres * self.panel.pixels_per_mm))

    def type(self, size: TypeSize) -> int:
        """Em of a type size in pixels."""
        return self.px(TYPE_SCALE[size] * (ELDER_FACTOR if self.elder else 1.0))

    def pick(self, normal: float, elder: float) -> int:
        """Pixels of a length that differs in elder mode, both in mm."""
        return self.px(elder if self.elder else normal)

    @property
    def landscape(self) -> bool:
        """Whether the picture is wider than high."""
        return self.panel.width > self.panel.height

    @property
    def margin(self) -> int:
        """Space left and right of a page: 14 mm, less on narrow panels and where large keys need it."""
        return min(self.pick(14, 12), round(self.panel.width * 0.052))

    @property
    def gap(self) -> int:
        """Space between tiles, rows and buttons."""
        return self.px(7)

    @property
    def small_gap(self) -> int:
        """Space between lines that belong together."""
        return self.px(2.5)

    @property
    def key_gap(self) -> int:
        """Space between the keys of a keyboard (UX notes 1.4)."""
        return self.pick(3, 5)

    @property
    def radius(self) -> int:
        """Corners of tiles and rows."""
        return self.px(9)

    @property
    def button_radius(self) -> int:
        """Corners of buttons."""
        return self.px(7.5)

    @property
    def bar_radius(self) -> int:
        """Corners of the bar's keys."""
        return self.px(6.5)

    @property
    def main_height(self) -> int:
        """Height of the one main action."""
        return self.pick(30, 34)

    @property
    def second_height(self) -> int:
        """Height of every other button."""
        return self.pick(24, 28)

    @property
    def row_height(self) -> int:
        """Least height of a row that can be chosen."""
        return self.pick(28, 34)

    @property
    def target(self) -> int:
        """Least width and height of anything to touch, keyboards apart."""
        return self.pick(20, 25)

    @property
    def bar_key(self) -> int:
        """Height of the bar's keys."""
        return self.pick(27, 34)

    @property
    def stroke(self) -> int:
        """Width of borders: 2 px on a 21.5 inch panel."""
        return max(1, self.px(0.5))

    @property
    def reach(self) -> tuple[int, int]:
        """Pixels from the picture's lower edge between which targets lie.

        In low-reach mode the band, else everything.
        """
        if not self.low_reach:
            return (0, self.panel.height)
        low, high = (
            round((edge - self.panel.lower_edge_mm) * self.panel.pixels_per_mm) for edge in LOW_REACH_BAND
        )
        low, high = max(0, low), min(self.panel.height, high)
        # A panel hung outside the band, or touching only a sliver of it, has to keep its targets where it is.
        return (low, high) if high - low >= self.px(180) else (0, self.panel.height)
