"""Service items for tests: the demonstration catalogue as the hub publishes it."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from kiosk.wire import Catalogue, ServiceItem

SOURCE = Path(__file__).parents[2] / "hub" / "catalogue" / "demonstration"


@cache
def demonstration() -> Catalogue:
    items = [
        ServiceItem.model_validate(tomllib.loads(path.read_text())) for path in sorted(SOURCE.glob("*.toml"))
    ]
    return Catalogue(version=1, published_at=datetime(2026, 11, 1, tzinfo=UTC), items=tuple(items))


def item(item_id: str) -> ServiceItem:
    return next(one for one in demonstration().items if one.id == item_id)
