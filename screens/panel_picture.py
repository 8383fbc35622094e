"""What is on the panel, as a picture for who looks after the kiosk from afar. Never a page of a visit."""

from __future__ import annotations

import io
from typing import Final

from kivy.core.window import Window
from kivy.graphics.opengl import GL_RGB, GL_UNSIGNED_BYTE, glReadPixels
from PIL import Image

from kiosk.pages import Attract, OutOfService
from screens.stage import KivyStage

LONGER_SIDE: Final = 960
"""Pixels of the picture's longer side at most."""


def on_the_panel() -> Image.Image:
    """Everything that is drawn now."""
    size = (int(Window.width), int(Window.height))
    Window.dispatch("on_draw")
    pixels = glReadPixels(0, 0, *size, GL_RGB, GL_UNSIGNED_BYTE)
    return Image.frombytes("RGB", size, pixels).transpose(Image.Transpose.FLIP_TOP_BOTTOM)


def picture_of_nobody(stage: KivyStage) -> bytes | None:
    """A JPEG of the panel, if a page is on it that stands there for everybody; ``None`` otherwise.

    While pages change, part of the one before may be seen: then there is no picture either.
    """
    view = stage.view
    if view is None or not isinstance(view.page, Attract | OutOfService) or stage.settles_in() > 0:
        return None
    picture = on_the_panel()
    picture.thumbnail((LONGER_SIDE, LONGER_SIDE))
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=80)
    return made.getvalue()
