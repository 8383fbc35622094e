"""Everything that can be touched: shows at once that it is pressed, answers once, on release inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kivy.graphics import Color, InstructionGroup, SmoothRoundedRectangle

from kiosk.text import Sayable
from screens.kit import paint
from screens.kit.icons import Icon
from screens.kit.part import Column, Part
from screens.kit.words import Words
from screens.look import Look
from screens.theme import TypeSize

Fire = Callable[[], None]


@dataclass(frozen=True)
class Skin:
    """Colours of a surface, as tokens; ``line`` None draws no border."""

    fill: str | None
    line: str | None
    ink: str
    radius: int
    stroke: int


class Surface(Part):
    """A rounded box with something inside."""

    def __init__(
        self,
        look: Look,
        inside: Part | None,
        skin: Skin,
        *,
        pad: tuple[float, float] = (0, 0),
        grow: float = 0.0,
        key: str = "",
    ) -> None:
        super().__init__(grow=grow, key=key)
        self.look = look
        self.inside = inside
        self.skin = skin
        self.pad = pad
        if inside is not None:
            self.add_widget(inside)

    def height_for(self, width: float) -> float:
        inner = self.inside.height_for(width - 2 * self.pad[0]) if self.inside else 0.0
        return inner + 2 * self.pad[1]

    def width_wanted(self) -> float:
        return (self.inside.width_wanted() if self.inside else 0.0) + 2 * self.pad[0]

    def arrange(self) -> None:
        before = self.canvas.before
        before.clear()
        skin, look = self.skin, self.look
        with before:
            paint.box(
                (*self.pos, *self.size),
                skin.radius,
                look.colour(skin.fill) if skin.fill else None,
                look.colour(skin.line) if skin.line else None,
                skin.stroke,
            )
        if self.inside is not None:
            pad_x, pad_y = self.pad
            self.inside.place(self.x + pad_x, self.y + pad_y, self.width - 2 * pad_x, self.height - 2 * pad_y)


class Press(Surface):
    """A surface that can be touched.

    ``role``, ``label`` and ``state`` say what it is, for whoever cannot see it.
    """

    def __init__(
        self,
        look: Look,
        inside: Part | None,
        skin: Skin,
        *,
        key: str,
        label: Sayable,
        fire: Fire,
        pad: tuple[float, float] = (0, 0),
        grow: float = 0.0,
        least: tuple[float, float] = (0, 0),
        enabled: bool = True,
        selected: bool = False,
        role: str = "button",
    ) -> None:
        super().__init__(look, inside, skin, pad=pad, grow=grow, key=key)
        self.label = look.say(label)
        self.fire = fire
        self.least = least
        self.enabled = enabled
        self.role = role
        self.selected = selected
        self.pressed = False
        self._shade = InstructionGroup()
        self.canvas.after.add(self._shade)

    @property
    def state(self) -> str:
        """What a screen reader says about it: ``disabled``, ``selected``, ``pressed`` or nothing."""
        if not self.enabled:
            return "disabled"
        return "pressed" if self.pressed else "selected" if self.selected else ""

    def height_for(self, width: float) -> float:
        return max(self.least[1], super().height_for(width))

    def width_wanted(self) -> float:
        return max(self.least[0], super().width_wanted())

    def on_touch_down(self, touch: Any) -> bool:
        if not self.collide_point(*touch.pos):
            return False
        if self.enabled:
            touch.grab(self)
            self._press(True)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        self._press(self._holds(touch))
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        answered = self.pressed and self._holds(touch)
        self._press(False)
        if answered:
            self.fire()
        return True

    def _holds(self, touch: Any) -> bool:
        # A touch that has begun to drag the page is not a tap any more.
        return bool(self.collide_point(*touch.pos)) and not touch.ud.get("dragging")

    def _press(self, pressed: bool) -> None:
        if pressed == self.pressed:
            return
        self.pressed = pressed
        self._shade.clear()
        if pressed:
            dark = self.look.colour("text" if self.look.theme.name == "contrast" else "background", 0.0)
            self._shade.add(Color(dark[0], dark[1], dark[2], 0.42))
            radius = min(self.skin.radius, self.width / 2, self.height / 2)
            self._shade.add(
                SmoothRoundedRectangle(
                    pos=self.pos, size=self.size, radius=[(radius, radius)] * 4, segments=24
                )
            )


def primary_skin(look: Look) -> Skin:
    """The one thing that glows."""
    return Skin("primary", None, "on_primary", look.measures.button_radius, 0)


def second_skin(look: Look) -> Skin:
    """Every other button: a quiet outline."""
    return Skin("background", "line", "text", look.measures.button_radius, look.measures.stroke)


def card_skin(look: Look) -> Skin:
    """Tiles and rows."""
    return Skin("card", "line", "text", look.measures.radius, look.measures.stroke)


def quiet_skin(look: Look) -> Skin:
    """What cannot be done now: no surface, the line alone."""
    return Skin(None, "line", "soft", look.measures.button_radius, look.measures.stroke)


def button(
    look: Look,
    words: Sayable,
    fire: Fire,
    *,
    key: str,
    icon: str | None = None,
    main: bool = False,
    enabled: bool = True,
    grow: float = 0.0,
) -> Press:
    """A button with words, and an icon before them if it has one."""
    m = look.measures
    skin = quiet_skin(look) if not enabled else primary_skin(look) if main else second_skin(look)
    size: TypeSize = "button" if main else "body"
    said = Words(look, words, size, skin.ink, bold=main, align="center")
    inside: Part = Labelled(look, icon, said, skin.ink, 12 if main else 9.5) if icon else said
    least = (float(m.target), float(m.main_height if main else m.second_height))
    return Press(
        look,
        inside,
        skin,
        key=key,
        label=words,
        fire=fire,
        pad=(m.px(5), m.px(2.5)),
        least=least,
        enabled=enabled,
        grow=grow,
    )


class Labelled(Part):
    """An icon and words beside it, together in the middle."""

    def __init__(self, look: Look, icon: str, words: Words, ink: str, mm: float) -> None:
        super().__init__()
        self.icon = Icon(look, icon, mm, ink)
        self.words = words
        self.gap = look.measures.px(3.5)
        self.add_widget(self.icon)
        self.add_widget(words)

    def _inner(self, width: float) -> float:
        return max(1.0, width - self.icon.side - self.gap)

    def height_for(self, width: float) -> float:
        return max(self.icon.side, self.words.height_for(self._inner(width)))

    def width_wanted(self) -> float:
        return self.icon.side + self.gap + self.words.width_wanted()

    def arrange(self) -> None:
        inner = self._inner(self.width)
        lines = self.words.lines(inner)
        wide = min(inner, max(self.words.measure(line) for line in lines) + 2)
        left = self.x + (self.width - wide - self.icon.side - self.gap) / 2
        self.icon.place(left, self.y, self.icon.side, self.height)
        # The words keep the width they were broken for, so that they are not broken again.
        self.words.align = "left"
        self.words.place(left + self.icon.side + self.gap, self.y, inner, self.height)


def stacked(look: Look, icon: str | None, words: Words, ink: str, mm: float, gap: float = 1.5) -> Part:
    """An icon above words, for the bar and for ratings."""
    parts: list[Part] = [words]
    if icon:
        parts.insert(0, Icon(look, icon, mm, ink))
    return Column(parts, gap=look.measures.px(gap), settle="middle")


def icon_key(
    look: Look,
    icon: str,
    label: Sayable,
    fire: Fire,
    *,
    key: str,
    ink: str = "soft",
    skin: Skin | None = None,
) -> Press:
    """A square key with an icon alone; its label is for the ear and for tests."""
    side = look.measures.target
    skin = skin or Skin("raised", "line", ink, look.measures.bar_radius, look.measures.stroke)
    return Press(
        look, Icon(look, icon, 9, skin.ink), skin, key=key, label=label, fire=fire, least=(side, side)
    )
