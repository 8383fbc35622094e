"""The audit trail tells of every change made to itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from hub.audit.models import Entry, EntryUnchangeable, Head
from hub.audit.trail import faults, record
from hub.kiosks.models import Kiosk


@pytest.fixture
def trail() -> None:
    for number in range(5):
        record("command line", "thing.done", f"thing {number}", count=number, why="so")


@pytest.mark.usefixtures("trail")
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

    def test_what_is_undone_was_not_done(self) -> None:
        assert Head.objects.get().number == 5


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
