"""What fills the window: every touch passes here first."""

from __future__ import annotations

from typing import Any, Protocol

from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.uix.widget import Widget

from config.settings import PanelSettings
from screens.look import Look
from screens.theme import Colour


class Touched(Protocol):
    """What the root needs of the stage."""

    panel: PanelSettings
    look: Look

    def touched(self, touch: Any) -> bool:
        """Note a touch that begins; True when it must not reach the page."""

    def note_life(self) -> None:
        """Somebody is still touching."""


class Root(Widget):
    """Fills the window; every touch passes here first."""

    def __init__(self, stage: Touched) -> None:
        super().__init__(size=(stage.panel.width, stage.panel.height))
        self._stage = stage
        with self.canvas.before:
            self._colour = Color(*stage.look.colour("background"))
            self._ground = Rectangle(pos=(0, 0), size=self.size)
        with self.canvas.after:
            self._light = Color(1, 1, 1, 0)
            self._edges = [Rectangle(pos=(0, 0), size=(0, 0)) for _ in range(4)]
        self.bind(size=self._resize)

    def _resize(self, *_: object) -> None:
        self._ground.size = self.size

    def paint(self, colour: Colour) -> None:
        """Change the colour behind everything."""
        self._colour.rgba = colour

    def shine(self, colour: Colour, thick: float) -> None:
        """Let a border of light shine for a moment: two changes of picture, nothing that blinks."""
        width, height = self.size
        places = (
            (0, 0, width, thick),
            (0, height - thick, width, thick),
            (0, 0, thick, height),
            (width - thick, 0, thick, height),
        )
        for edge, (x, y, wide, tall) in zip(self._edges, places, strict=True):
            edge.pos, edge.size = (x, y), (wide, tall)
        self._light.rgba = colour
        Clock.schedule_once(self.dim, 1.2)

    def dim(self, *_: object) -> None:
        """The border of light goes out."""
        self._light.a = 0

    def on_touch_down(self, touch: Any) -> bool:
        if self._stage.touched(touch):
            return True
        return bool(super().on_touch_down(touch))

    def on_touch_move(self, touch: Any) -> bool:
        self._stage.note_life()
        return bool(super().on_touch_move(touch))

    def on_touch_up(self, touch: Any) -> bool:
        self._stage.note_life()
        return bool(super().on_touch_up(touch))
