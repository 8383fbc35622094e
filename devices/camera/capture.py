"""One page as it is kept: found, straightened, judged, whitened, as a JPEG."""

from __future__ import annotations

from dataclasses import dataclass, field

from devices.camera.clean import straighten, to_jpeg, whiten
from devices.camera.finder import exact, pages
from devices.camera.shot import Picture
from devices.camera.verdicts import verdicts


@dataclass(frozen=True, slots=True)
class Taken:
    """A page as photographed; its repr tells nothing of it."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    verdicts: tuple[str, ...]


def take(rgb: Picture, limit: int) -> Taken:
    """The page of a picture, else the whole picture; ``limit``: bytes of the JPEG at most."""
    found = pages(rgb)
    if found:
        found[0] = exact(rgb, found[0])
    straight = straighten(rgb, found[0].quad) if found else rgb
    wrong = verdicts(rgb, found, straight)
    clean = whiten(straight) if found else straight
    return Taken(to_jpeg(clean, limit), clean.shape[1], clean.shape[0], wrong)
