"""The audit trail tells of every change made to itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from importlib import import_module
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.test import Client

from hub.audit.anchors import Anchor, AnchorUnreadable
from hub.audit.exporting import write
from hub.audit.models import Entry, EntryUnchangeable, Head
from hub.audit.trail import faults, record
from hub.kiosks.models import Kiosk
from tests.console.conftest import Organisations


@pytest.fixture
def trail() -> None:
    for number in range(5):
        record("command line", "thing.done", f"thing {number}", count=number, why="so")


only_added = import_module("hub.audit.migrations.0002_only_added")


@pytest.fixture
def unguarded() -> None:
    """Somebody who owns the tables has taken the database's own guard away."""
    back = {"sqlite": only_added.SQLITE_BACK, "postgresql": only_added.POSTGRESQL_BACK}[connection.vendor]
    with connection.cursor() as cursor:
        for statement in back:
            cursor.execute(statement)


@pytest.mark.usefixtures("trail")
class TestTheDatabaseRefuses:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE audit_entry SET who = 'somebody else' WHERE number = 3",
            "DELETE FROM audit_entry WHERE number = 5",
            "DELETE FROM audit_head",
            "UPDATE audit_head SET number = 4",
        ],
    )
    def test_to_change_what_is_in_the_trail(self, statement: str) -> None:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert list(faults()) == []


@pytest.mark.usefixtures("trail", "unguarded")
class TestTampering:
    def test_a_whole_trail_has_no_fault(self) -> None:
        assert list(faults()) == []

    def test_an_edited_entry_is_found(self) -> None:
        Entry.objects.filter(number=3).update(who="somebody else")
        assert list(faults()) == ["entry 3 was changed"]

    def test_a_removed_entry_is_found(self) -> None:
        Entry.objects.filter(number=2).delete()
        assert list(faults()) == ["entries 2 to 2 are missing"]

    def test_a_shortened_trail_is_found(self) -> None:
        Entry.objects.filter(number=5).delete()
        assert list(faults()) == ["the trail ends at entry 4, but 5 were added"]

    def test_two_entries_that_changed_places_are_found(self) -> None:
        second, third = Entry.objects.get(number=2), Entry.objects.get(number=3)
        Entry.objects.filter(number=2).update(action=third.action, target=third.target, hash=third.hash)
        Entry.objects.filter(number=3).update(action=second.action, target=second.target, hash=second.hash)
        assert {"entry 2 was changed", "entry 3 was changed"} <= set(faults())

    def test_an_entry_replaced_with_a_fitting_hash_is_found(self) -> None:
        from hub.audit.trail import digest

        last = Entry.objects.get(number=5)
        last.action = "thing.never-done"
        Entry.objects.filter(number=5).update(action=last.action, hash=digest(last))
        assert list(faults()) == ["entry 5, the last one, is another than was added"]

    def test_the_program_itself_cannot_change_one(self) -> None:
        entry = Entry.objects.get(number=1)
        with pytest.raises(EntryUnchangeable):
            entry.save()
        with pytest.raises(EntryUnchangeable):
            entry.delete()

    def test_a_whole_new_chain_is_found_by_an_anchor(self) -> None:
        line = Anchor.now().line()
        assert Anchor.from_line(line).fault() is None
        Entry.objects.all().delete()
        Head.objects.all().delete()
        for number in range(6):
            record("command line", "thing.invented", f"thing {number}")
        assert list(faults()) == []
        fault = Anchor.from_line(line).fault()
        assert fault is not None
        assert fault.startswith("entry 5 is another than was anchored at ")

    def test_an_anchor_of_another_hand_is_none(self) -> None:
        text, _, signature = Anchor.now().line().partition(".")
        with pytest.raises(AnchorUnreadable):
            Anchor.from_line(f"{text[:-4]}AAAA.{signature}")


def test_what_is_undone_was_not_done() -> None:
    before = Entry.objects.count()
    with transaction.atomic():
        record("command line", "thing.done")
        transaction.set_rollback(True)
    assert Entry.objects.count() == before
    assert list(faults()) == []


class TestExport:
    def test_lines_can_be_verified_elsewhere(self, tmp_path: Path) -> None:
        record("command line", "thing.done", "东区 thing", why="=1+1")
        assert write(Entry.objects.all(), tmp_path / "out.jsonl") == Entry.objects.count()
        rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
        last = rows[-1]
        hashed = json.dumps(
            {name: value for name, value in last.items() if name != "hash"},
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )
        assert sha256(hashed.encode()).hexdigest() == last["hash"]

    def test_the_console_exports_to_auditors_and_records_it(self, console: Callable[..., Client]) -> None:
        record("=cmd|' /C calc'!A0", "thing.done", "+1")
        chosen = {"action": "export_rows", "select_across": "1", "_selected_action": [1]}
        answer = console("auditor").post("/console/audit/entry/", chosen)
        table = b"".join(answer).decode()
        assert table.startswith("\ufeffnumber,at,who")
        assert "'=cmd|' /C calc'!A0" in table
        assert "'+1" in table
        assert Entry.objects.get(action="audit.exported").role == "auditor"

    def test_a_security_officer_reads_but_takes_nothing_away(self, console: Callable[..., Client]) -> None:
        record("command line", "thing.done")
        officer = console("security_officer")
        assert officer.get("/console/audit/entry/").status_code == 200
        chosen = {"action": "export_rows", "select_across": "1", "_selected_action": [1]}
        answer = officer.post("/console/audit/entry/", chosen)
        assert not answer.streaming
        assert not Entry.objects.filter(action="audit.exported").exists()


def test_below_the_root_one_sees_what_ones_own_people_did(
    console: Callable[..., Client], account: Callable[..., User], organisations: Organisations
) -> None:
    here, there = account("clerk", organisations.branch), account("clerk", organisations.west)
    record(here.get_username(), "thing.done", "here-thing")
    record(there.get_username(), "thing.done", "there-thing")
    seen = console("auditor", organisations.east).get("/console/audit/entry/").content.decode()
    assert "here-thing" in seen
    assert "there-thing" not in seen


def test_a_change_in_the_console_is_recorded(console: Callable[..., Client], kiosk: Kiosk) -> None:
    answer = console("administrator").post(
        f"/console/kiosks/kiosk/{kiosk.id}/change/",
        {"place": "新大厅", "organisation": kiosk.organisation_id},
    )
    assert answer.status_code == 302
    entry = Entry.objects.get(action="kiosk.changed")
    assert entry.target == f"kiosks.kiosk {kiosk.id}"
    assert entry.role == "administrator"
    assert list(faults()) == []
