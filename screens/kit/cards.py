"""Pictures from files: step cards in the colours of the theme, and pages of paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import structlog
from kivy.clock import Clock
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from PIL import Image

from screens.kit.part import Part
from screens.look import Look
from screens.theme import NIGHT, Theme

_log = structlog.get_logger(__name__)
_INKS: Final = ("text", "soft", "lamp")
_Key = tuple[Path, int, int, Theme | None]
#: The pictures drawn last, by file, size and colours: a page that is drawn anew shows them at once.
_kept: dict[_Key, Any] = {}
_KEPT: Final = 8


class FilePicture(Part):
    """A picture as wide as its place and as high as that makes it; ``tinted``: a step card.

    A file that cannot be read leaves its place empty: the words beside it say the same.
    """

    def __init__(self, look: Look, file: Path, *, tinted: bool = False, most: float = 0.0) -> None:
        super().__init__()
        self.look = look
        self.file = file
        self.theme = look.theme if tinted else None
        self.most = most
        self._shape = _shape(file)
        self._later: Any | None = None

    def height_for(self, width: float) -> float:
        wide = min(width, self.most) if self.most else width
        return wide * self._shape

    def width_wanted(self) -> float:
        return self.most

    def arrange(self) -> None:
        self.canvas.clear()
        wide = round(min(self.width, self.most) if self.most else self.width)
        tall = round(wide * self._shape)
        if wide < 2 or tall < 2:
            return
        key = (self.file, wide, tall, self.theme)
        if key not in _kept:
            # The page stands before its pictures do: several of them take longer than a page may.
            self._later = Clock.schedule_once(lambda _: self._decode(key), 0)
            return
        texture = _kept[key]
        with self.canvas:
            Color(1, 1, 1, 1)
            Rectangle(
                texture=texture,
                pos=(round(self.center_x - wide / 2), round(self.top - tall)),
                size=(wide, tall),
            )

    def stop(self) -> None:
        """Draw no more."""
        if self._later is not None:
            self._later.cancel()

    def _decode(self, key: _Key) -> None:
        texture = _texture(*key)
        if texture is not None:
            while len(_kept) >= _KEPT:
                del _kept[next(iter(_kept))]
            _kept[key] = texture
            self.arrange()


def _shape(file: Path) -> float:
    """Height by width; 0 for what is no picture."""
    try:
        with Image.open(file) as picture:
            return picture.height / picture.width
    except OSError:
        _log.warning("picture.unreadable", file=file.name)
        return 0.0


def _texture(file: Path, wide: int, tall: int, theme: Theme | None) -> Any | None:
    try:
        with Image.open(file) as picture:
            if theme is not None and picture.mode == "P":
                tint(picture, theme)
            pixels = picture.convert("RGB").resize((wide, tall), Image.Resampling.LANCZOS, reducing_gap=2.0)
    except OSError:
        _log.warning("picture.unreadable", file=file.name)
        return None
    texture = Texture.create(size=(wide, tall), colorfmt="rgb")
    texture.blit_buffer(pixels.tobytes(), colorfmt="rgb", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


def tint(picture: Image.Image, theme: Theme) -> None:
    """Turn a card of the night theme's four colours into those of another theme.

    Every colour of its palette is the ground with a share of one ink.
    """
    palette = picture.getpalette() or []
    colours = [palette[n : n + 3] for n in range(0, len(palette), 3)]
    picture.putpalette([round(channel) for colour in colours for channel in _turned(colour, theme)])


def _turned(colour: list[int], theme: Theme) -> list[float]:
    ground = _rgb(NIGHT, "card")
    best = min(((*_share(colour, ground, _rgb(NIGHT, ink)), ink) for ink in _INKS), key=lambda one: one[0])
    _, share, ink = best
    return [a + (b - a) * share for a, b in zip(_rgb(theme, "card"), _rgb(theme, ink), strict=True)]


def _share(colour: list[int], ground: list[int], ink: list[int]) -> tuple[float, float]:
    """How far a colour is from the line between ground and ink, and how far along that line it stands."""
    way = [b - a for a, b in zip(ground, ink, strict=True)]
    gone = [b - a for a, b in zip(ground, colour, strict=True)]
    share = sum(a * b for a, b in zip(way, gone, strict=True)) / sum(a * a for a in way)
    share = min(1.0, max(0.0, share))
    return sum((g - share * w) ** 2 for g, w in zip(gone, way, strict=True)), share


def _rgb(theme: Theme, token: str) -> list[int]:
    return list(bytes.fromhex(getattr(theme, token)))
