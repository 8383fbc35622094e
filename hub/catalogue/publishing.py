"""Reading a folder of items and publishing it."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from pydantic import ValidationError

from hub.catalogue.models import Publication
from kiosk.wire import Catalogue, ServiceItem

DEMONSTRATION = Path(__file__).parent / "demonstration"


def read_items(folder: Path) -> tuple[list[ServiceItem], list[str]]:
    """The items of a source folder (one TOML file an item), and for each broken file what is wrong where.

    A broken file never takes the others down.
    """
    items, faults = [], []
    for file in sorted(folder.glob("*.toml")):
        try:
            item = ServiceItem.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
        except ValidationError as error:
            faults += [
                f"{file.name}: {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
            ]
        except (tomllib.TOMLDecodeError, UnicodeError) as error:
            faults.append(f"{file.name}: {error}")
        else:
            if item.id == file.stem:
                items.append(item)
            else:
                faults.append(f"{file.name}: id: the item calls itself {item.id!r}")
    return items, faults


@transaction.atomic
def publish(items: list[ServiceItem]) -> Publication:
    """Publish these items as a new version; the newest publication itself if nothing changed."""
    newest = Publication.newest()
    digest = hashlib.sha256("\n".join(item.model_dump_json() for item in items).encode()).hexdigest()
    if newest is not None and newest.items_sha256 == digest:
        return newest
    version = newest.version + 1 if newest else 1
    catalogue = Catalogue(version=version, published_at=timezone.now(), items=tuple(items))
    return Publication.objects.create(
        version=version,
        published_at=catalogue.published_at,
        items_sha256=digest,
        content=catalogue.model_dump_json(),
    )
