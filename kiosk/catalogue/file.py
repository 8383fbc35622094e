"""One catalogue as one SQLite file: items, offices, facts, the digests of its files, and the index of search.

The same source gives the same bytes, so that what was published can be made again and compared.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Final

import sqlite_utils

from kiosk.wire import Fact, Office, ServiceItem
from kiosk.wire.source import CatalogueSource

APPLICATION_ID: Final = 0x59454447  # "YEDG", SQLite's mark of what wrote a file
SCHEMA: Final = 1
"""Version of the tables; a kiosk opens only the one it knows."""


class CatalogueDamaged(Exception):
    """This file is no catalogue that this software can open."""


def build(source: CatalogueSource, digest: str, out: Path) -> None:
    """Write the catalogue file of ``source``, the folder with this digest. Raises ``OSError``."""
    from kiosk.search import build_index, entry_of  # its libraries are no matter of who only opens one

    out.unlink(missing_ok=True)
    with closing(sqlite3.connect(out)) as connection:
        connection.execute("PRAGMA page_size = 4096")
        connection.execute("PRAGMA journal_mode = OFF")
        database = sqlite_utils.Database(connection)
        _table(database, "about", {"value": str}).insert({"id": "source", "value": digest})
        _table(database, "item", {"domain": str, "self_service": str, "content": str}).insert_all(
            {
                "id": item.id,
                "domain": item.domain.zh,
                "self_service": item.self_service,
                "content": item.model_dump_json(exclude_defaults=True),
            }
            for item in source.items
        )
        for name, entries in (("office", source.offices), ("fact", source.facts)):
            _table(database, name, {"content": str}).insert_all(
                {"id": one.id, "content": one.model_dump_json(exclude_defaults=True)} for one in entries
            )
        _table(database, "asset", {"sha256": str, "size": int}).insert_all(
            {"id": name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
            for name, path in sorted(source.assets.items())
            for content in [path.read_bytes()]
        )
        build_index(connection, map(entry_of, source.items))
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.commit()
        connection.execute("VACUUM")


def _table(database: sqlite_utils.Database, name: str, columns: dict[str, type]) -> sqlite_utils.db.Table:
    return database.table(name).create({"id": str, **columns}, pk="id")


class CatalogueFile:
    """An opened catalogue, for reading only. Items are read when they are asked for, and kept.

    Raises:
        CatalogueDamaged: it cannot be opened as one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            # Its bytes are named by their digest and never change: nothing has to be locked.
            self.database = sqlite3.connect(
                f"file:{path.resolve()}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            mark = [
                self.database.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("application_id", "user_version")
            ]
            if mark != [APPLICATION_ID, SCHEMA]:
                raise CatalogueDamaged(f"{path.name} is no catalogue of version {SCHEMA}")
        except sqlite3.Error as error:
            raise CatalogueDamaged(f"{path.name} cannot be opened: {error}") from None

    def close(self) -> None:
        """Let go of the file."""
        self.database.close()

    @cached_property
    def source(self) -> str:
        """The digest of the source folder it was built of (``kiosk.wire.source_digest``)."""
        try:
            return str(self.database.execute("SELECT value FROM about WHERE id = 'source'").fetchone()[0])
        except (sqlite3.Error, TypeError) as error:
            raise CatalogueDamaged(str(error)) from None

    @cached_property
    def items(self) -> tuple[ServiceItem, ...]:
        """Every item, in the order of their ids. Raises ``CatalogueDamaged``."""
        return tuple(map(ServiceItem.model_validate_json, self._contents("item")))

    @cached_property
    def offices(self) -> dict[str, Office]:
        """Every office by its id."""
        return {one.id: one for one in map(Office.model_validate_json, self._contents("office"))}

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Every fact by its id."""
        return {one.id: one for one in map(Fact.model_validate_json, self._contents("fact"))}

    @cached_property
    def assets(self) -> dict[str, str]:
        """The SHA-256 (hexadecimal) of every file that belongs to the catalogue, by its name."""
        try:
            return dict(self.database.execute("SELECT id, sha256 FROM asset ORDER BY id"))
        except sqlite3.Error as error:
            raise CatalogueDamaged(str(error)) from None

    def item(self, item_id: str) -> ServiceItem | None:
        """One item by its id."""
        return self._by_id.get(item_id)

    @cached_property
    def _by_id(self) -> dict[str, ServiceItem]:
        return {item.id: item for item in self.items}

    def _contents(self, table: str) -> list[str]:
        try:
            return [row[0] for row in self.database.execute(f"SELECT content FROM {table} ORDER BY id")]  # noqa: S608 its own tables
        except sqlite3.Error as error:
            raise CatalogueDamaged(str(error)) from None
