"""A lost machine: what was backed up while the hub served is all there on another one."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.enrolment import KioskIdentity
from kiosk.hub_client import HubClient
from offline_queue import Delivered, OfflineQueue
from tests.hub.conftest import HubProcess, hub_command
from tests.hub.filings import put


@pytest.fixture
def copies(hub: HubProcess, tmp_path: Path) -> tuple[Path, Path]:
    """A copy of the database and of the keys, made while the hub serves."""
    copy, keys = tmp_path / "copy", tmp_path / "keys.tar"
    hub_command("backup", "--data", str(hub.data), "--out", str(copy), "--keys", str(keys))
    return copy, keys


@pytest.fixture
def other_machine(copies: tuple[Path, Path], tmp_path: Path) -> Iterator[HubProcess]:
    """A hub of what was restored."""
    copy, keys = copies
    restored = HubProcess(tmp_path / "restored")
    hub_command("restore", "--data", str(restored.data), str(copy), "--keys", str(keys))
    restored.start()
    try:
        yield restored
    finally:
        restored.stop()


def test_a_kiosk_goes_on_with_the_restored_hub(
    hub: HubProcess,
    client: HubClient,
    queue: OfflineQueue,
    identity: KioskIdentity,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    put(queue)
    (item,) = queue.lease()
    before = client.deliver([item])
    restored: HubProcess = request.getfixturevalue("other_machine")
    again = HubClient(restored.url, identity.credentials, timeout=5)
    try:
        assert isinstance(before[0], Delivered)
        assert again.deliver([item]) == before  # the same receipt: it is known there
    finally:
        again.close()
    assert restored.rows("cases") == hub.rows("cases")


def test_a_copy_alone_shows_no_resident(copies: tuple[Path, Path]) -> None:
    copy, keys = copies
    assert "李桂兰".encode() not in copy.read_bytes()
    assert (copy.stat().st_mode | keys.stat().st_mode) & 0o077 == 0
    with tarfile.open(keys) as archive:
        assert {"resident.key", "index.key", "intake.key", "publisher.key"} <= set(archive.getnames())


def test_nothing_is_overwritten(hub: HubProcess, copies: tuple[Path, Path], tmp_path: Path) -> None:
    copy, keys = copies
    with pytest.raises(AssertionError, match="keys already"):
        hub_command("restore", "--data", str(hub.data), str(copy), "--keys", str(keys))
    with pytest.raises(AssertionError, match="not overwritten"):
        hub_command("backup", "--data", str(hub.data), "--out", str(copy), "--keys", str(keys))


def test_a_file_that_is_no_copy_is_refused_in_words(copies: tuple[Path, Path], tmp_path: Path) -> None:
    _, keys = copies
    broken = tmp_path / "broken"
    broken.write_bytes(b"not a database, but long enough to be taken for one" * 40)
    with pytest.raises(AssertionError, match=r"is no copy of a database|pg_restore"):
        hub_command("restore", "--data", str(tmp_path / "new"), str(broken), "--keys", str(keys))
