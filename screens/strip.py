"""The top strip: lamp, place, network, time, and two quiet keys for colours and leaving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from kiosk.pages import Tone
from kiosk.text import Sayable, text
from screens.bar import BarKey
from screens.kit import paint
from screens.kit.part import Part
from screens.kit.press import Press, icon_key
from screens.kit.words import Words
from screens.look import Look

_TONE_INK = {"ok": "soft", "quiet": "soft", "warn": "text", "bad": "bad"}


@dataclass(frozen=True)
class StripState:
    """What the top strip says: the place, and how the network is, in words with a tone."""

    place: Sayable
    network: Sayable
    tone: Tone = "ok"


class Strip(Part):
    """The strip. Everything on one line if there is room, else the place below."""

    def __init__(
        self,
        look: Look,
        state: StripState,
        clock: str,
        press: Callable[[BarKey], None],
        *,
        keys: tuple[BarKey, ...],
    ) -> None:
        super().__init__(key="strip")
        self.look = look
        self.name = Words(look, text("strip.name"), "body", bold=True)
        self.place_words = Words(look, state.place, "small", "soft")
        self.network = Words(look, state.network, "small", _TONE_INK[state.tone])
        self.clock = Words(look, clock, "small", "soft")
        icons = {"theme": "contrast", "leave": "home"}
        self.keys: list[Press] = [
            icon_key(look, icons[key], text(f"bar.{key}"), partial(press, key), key=f"bar-{key}")
            for key in keys
        ]
        for part in (self.name, self.place_words, self.network, self.clock, *self.keys):
            self.add_widget(part)

    def update(self, state: StripState, clock: str) -> None:
        """Show another time or state of the network; draws only what changed."""
        before = (self.network.text, self.clock.text)
        if (self.look.say(state.network), clock) == before:
            return
        self.network.token = _TONE_INK[state.tone]
        self.network.text, self.clock.text = self.look.say(state.network), clock
        self.network.lines(-2.0)
        self.clock.lines(-2.0)
        self.arrange()

    def _keys_width(self) -> float:
        m = self.look.measures
        return len(self.keys) * (m.target + m.px(3)) + (m.px(3) if self.keys else 0)

    def _lamp_width(self) -> float:
        return self.look.measures.px(7.5)

    def _one_line(self, width: float) -> bool:
        m = self.look.measures
        words = (self.name, self.place_words, self.network, self.clock)
        wanted = sum(part.width_wanted() for part in words) + self._lamp_width() + 3 * m.px(4) + m.px(2)
        return wanted <= width - self._keys_width()

    def height_for(self, width: float) -> float:
        m = self.look.measures
        if self._one_line(width):
            return max(m.target if self.keys else 0, self.name.height_for(width))
        first = self.name.height_for(width)
        second = self.place_words.height_for(width - self._keys_width() - self._lamp_width())
        return max(m.target if self.keys else 0, first + second)

    def arrange(self) -> None:
        m = self.look.measures
        left = self.x + self._lamp_width()
        right = self.right - (self._keys_width() if self.keys else 0)
        one_line = self._one_line(self.width)
        first = self.height if one_line else self.name.height_for(self.width)
        y = self.top - first
        self._draw_lamp(y + first / 2)
        self.name.place(left, y, self.name.width_wanted(), first)
        if one_line:
            clock_width, network_width = self.clock.width_wanted(), self.network.width_wanted()
            self.clock.place(right - clock_width, y, clock_width, first)
            self.network.place(right - clock_width - m.px(4) - network_width, y, network_width, first)
            self.place_words.place(self.name.right + m.px(4), y, self.place_words.width_wanted(), first)
        else:
            self.clock.place(self.name.right + m.px(4), y, self.clock.width_wanted(), first)
            self.network.place(self.clock.right + m.px(4), y, self.network.width_wanted(), first)
            room = right - left
            tall = self.place_words.height_for(room)
            self.place_words.place(left, y - tall, room, tall)
        x = self.right - len(self.keys) * (m.target + m.px(3)) + m.px(3)
        for key in self.keys:
            key.place(x, self.top - m.target, m.target, m.target)
            x += m.target + m.px(3)

    def _draw_lamp(self, middle: float) -> None:
        m = self.look.measures
        radius = m.px(2.1)
        centre = (self.x + radius, middle)
        self.canvas.before.clear()
        with self.canvas.before:
            if self.look.theme.name == "night":
                paint.glow(centre, radius * 4, self.look.colour("lamp", 0.55))
            paint.disc(
                (centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius), self.look.colour("lamp")
            )
