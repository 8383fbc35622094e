"""The items that kiosks do, as the newest catalogue has them, and since which catalogue each is there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from hub.catalogue.models import Publication
from kiosk.wire import Bilingual, ServiceItem

_CATALOGUES_BACK: Final = 20
"""Older catalogues are not looked through: what was there then counts as having been there always."""


@dataclass(frozen=True)
class Offered:
    """An item that kiosks do. ``since_version`` is the catalogue it came with, 0 if that is long ago."""

    id: str
    name: Bilingual
    department: Bilingual | None
    domain: Bilingual
    since_version: int


def offered() -> dict[str, Offered]:
    """The items that kiosks do, by id, in the order of publication; none before the first publication."""
    newest = Publication.objects.order_by("-version").values_list("version", "file_id").first()
    return _offered(*newest) if newest else {}


@lru_cache(maxsize=2)
def _offered(version: int, file: str) -> dict[str, Offered]:
    items = (ServiceItem.model_validate(one) for one in _items(version).values())
    here = {item.id: item for item in items if item.done_at_kiosks}
    since = dict.fromkeys(here, 0)
    known: frozenset[str] | None = None
    published = Publication.objects.filter(version__lte=version).order_by("-version")
    for one in reversed(published.values_list("version", "file_id")[:_CATALOGUES_BACK]):
        ids = _ids(*one)
        if known is not None:
            since.update(dict.fromkeys((ids - known) & here.keys(), one[0]))
        known = ids
    return {
        item.id: Offered(item.id, item.short_name, item.department, item.domain, since[item.id])
        for item in here.values()
    }


@lru_cache(maxsize=_CATALOGUES_BACK)
def _ids(version: int, file: str) -> frozenset[str]:
    return frozenset(_items(version))


def _items(version: int) -> dict[str, object]:
    found: dict[str, object] = json.loads(Publication.objects.get(version=version).items)
    return found
