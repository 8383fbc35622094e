"""The ESC/POS commands this house uses, as bytes.

Only what Epson's reference and the manuals of common Chinese printers (Cashino KP-628E, Xprinter) agree on.
"""

from typing import Final

INITIALISE: Final = b"\x1b@"  # ESC @
CHINESE_ON: Final = b"\x1c&"  # FS &
LINE_FEED: Final = b"\n"
CUT_PARTIAL: Final = b"\x1dVB\x00"  # GS V 66 0: feed to the cutter, leave a bridge of paper
CUT_FULL: Final = b"\x1dVA\x00"  # GS V 65 0
FENCE: Final = b"\x1dr\x01"  # GS r 1: the paper status, answered when everything before it has been printed

BAND_ROWS: Final = 128
"""Rows of one raster command; taller pictures go out in bands, as small printers have small buffers."""


def real_time_status(n: int) -> bytes:
    """DLE EOT n: 1 printer, 2 cause of offline, 3 error, 4 paper. Answered at once, past the print queue."""
    return bytes((0x10, 0x04, n))


def process_id(number: int) -> bytes:
    """GS ( H fn 48: give back `number` (0-9999) once everything before it has been printed."""
    return b"\x1d(H\x06\x00\x30\x30" + f"{number:04d}".encode("ascii")


def style(scale: int, *, emphasis: bool) -> bytes:
    """Character size (1 to 3 times 12x24 and 24x24 dots) and emphasis, for Latin and Chinese alike.

    ESC ! and FS ! serve the printers that keep the two apart and end at double size; GS ! comes last
    because it is the one that knows more than double and, where it is known, rules both.
    """
    double = scale > 1
    latin = (0x30 if double else 0) | (0x08 if emphasis else 0)
    chinese = 0x0C if double else 0
    size = (scale - 1) << 4 | (scale - 1)
    return bytes((0x1B, 0x21, latin, 0x1C, 0x21, chinese, 0x1D, 0x21, size, 0x1B, 0x45, emphasis))


def align(position: int) -> bytes:
    """ESC a: 0 left, 1 centre, 2 right. Only at the beginning of a line."""
    return bytes((0x1B, 0x61, position))


def line_spacing(dots: int) -> bytes:
    """ESC 3: paper moved by a line feed, in dots."""
    return bytes((0x1B, 0x33, dots))


def feed_dots(dots: int) -> bytes:
    """ESC J: move the paper by 0-255 dots."""
    return bytes((0x1B, 0x4A, dots))


def qr(data: bytes, module_dots: int) -> bytes:
    """GS ( k: a QR code of model 2, level M, drawn by the printer itself without a quiet zone."""

    def call(function: int, arguments: bytes) -> bytes:
        return b"\x1d(k" + (2 + len(arguments)).to_bytes(2, "little") + bytes((0x31, function)) + arguments

    return b"".join(
        (
            call(0x41, b"2\x00"),  # fn 65: model 2
            call(0x43, bytes((module_dots,))),  # fn 67: side of a module, dots
            call(0x45, b"1"),  # fn 69: level M
            call(0x50, b"0" + data),  # fn 80: store
            call(0x51, b"0"),  # fn 81: print
        )
    )


def raster(row_bytes: int, rows: bytes) -> bytes:
    """GS v 0 in bands: a picture of `row_bytes` bytes a row, most significant bit left, 1 is black."""
    band = row_bytes * BAND_ROWS
    bands = (rows[start : start + band] for start in range(0, len(rows), band))
    return b"".join(
        b"\x1dv0\x00"
        + row_bytes.to_bytes(2, "little")
        + (len(part) // row_bytes).to_bytes(2, "little")
        + part
        for part in bands
    )
