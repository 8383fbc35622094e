"""A JPEG looked at before it is decoded: whether it is whole, and how large its picture would be. Pure.

ITU-T T.81 Annex B: SOI, segments of marker and length, the frame header SOFn with height and width, EOI.
"""

from __future__ import annotations

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
LARGEST_SIDE = 10_000
LARGEST_AREA = 50_000_000
"""Pixels that are decoded at most; a camera of 8K has 33 million."""

_PADDING = 4096
_NO_FRAME = {0xC4, 0xC8, 0xCC}  # DHT, JPG and DAC lie among the SOF markers and are none


def size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a whole JPEG; None when it is torn, no JPEG, or too large to be decoded."""
    if not data.startswith(SOI) or EOI not in data[-_PADDING:]:
        return None
    at = len(SOI)
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            height, width = int.from_bytes(data[at + 5 : at + 7]), int.from_bytes(data[at + 7 : at + 9])
            return (width, height) if _fits(width, height) else None
        if marker in {0xDA, 0xD9}:  # the picture begins or ends without a frame header
            return None
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return None


def _fits(width: int, height: int) -> bool:
    return 0 < width <= LARGEST_SIDE and 0 < height <= LARGEST_SIDE and width * height <= LARGEST_AREA
