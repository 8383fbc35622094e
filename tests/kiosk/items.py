"""The demonstration catalogue for tests: as its source, and as a kiosk holds it once it was published."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.catalogue.file import build
from kiosk.guide import Guide
from kiosk.wire import CatalogueSource, Publication, ServiceItem, publisher_text, read_source

SOURCE = Path(__file__).parents[2] / "hub" / "catalogue" / "demonstration"
PUBLISHER = Ed25519PrivateKey.generate()
PUBLISHERS = (publisher_text(PUBLISHER),)


@cache
def demonstration() -> CatalogueSource:
    source, _ = read_source(SOURCE)
    return source


def item(item_id: str) -> ServiceItem:
    return next(one for one in demonstration().items if one.id == item_id)


def published(source: CatalogueSource, scratch: Path, version: int = 1) -> tuple[Publication, bytes]:
    """A catalogue as it leaves the publisher: the signed notice and the bytes."""
    build(source, "0" * 64, scratch)
    content = scratch.read_bytes()
    notice = Publication.signed(
        PUBLISHER,
        content,
        version=version,
        published_at=datetime(2026, 11, 1, tzinfo=UTC),
        items=len(source.items),
    )
    return notice, content


def open_guide(folder: Path, source: CatalogueSource | None = None) -> Guide:
    """A kiosk's guide with this catalogue, the demonstration's if none is given."""
    folder.mkdir(parents=True, exist_ok=True)
    guide = Guide(folder / "catalogue")
    guide.publish(*published(source or demonstration(), folder / "built"), PUBLISHERS)
    return guide
