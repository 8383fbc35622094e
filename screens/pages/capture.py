"""A document under the camera.

The live picture with the page's outline, and the photo to be kept or taken again.
"""

from __future__ import annotations

import io
from typing import Any

from kivy.clock import Clock
from kivy.core.image import Image as Raster
from kivy.graphics import Color, SmoothLine
from kivy.graphics.texture import Texture

from kiosk.pages import CaptureDocument, Glimpse, ReviewCapture
from kiosk.text import Sayable, text
from screens.frame import Sheet
from screens.hand import Hand
from screens.kit.icons import Picture, Pixels
from screens.kit.part import Column, Part
from screens.kit.press import Skin, Surface
from screens.kit.words import Words
from screens.look import Look
from screens.pages.present import problem_card

FRAMES = 30


def live(look: Look, page: CaptureDocument, hand: Hand) -> Sheet:
    """The newest camera picture on a card, at most 30 a second, only while the page is shown."""
    return Sheet(hints=_problem(look, page.problem), body=_on_card(look, Live(look, page)))


def review(look: Look, page: ReviewCapture, hand: Hand) -> Sheet:
    """The photo as large as fits."""
    pixels = Pixels(look, key="photo")
    # From memory and past every cache: nothing of it may be found once the page is gone.
    pixels.texture = Raster(io.BytesIO(page.picture), ext="jpg", nocache=True).texture
    return Sheet(hints=_problem(look, page.problem), body=_on_card(look, pixels))


def _problem(look: Look, problem: Sayable | None) -> tuple[Part, ...]:
    return (problem_card(look, problem),) if problem else ()


def _on_card(look: Look, picture: Part) -> Part:
    m = look.measures
    return Surface(look, picture, Skin("card", "line", "text", m.radius, m.stroke), pad=(m.px(5), m.px(5)))


class Live(Part):
    """The live picture. One texture is reused; a frame that was already drawn is not drawn again."""

    def __init__(self, look: Look, page: CaptureDocument) -> None:
        super().__init__(grow=1.0, key="live")
        self.look = look
        self.page = page
        self.pixels = Pixels(look)
        self.waiting = Words(look, text("keys.camera-waiting"), "body", "soft", align="center")
        self.drawing = Picture(look, "put-page-under-camera", largest=110, grow=1.0)
        self.idle = Column([self.drawing, self.waiting])
        self.add_widget(self.pixels)
        self.add_widget(self.idle)
        self.number = -1
        with self.canvas.after:
            self._ink = Color(*look.colour("lamp"))
            self._line = SmoothLine(points=[], width=look.measures.px(0.7), close=True)
        self._ticks: Any | None = Clock.schedule_interval(self._tick, 1 / FRAMES)

    def stop(self) -> None:
        """Look no more, and let go of the picture."""
        if self._ticks is not None:
            self._ticks.cancel()
            self._ticks = None
        self.pixels.texture = None

    def arrange(self) -> None:
        self.pixels.place(*self.pos, *self.size)
        self.idle.place(*self.pos, *self.size)
        self._tick(0)

    def _tick(self, _: float) -> None:
        glimpse = self.page.look()
        if glimpse is None or glimpse.frame.number == self.number:
            return
        self.number = glimpse.frame.number
        self._blit(glimpse)
        self._outline(glimpse)

    def _blit(self, glimpse: Glimpse) -> None:
        size = (glimpse.frame.width, glimpse.frame.height)
        texture = self.pixels.texture
        if texture is None or tuple(texture.size) != size:
            self.remove_widget(self.idle)
            texture = Texture.create(size=size, colorfmt="rgb")
            texture.flip_vertical()
            texture.blit_buffer(glimpse.frame.rgb_bytes(), colorfmt="rgb", bufferfmt="ubyte")
            self.pixels.show(texture)
        else:
            texture.blit_buffer(glimpse.frame.rgb_bytes(), colorfmt="rgb", bufferfmt="ubyte")
            self.pixels.canvas.ask_update()

    def _outline(self, glimpse: Glimpse) -> None:
        left, bottom, width, height = self.pixels.drawn
        corners = glimpse.outline or ()
        self._line.points = [
            value for x, y in corners for value in (left + x * width, bottom + (1 - y) * height)
        ]
