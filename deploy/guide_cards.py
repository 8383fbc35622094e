"""Step cards: one drawn scene for each step of a guide, without words, composed of the kiosk's own drawings.

A scene has few places: something big, or something on its way from left to right, on one ground line and in
one lamp's light. It is drawn in the four colours of the night theme, and every colour of its palette is the
ground with some of one ink: a screen can turn it into the colours of its own theme (`screens.kit.cards`), and
it looks right anywhere else.
"""

from __future__ import annotations

import io
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

from PIL import Image

ASSETS: Final = Path(__file__).resolve().parents[1] / "assets"
WIDTH: Final = 800
HEIGHT: Final = 400
#: The night theme's card, text, soft and lamp (screens/theme.py).
GROUND, TEXT, SOFT, LAMP = "#1A2440", "#F6F2E9", "#B9C3DD", "#FFC163"
_INKS: Final = {"text": TEXT, "soft": SOFT, "lamp": LAMP}
_STROKE: Final = 2.2
#: How much of an ink there is in the palette's colours: finer where the lamp's light fades.
_MIXTURES: Final = {
    "text": [n / 16 for n in range(1, 17)],
    "soft": [n / 14 for n in range(1, 15)],
    "lamp": [n / 100 for n in range(1, 23)] + [0.22 + n / 13 * 0.78 for n in range(1, 14)],
}

#: By pictogram, and where it matters by a word of the step: what the scene shows. One name is a drawing of
#: ``assets/pictures``, `a > b` goes from one icon to another, `screen: a` is on the terminal's screen.
SCENES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "id-card": (("", "present-id-card"),),
    "social-card": (("选", "screen: social-card"), ("", "present-social-card")),
    "camera": (("照相|验", "user > camera"), ("", "put-page-under-camera")),
    "printer": (("", "printing"),),
    "paper": (("窗口", "paper > counter"), ("身份证", "take-card"), ("", "take-paper")),
    "pencil": (("签|声明|申请表|一张表", "form > pencil"), ("宝宝", "baby > pencil"), ("", "screen: pencil")),
    "document": (("带", "id-card + document + photo"), ("领|回执", "counter > document"), ("", "document")),
    "building": (
        ("领", "counter > certificate"),
        ("填|信用代码", "screen: building"),
        ("", "user > counter"),
    ),
    "home": (("", "counter > home"),),
    "yuan": (
        ("选", "screen: bank-card"),
        ("打到|发到|发放|每月|到账", "yuan > bank-card"),
        ("交|缴|付", "yuan > counter"),
        ("", "yuan"),
    ),
    "baby": (("填", "screen: baby"), ("", "baby")),
    "check": (("工作人员|窗口", "document > check"), ("", "screen: check")),
    "phone": (
        ("填", "screen: phone"),
        ("短信|手机", "message > phone"),
        ("工作人员", "user > phone"),
        ("", "phone > user"),
    ),
    "clock": (("通知|短信", "clock > message"), ("", "document > clock")),
    "cap": (("填|选", "screen: cap"), ("", "baby > cap")),
    "calendar": (("打|预约", "phone > calendar"), ("填", "screen: calendar"), ("", "calendar > check")),
    "search": (("输入|选", "screen: search"), ("", "document > search")),
    "hospital": (
        ("社保卡|医保码", "social-card > hospital"),
        ("选", "screen: hospital"),
        ("", "document > hospital"),
    ),
    "heart": (("结婚", "user + user > marriage-book"), ("", "counter > heart")),
    "user": (
        ("两个人", "user + user > counter"),
        ("相片|照片", "user > photo"),
        ("", "user > id-card"),
    ),
    "car": (("选", "screen: car"), ("领|回执", "counter > driving-licence"), ("", "car > search")),
    "key": (("号牌", "car > wrench"), ("", "key > house")),
    "house": (("上门", "user > house"), ("选|填", "screen: house"), ("", "house")),
}


def scene(picture: str, words: str) -> str:
    """What the card of a step shows: the pictogram's scene that fits its Chinese words, or the pictogram."""
    fitting = (what for pattern, what in SCENES.get(picture, ()) if re.search(pattern, words))
    return next(fitting, picture)


def card(what: str, width: int = WIDTH) -> bytes:
    """A scene as PNG, twice as wide as high. Raises ``OSError`` or ``subprocess.CalledProcessError``."""
    command = ["rsvg-convert", "--width", str(width), "--height", str(width // 2)]
    png = subprocess.run(command, input=drawing(what).encode(), check=True, capture_output=True).stdout
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    out = io.BytesIO()
    drawn = picture.quantize(palette=_palette(), dither=Image.Dither.NONE)
    drawn.save(out, format="PNG", optimize=True)
    return out.getvalue()


@cache
def _palette() -> Image.Image:
    ground = _rgb(GROUND)
    colours = [ground]
    for ink, shares in _MIXTURES.items():
        ends = list(zip(ground, _rgb(_INKS[ink]), strict=True))
        colours += [tuple(round(a + (b - a) * share) for a, b in ends) for share in shares]
    palette = Image.new("P", (1, 1))
    palette.putpalette([channel for colour in colours for channel in colour])
    return palette


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def drawing(what: str) -> str:
    """A scene as SVG on a grid of 240 by 120 units."""
    parts = [f'<rect width="240" height="120" fill="{GROUND}" stroke="none"/>']
    if (ASSETS / "pictures" / f"{what}-text.svg").exists():
        parts += [_glow(120, 60, 78), _ground(), _picture(what)]
    elif what.startswith("screen: "):
        parts += [_glow(142, 56, 70), _ground(), _screen(what.removeprefix("screen: "))]
    elif " > " in what:
        left, _, right = what.partition(" > ")
        at_left = 60 if left == "counter" else 48 if right == "counter" or " + " in left else 62
        at_right = 186 if "counter" in (left, right) else 178
        way = 110 if left == "counter" else 93 if right == "counter" else 104
        parts += [_glow(at_right, 56, 66), _ground()]
        parts += [_several(left, at_left, "text"), _way(way), _several(right, at_right, "lamp")]
    else:
        parts += [_glow(120, 58, 74), _ground(), _several(what, 120, "lamp")]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 120" fill="none" stroke-linecap="round" '
        f'stroke-linejoin="round">{"".join(parts)}</svg>'
    )


def _glow(x: float, y: float, radius: float) -> str:
    return (
        f'<defs><radialGradient id="glow"><stop offset="0" stop-color="{LAMP}" stop-opacity="0.2"/>'
        f'<stop offset="1" stop-color="{LAMP}" stop-opacity="0"/></radialGradient></defs>'
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="url(#glow)" stroke="none"/>'
    )


def _ground() -> str:
    return f'<path d="M16 104.5h208" stroke="{SOFT}" stroke-opacity="0.45" stroke-width="1.6"/>'


def _way(x: float) -> str:
    """Dots that lead to the right."""
    return (
        f'<path d="M{x} 58h24" stroke="{SOFT}" stroke-width="2.6" stroke-dasharray="0.1 7.6"/>'
        f'<path d="M{x + 26} 51l7 7-7 7" stroke="{SOFT}" stroke-width="2.6"/>'
    )


def _several(names: str, x: float, ink: str) -> str:
    """One icon, or several beside each other, around ``x``."""
    each = names.split(" + ")
    side = 64.0 if len(each) == 1 else 42.0
    first = x - (len(each) - 1) * side * 0.55
    return "".join(
        _counter(x, ink) if name == "counter" else _icon(name, first + n * side * 1.1, 58, side, ink)
        for n, name in enumerate(each)
    )


def _icon(name: str, x: float, y: float, side: float, ink: str) -> str:
    scale = side / 24
    return (
        f'<g transform="translate({x - side / 2} {y - side / 2}) scale({scale})" stroke="{_INKS[ink]}" '
        f'stroke-width="{_STROKE / scale * (1.0 if side < 40 else 1.25)}">{_inside("icons", name)}</g>'
    )


def _picture(name: str) -> str:
    layers = (
        f'<g transform="translate(61 -3) scale(0.98)" stroke="{ink}" stroke-width="2.4">'
        f"{_inside('pictures', f'{name}-{layer}')}</g>"
        for layer, ink in _INKS.items()
        if (ASSETS / "pictures" / f"{name}-{layer}.svg").exists()
    )
    return "".join(layers)


def _counter(x: float, ink: str) -> str:
    """A window with a clerk behind it."""
    return (
        f'<g stroke="{SOFT}" stroke-width="2.4"><rect x="{x - 36}" y="22" width="72" height="58" rx="6"/></g>'
        f'<g stroke="{TEXT}" stroke-width="2.6"><circle cx="{x}" cy="44" r="9"/>'
        f'<path d="M{x - 18} 79c1.5-13 8-19 18-19s16.500 6 18 19"/></g>'
        f'<g stroke="{_INKS[ink]}" stroke-width="3"><path d="M{x - 44} 80h88"/>'
        f'<path d="M{x - 40} 80v24.500M{x + 40} 80v24.500"/></g>'
    )


def _screen(name: str) -> str:
    """The terminal, with lines to fill in and the thing they are about."""
    rows = "".join(f'<path d="M{90} {40 + 13 * n}h{(34, 26, 30)[n]}"/>' for n in range(3))
    return (
        f'<g stroke="{TEXT}" stroke-width="2.6"><rect x="76" y="14" width="88" height="74" rx="7"/>'
        f'<path d="M112 88v16.500M128 88v16.500"/></g>'
        f'<g stroke="{SOFT}" stroke-width="2.4">{rows}<path d="M90 27h20"/></g>'
        f'<rect x="122" y="30" width="62" height="56" rx="9" fill="{GROUND}" stroke="none"/>'
        + _icon(name, 154, 57, 46, "lamp")
    )


@cache
def _inside(folder: str, name: str) -> str:
    """What an SVG of the kiosk draws. Its own width of strokes gives way to the scene's."""
    svg = (ASSETS / folder / f"{name}.svg").read_text(encoding="utf-8")
    return re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", svg, flags=re.DOTALL)
