"""The photo of an ID card: WLT, which only its licensed makers' libraries read (PROTOCOLS.md section 1).

It is passed on as opaque bytes. A site that has such a library installs a package with an entry point of the
group ``yedeng.wlt_decoders``: a function that takes the 1,024 bytes and gives a BMP file of 102 x 126 pixels.
"""

from __future__ import annotations

from importlib.metadata import entry_points

from devices.errors import CompletionCode, KeeperAction, ResidentAction

ENTRY_POINTS = "yedeng.wlt_decoders"
LARGEST = 100_000
"""Bytes; a picture of 102 x 126 pixels in 24 bits has 38,862."""


def decode_photo(wlt: bytes) -> bytes:
    """The photo as a BMP file.

    Args:
        wlt: `devices.identity.IdCard.photo_wlt`.

    Raises:
        KeeperAction: no decoder is installed (``no-photo-decoder``) or it does not load
            (``photo-decoder-fails``).
        ResidentAction: the decoder refused this photo (``photo-unreadable``).
    """
    installed = tuple(entry_points(group=ENTRY_POINTS))
    if not installed:
        raise KeeperAction(CompletionCode.UNSUPPORTED_DATA, "no-photo-decoder")
    try:
        decoder = installed[0].load()
    except (ImportError, AttributeError, OSError):
        raise KeeperAction(CompletionCode.INTERNAL_ERROR, "photo-decoder-fails") from None
    try:
        picture = decoder(wlt)
    except Exception:  # noqa: BLE001 - foreign code over a resident's photo: nothing it says goes on
        raise ResidentAction(CompletionCode.INVALID_DATA, "photo-unreadable") from None
    if not isinstance(picture, bytes) or not picture.startswith(b"BM") or len(picture) > LARGEST:
        raise ResidentAction(CompletionCode.INVALID_DATA, "photo-unreadable")
    return picture
