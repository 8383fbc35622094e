"""The bottom bar, the same on every page.

Larger, read aloud, lower, language, could not, and help, which glows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from kiosk.text import text
from screens.kit import paint
from screens.kit.part import Grid, Part
from screens.kit.press import Labelled, Press, Skin, stacked
from screens.kit.words import Words
from screens.look import Look

BarKey = Literal["elder", "speech", "low", "language", "could-not", "help", "theme", "leave"]
_ICONS: dict[str, str] = {
    "elder": "text-size",
    "speech": "speaker",
    "low": "arrow-down-to-line",
    "language": "globe",
    "could-not": "message",
    "help": "phone",
    "theme": "contrast",
    "leave": "home",
}


@dataclass(frozen=True)
class Modes:
    """What the resident has switched on."""

    elder: bool = False
    speech: bool = False
    low: bool = False
    language: str = "zh"
    theme: str = "night"


class Bar(Part):
    """The bar; in low-reach mode the keys of the top strip stand here too."""

    def __init__(self, look: Look, modes: Modes, press: Callable[[BarKey], None], *, speech: bool) -> None:
        super().__init__(key="bar")
        self.look = look
        keys: list[BarKey] = ["elder", "speech", "low", "language", "could-not", "help"]
        if modes.low:
            keys[5:5] = ["theme", "leave"]
        per_row = 6 if len(keys) == 6 or look.landscape else 4
        columns = len(keys) if look.landscape else per_row
        self.grid = Grid(
            [self._key(look, key, modes, press, enabled=speech or key != "speech") for key in keys],
            columns=columns,
            gap=look.measures.px(3),
            stretch=True,
        )
        self.add_widget(self.grid)

    @staticmethod
    def _key(
        look: Look, key: BarKey, modes: Modes, press: Callable[[BarKey], None], *, enabled: bool
    ) -> Press:
        m = look.measures
        chosen = {"elder": modes.elder, "speech": modes.speech, "low": modes.low}.get(key, False)
        skin = Skin(
            "background",
            "lamp" if chosen else "line",
            "lamp" if chosen else "text",
            m.bar_radius,
            m.stroke * (2 if chosen else 1),
        )
        if key == "help":
            skin = Skin("primary", None, "on_primary", m.bar_radius, 0)
        if not enabled:
            skin = Skin(None, None, "soft", m.bar_radius, 0)
        label = text(f"bar.{key}")
        words = Words(
            look, label, "chip", skin.ink, bold=key == "help", align="left" if look.landscape else "center"
        )
        inside: Part
        if look.landscape:
            inside = Labelled(look, _ICONS[key], words, skin.ink, 9)
        else:
            inside = stacked(look, _ICONS[key], words, skin.ink, 9, gap=0.5)
        least = (m.target, m.pick(22, 26) if look.landscape else m.bar_key)
        role = "switch" if key in ("elder", "speech", "low") else "button"
        return Press(
            look,
            inside,
            skin,
            key=f"bar-{key}",
            label=label,
            fire=lambda: press(key),
            pad=(m.px(1), m.px(2)),
            least=least,
            selected=chosen,
            enabled=enabled,
            role=role,
        )

    def _pad(self) -> tuple[float, float]:
        m = self.look.measures
        return (min(m.px(6), m.margin), m.px(4 if self.look.landscape else 5.5))

    def height_for(self, width: float) -> float:
        pad_x, pad_y = self._pad()
        return self.grid.height_for(width - 2 * pad_x) + 2 * pad_y

    def arrange(self) -> None:
        pad_x, pad_y = self._pad()
        self.canvas.before.clear()
        with self.canvas.before:
            stroke = self.look.measures.stroke
            paint.box((self.x, 0, self.width, self.top), 0, self.look.colour("raised"))
            paint.box((self.x, self.top - stroke, self.width, stroke), 0, self.look.colour("line"))
        self.grid.place(self.x + pad_x, self.y + pad_y, self.width - 2 * pad_x, self.height - 2 * pad_y)
