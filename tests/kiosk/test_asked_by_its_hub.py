"""A kiosk that really runs, asked from afar by a hub that really runs."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from kiosk.embedded import hub_data
from kiosk.service import CLOSED
from tests.kiosk.site import Town, town


class Desk:
    """Where somebody sits at the hub; the kiosk is hurried, it would come within half a minute."""

    def __init__(self, here: Town) -> None:
        self._here = here
        self._database = hub_data(here.site) / "hub.sqlite3"
        assert here.opened.link.identity is not None
        self._kiosk = here.opened.link.identity.kiosk_id

    async def asks(self, what: str, **fields: object) -> dict[str, Any]:
        """Command the kiosk; what became of it. The row is what `hub command` writes, which takes longer."""
        number, action = uuid4().hex, json.dumps({"type": what} | fields)
        self.ask(
            "INSERT INTO kiosks_kioskcommand"
            " (id, kiosk_id, type, action, reason, issued_by, issued_at, expires_at, outcome, detail)"
            " VALUES (?, ?, ?, ?, '试一试', 'a test', datetime('now'), datetime('now', '+1 hour'), '', '')",
            *(number, self._kiosk, what, action),
        )
        self.ask("UPDATE kiosks_kiosk SET open_commands = 1 WHERE id = ?", self._kiosk)
        query = "SELECT outcome, detail, answer FROM kiosks_kioskcommand WHERE id = ?"
        await self._hurry(lambda: bool(self.ask(query, number)[0][0]))
        [(outcome, detail, answer)] = self.ask(query, number)
        return {"outcome": outcome, "detail": detail, "answer": json.loads(answer) if answer else None}

    async def sees(self, holds: Callable[[dict[str, Any]], bool]) -> None:
        """Wait until the kiosk has reported something."""

        def reported() -> bool:
            [(status,)] = self.ask("SELECT status FROM kiosks_kiosk WHERE id = ?", self._kiosk)
            return status is not None and holds(json.loads(status))

        await self._hurry(reported)

    def ask(self, query: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self._database, timeout=20)) as database, database:
            return database.execute(query, values).fetchall()

    async def _hurry(self, holds: Callable[[], bool]) -> None:
        looks = count()

        def hurried() -> bool:
            if next(looks) % 10 == 0:
                self._here.opened.link.doubt()
            return holds()

        await self._here.until(hurried, 40)


async def test_it_does_what_is_asked_and_takes_the_settings_that_are_wanted(tmp_path: Path) -> None:
    async with town(tmp_path) as here:
        desk, kiosk = Desk(here), here.kiosk
        tested = await desk.asks("test-device", device="receipt-printer")
        assert (tested["outcome"], "good" in tested["detail"]) == ("done", True)
        assert (await desk.asks("test-device", device="samovar"))["outcome"] == "failed"
        sent = await desk.asks("send-diagnostics")
        assert sent["answer"]["queue"]["pending"] == 0
        assert {one["name"] for one in sent["answer"]["devices"]} >= {"receipt-printer", "id-reader"}

        before = (tmp_path / "data" / "identity" / "kiosk.key").read_bytes()
        assert (await desk.asks("roll-key"))["outcome"] == "done"
        assert (tmp_path / "data" / "identity" / "kiosk.key").read_bytes() != before
        assert not (tmp_path / "data" / "identity" / "kiosk-next.key").exists()

        assert (await desk.asks("close", notice={"zh": "正在装修"}))["outcome"] == "done"
        assert kiosk.service.interrupted
        await desk.sees(lambda status: status["out_of_service"] == CLOSED)
        assert (await desk.asks("open"))["outcome"] == "done"
        assert not kiosk.service.interrupted

        insert = (
            "INSERT INTO kiosks_desiredsetting (name, value, organisation_id, changed_by, changed_at)"
            " SELECT 'kiosk.keeper_phone', '\"0531-5550199\"', MIN(id), '', '2026-11-20 08:00'"
            " FROM accounts_organisation"
        )
        desk.ask(insert)
        await desk.sees(lambda status: bool(status["settings"]["version"]))
        kiosk.settings.apply()
        assert kiosk.site.kiosk.keeper_phone == "0531-5550199"
        await desk.sees(lambda status: status["keeper_phone"] == "0531-5550199")

        assert (await desk.asks("restart"))["outcome"] == "done"
        assert kiosk.service.restart_wanted.is_set()
