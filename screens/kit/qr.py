"""A QR code to be read off the panel by a phone."""

from __future__ import annotations

import segno
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture

from screens.kit.part import Part
from screens.look import Look

#: Light modules around a QR code (ISO/IEC 18004, 9.1).
QUIET = 4


class QrCode(Part):
    """Black on white in every theme, on whole pixels: a phone has to read it at night, too."""

    def __init__(self, look: Look, words: str, *, mm: float = 150.0) -> None:
        super().__init__(grow=1.0)
        self.look = look
        self._largest = look.measures.px(mm)
        rows = [
            bytes(0 if dark else 255 for dark in row)
            for row in segno.make_qr(words, error="l", boost_error=False).matrix_iter(border=QUIET)
        ]
        self.modules = len(rows)
        self._texture = Texture.create(size=(self.modules, self.modules), colorfmt="luminance")
        self._texture.blit_buffer(b"".join(reversed(rows)), colorfmt="luminance", bufferfmt="ubyte")
        self._texture.mag_filter = self._texture.min_filter = "nearest"

    def height_for(self, width: float) -> float:
        return min(width, self._largest)

    def arrange(self) -> None:
        self.canvas.clear()
        module = int(min(self.width, self.height, self._largest) // self.modules)
        side = max(1, module) * self.modules
        with self.canvas:
            Color(1, 1, 1, 1)
            Rectangle(
                texture=self._texture,
                pos=(round(self.center_x - side / 2), round(self.center_y - side / 2)),
                size=(side, side),
            )
