"""A receipt document becomes ESC/POS bytes for one printer.

Text goes out as GBK where every character of the line fits, and the line is drawn where one does not
(rare hanzi 䶮 𠮷 㛃 𬴊, the sign ¥): never a ``?``, never a box.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from devices.escpos import commands
from devices.escpos.raster import logo, module_dots, qr_code, raster_command, rule, text_line
from devices.escpos.text import ASCII_DOTS, CHINESE_DOTS, clean, dots, gbk, wrap
from devices.receipt import Align, Columns, Cut, Feed, Logo, Part, Qr, Receipt, Rule, Size, Text, Title

_SCALE = {Size.NORMAL: 1, Size.LARGE: 2, Size.HUGE: 3}
_POSITION = {Align.LEFT: 0, Align.CENTRE: 1, Align.RIGHT: 2}
_LEADING = {1: 36, 2: 62, 3: 90}
"""Dots from line to line at each scale: at least 1.25 of the character's height."""


class PrinterProfile(BaseModel):
    """What one model of printer can do, as a technician measured it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    width_dots: Literal[384, 576] = Field(
        default=576, description="Dots across the paper: 576 on 80 mm, 384 on 58 mm."
    )
    gbk: bool = Field(
        default=True, description="The printer has Chinese characters (GBK); otherwise every line is drawn."
    )
    qr: Literal["raster", "native"] = Field(
        default="raster",
        description="Who draws QR codes: we, as every printer takes it, or the printer itself (GS ( k).",
    )
    cut: Literal["partial", "full", "none"] = Field(default="partial", description="How the paper is cut.")


def encode(receipt: Receipt, profile: PrinterProfile) -> list[bytes]:
    """The receipt as blocks of bytes, in order; between two blocks the printer expects no more data.

    Raises ValueError when the data of a QR code is too long for the paper.
    """
    start = commands.INITIALISE + (commands.CHINESE_ON if profile.gbk else b"")
    blocks = [start]
    for part in receipt:
        blocks.extend(_encode_part(part, profile))
    if not (receipt.parts and isinstance(receipt.parts[-1], Cut)):
        blocks.append(_cut(profile))
    return blocks


def _encode_part(part: Part, profile: PrinterProfile) -> list[bytes]:
    width = profile.width_dots
    match part:
        case Logo():
            return [_plain(raster_command(logo(width))), commands.feed_dots(16)]
        case Title():
            return _paragraph(Text(part.text, Size.LARGE, emphasis=True), profile)
        case Text():
            return _paragraph(part, profile)
        case Columns():
            return _columns(part, profile)
        case Rule():
            return [_plain(raster_command(rule(width)))]
        case Qr():
            return [_qr(part, profile)]
        case Feed():
            return [commands.feed_dots(_LEADING[1])] * part.lines
        case Cut():
            return [_cut(profile)]


def _qr(part: Qr, profile: PrinterProfile) -> bytes:
    """The code as a picture, or by the printer's own hand with its quiet zone above and below."""
    width = profile.width_dots
    if profile.qr == "raster":
        return _plain(raster_command(qr_code(part.data, part.module_dots, width)))
    dots_a_module = module_dots(part.data, part.module_dots, width)
    quiet = commands.feed_dots(4 * dots_a_module)
    return (
        commands.align(1)
        + commands.style(1, emphasis=False)
        + quiet
        + commands.qr(part.data.encode(), dots_a_module)
        + quiet
        + commands.align(0)
    )


def _paragraph(text: Text, profile: PrinterProfile) -> list[bytes]:
    content = clean(text.text)
    scale = _SCALE[text.size]
    while scale > 2 and dots(content) * scale > profile.width_dots:
        scale -= 1
    position = _POSITION[text.align]
    return [
        _line(line, "", scale, profile, emphasis=text.emphasis, position=position)
        for line in wrap(content, profile.width_dots // scale)
    ]


def _columns(columns: Columns, profile: PrinterProfile) -> list[bytes]:
    label, value = clean(columns.label), clean(columns.value)
    tab = dots(label) + CHINESE_DOTS
    room = profile.width_dots - tab
    if dots(value) <= room:
        return [_line(label, value, 1, profile, emphasis=columns.emphasis)]
    labels = [label]
    if room < profile.width_dots // 2:  # a long label stands above its value
        tab, room = CHINESE_DOTS, profile.width_dots - CHINESE_DOTS
        labels = [*wrap(label, profile.width_dots), ""]
    values = wrap(value, room)
    lines = (
        [(line, "") for line in labels[:-1]] + [(labels[-1], values[0])] + [("", line) for line in values[1:]]
    )
    return [_line(left, right, 1, profile, emphasis=columns.emphasis, tab=tab) for left, right in lines]


def _line(
    left: str,
    right: str,
    scale: int,
    profile: PrinterProfile,
    *,
    emphasis: bool,
    position: int = 0,
    tab: int | None = None,
) -> bytes:
    """One line: `left`, then `right` at the right edge or from `tab` dots on."""
    start = profile.width_dots - dots(right) if tab is None else tab
    spaces = (start - dots(left)) // ASCII_DOTS if right else 0
    encoded = gbk(left + " " * spaces + right) if profile.gbk else None
    if encoded is None:
        size = CHINESE_DOTS * scale
        picture = text_line(
            left,
            right,
            profile.width_dots,
            size,
            _LEADING[scale],
            emphasis=emphasis,
            position=position,
            tab=tab,
        )
        return _plain(raster_command(picture))
    return (
        commands.line_spacing(_LEADING[scale])
        + commands.align(position)
        + commands.style(scale, emphasis=emphasis)
        + encoded
        + commands.LINE_FEED
    )


def _plain(picture: bytes) -> bytes:
    """A picture as wide as the paper, free of the style of the line before it."""
    return commands.align(0) + commands.style(1, emphasis=False) + picture


def _cut(profile: PrinterProfile) -> bytes:
    match profile.cut:
        case "partial":
            return commands.CUT_PARTIAL
        case "full":
            return commands.CUT_FULL
        case "none":
            return commands.feed_dots(200)
