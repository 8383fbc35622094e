"""Printed codes in a picture, by zxing-cpp."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import zxingcpp

from devices.codes import BY_AIM_LETTER, ScannedCode, Symbology

if TYPE_CHECKING:
    from devices.camera.shot import Picture

_FORMATS = zxingcpp.barcode_formats_from_str("QRCode,DataMatrix,Aztec,PDF417,Code128,Code39,Code93,ITF,EAN13")


def code_in_file(file: Path) -> ScannedCode | None:
    """The first readable code in a picture file, ``None`` if there is none.

    Raises ``OSError`` for what is no picture.
    """
    import cv2

    content = np.frombuffer(file.read_bytes(), np.uint8)
    picture = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    if picture is None:
        raise OSError
    return find_code(np.asarray(picture, np.uint8))


def find_code(picture: Picture) -> ScannedCode | None:
    """The first readable code of a picture, ``None`` if there is none.

    Args:
        picture: uint8 array of shape (height, width, 3).
    """
    for code in zxingcpp.read_barcodes(picture, formats=_FORMATS):
        letter = code.symbology_identifier[1:2]  # ISO/IEC 15424, e.g. ]Q1
        return ScannedCode(code.bytes, BY_AIM_LETTER.get(letter, Symbology.UNKNOWN))
    return None
