"""Search of guides that forgives: hanzi, pinyin, first letters, homophones, dialect, wrong keys, English."""

from __future__ import annotations

from kiosk.search.engine import Findings, Hit, IndexUnusable, Search, search_in_memory
from kiosk.search.entries import entry_of
from kiosk.search.index import Entry, build_index, is_current

__all__ = [
    "Entry",
    "Findings",
    "Hit",
    "IndexUnusable",
    "Search",
    "build_index",
    "entry_of",
    "is_current",
    "search_in_memory",
]
