"""The one family of shapes: rounded boxes with a thin line, and the glow of the lamp."""

from __future__ import annotations

from functools import cache
from typing import Any

from kivy.graphics import Color, Rectangle, SmoothEllipse, SmoothRoundedRectangle
from kivy.graphics.texture import Texture

from screens.theme import Colour

Rect = tuple[float, float, float, float]


def box(
    rect: Rect, radius: float, fill: Colour | None, line: Colour | None = None, stroke: float = 0.0
) -> None:
    """Draw a rounded box into the canvas that is open (``with canvas:``); the line lies inside ``rect``."""
    x, y, width, height = rect
    if width <= 0 or height <= 0:
        return
    radius = min(radius, width / 2, height / 2)
    if line is not None and stroke:
        Color(*line)
        _rounded(rect, radius)
        rect = (x + stroke, y + stroke, width - 2 * stroke, height - 2 * stroke)
        radius = max(0.0, radius - stroke)
    if fill is not None:
        Color(*fill)
        _rounded(rect, radius)


def _rounded(rect: Rect, radius: float) -> None:
    x, y, width, height = rect
    if width > 0 and height > 0:
        SmoothRoundedRectangle(pos=(x, y), size=(width, height), radius=[(radius, radius)] * 4, segments=24)


def disc(rect: Rect, fill: Colour) -> None:
    """Draw an ellipse that fills ``rect``."""
    Color(*fill)
    SmoothEllipse(pos=rect[:2], size=rect[2:], segments=90)


def glow(centre: tuple[float, float], radius: float, colour: Colour) -> None:
    """Draw soft light around a point."""
    Color(*colour)
    Rectangle(
        pos=(centre[0] - radius, centre[1] - radius), size=(2 * radius, 2 * radius), texture=_glow_texture()
    )


@cache
def _glow_texture() -> Any:
    size = 64
    middle = (size - 1) / 2
    pixels = bytearray()
    for row in range(size):
        for column in range(size):
            away = min(1.0, ((row - middle) ** 2 + (column - middle) ** 2) ** 0.5 / middle)
            light = (1 - away) ** 2 * (1 + 2 * away)
            pixels += bytes((255, 255, 255, round(255 * light)))
    texture = Texture.create(size=(size, size), colorfmt="rgba")
    texture.blit_buffer(bytes(pixels), colorfmt="rgba", bufferfmt="ubyte")
    return texture
