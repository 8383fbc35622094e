"""Icons and pictures: white strokes rasterised at set-up, tinted with the theme's colours."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from kivy.graphics import Color, Rectangle
from kivy.graphics.texture import Texture
from PIL import Image

from screens.kit import paint
from screens.kit.part import Part
from screens.look import Look

_log = structlog.get_logger(__name__)
BUILD = Path(__file__).resolve().parents[2] / "assets" / "build"
_ICON_SIZES = (48, 96, 192)
_LAYERS = ("soft", "text", "lamp")
_PICTURE_SIZE = 720


@lru_cache(maxsize=128)
def _icon(path: Path, side: int) -> Any | None:
    return _load(path, side)


@lru_cache(maxsize=48)
def _layer(path: Path, side: int) -> Any | None:
    return _load(path, side)


def _load(path: Path, side: int) -> Any | None:
    """A raster at exactly the size it is drawn in: crisp, and a quarter of the memory of mipmaps."""
    if not path.is_file():
        _log.warning("picture.missing", file=path.name)
        return None
    with Image.open(path) as raster:
        # The strokes are white and get their colour when drawn, so only their cover matters.
        cover = raster.getchannel("A").resize((side, side), Image.Resampling.LANCZOS)
    white = Image.new("L", (side, side), 255)
    pixels = Image.merge("RGBA", (white, white, white, cover))
    texture = Texture.create(size=(side, side), colorfmt="rgba")
    texture.blit_buffer(pixels.tobytes(), colorfmt="rgba", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture


def icon_file(name: str, pixels: float) -> Path:
    """The raster of an icon that is at least ``pixels`` wide, or the largest there is."""
    size = next((size for size in _ICON_SIZES if size >= pixels), _ICON_SIZES[-1])
    return BUILD / "icons" / str(size) / f"{name}.png"


class Icon(Part):
    """One icon in one colour, ``mm`` high and wide, in the middle of its box."""

    def __init__(self, look: Look, name: str, mm: float, colour: str = "lamp", *, grow: float = 0.0) -> None:
        super().__init__(grow=grow)
        self.look = look
        self.name = name
        self.side = look.measures.px(mm * (1.2 if look.elder else 1.0))
        self.token = colour
        self.alpha = 1.0

    def height_for(self, width: float) -> float:
        return self.side

    def width_wanted(self) -> float:
        return self.side

    def arrange(self) -> None:
        self.canvas.clear()
        side = round(min(self.side, self.width, self.height))
        if side < 1:
            return
        texture = _icon(icon_file(self.name, side), side)
        if texture is None:
            return
        with self.canvas:
            Color(*self.look.colour(self.token, self.alpha))
            Rectangle(
                texture=texture,
                pos=(round(self.center_x - side / 2), round(self.center_y - side / 2)),
                size=(side, side),
            )


class Picture(Part):
    """One of the larger drawings, three layers in three colours, as large as fits; it may shine at night."""

    def __init__(
        self,
        look: Look,
        name: str,
        *,
        mm: float = 0.0,
        largest: float = 130.0,
        grow: float = 0.0,
        shines: bool = False,
    ) -> None:
        super().__init__(grow=grow)
        self.look = look
        self.name = name
        self.wanted = look.measures.px(mm) if mm else 0
        self.shines = shines
        self.largest = look.measures.px(largest)

    def height_for(self, width: float) -> float:
        return min(self.wanted, width)

    def width_wanted(self) -> float:
        return self.wanted

    def arrange(self) -> None:
        self.canvas.clear()
        side = round(min(self.width, self.height, self.largest))
        if side < 1:
            return
        with self.canvas:
            if self.shines and self.look.theme.name == "night":
                paint.glow(
                    (self.center_x, self.center_y + side * 0.05), side * 0.95, self.look.colour("lamp", 0.13)
                )
            for layer in _LAYERS:
                path = BUILD / "pictures" / str(_PICTURE_SIZE) / f"{self.name}-{layer}.png"
                texture = _layer(path, side) if path.is_file() else None
                if texture is not None:
                    Color(*self.look.colour(layer))
                    Rectangle(
                        texture=texture,
                        pos=(round(self.center_x - side / 2), round(self.center_y - side / 2)),
                        size=(side, side),
                    )


class Pixels(Part):
    """A picture from memory, as large as fits without distortion. It leaves no trace in any cache."""

    def __init__(self, look: Look, *, grow: float = 1.0, key: str = "") -> None:
        super().__init__(grow=grow, key=key)
        self.look = look
        self.texture: Any | None = None
        self.drawn = (0.0, 0.0, 0.0, 0.0)

    def show(self, texture: Any) -> None:
        """Draw this texture from now on."""
        self.texture = texture
        self.arrange()

    def arrange(self) -> None:
        self.canvas.clear()
        if self.texture is None or self.width < 2 or self.height < 2:
            return
        wide, tall = self.texture.size
        scale = min(self.width / wide, self.height / tall)
        width, height = wide * scale, tall * scale
        self.drawn = (self.center_x - width / 2, self.center_y - height / 2, width, height)
        with self.canvas:
            Color(1, 1, 1, 1)
            Rectangle(texture=self.texture, pos=self.drawn[:2], size=self.drawn[2:])
