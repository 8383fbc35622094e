"""Service items as the search sees them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kiosk.search.index import Entry

if TYPE_CHECKING:
    from kiosk.wire import ServiceItem


def entry_of(item: ServiceItem) -> Entry:
    """The names of an item, and what its text says."""
    text: Iterable[str] = (
        item.summary.zh,
        *(one.zh for one in item.conditions),
        *(one.name.zh for one in item.materials),
        *(one.question.zh for one in item.situations),
        *(f"{one.q.zh}{one.a.zh}" for one in item.faq),
    )
    return Entry(
        id=item.id,
        names=(item.name.zh, item.short_name.zh),
        common_names=item.common_names,
        english=(item.name.en, item.short_name.en),
        domain=item.domain.zh,
        text="\n".join(text),
    )
