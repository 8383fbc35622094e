"""`python main.py queue`: what a technician, a script or a second machine does with an outbox."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from config.settings import load_site
from kiosk.queue_place import Place, user
from kiosk.wire import HpkeOpener, new_private_key
from offline_queue import OfflineQueue, State, new_id
from offline_queue.ledger import Ledger
from tests.offline_queue.sealers import Scrambler

ROOT = Path(__file__).parents[2]
PEOPLE = [f"{name}{number:02}" for number, name in enumerate(["李桂兰", "王䶮", "𠮷㛃𬴊", "买买提·艾力"] * 5)]


def queue_command(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "main.py", "queue", *arguments]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def opener() -> HpkeOpener:
    return HpkeOpener.from_texts([new_private_key()])


@pytest.fixture
def key(opener: HpkeOpener, tmp_path: Path) -> str:
    file = tmp_path / "intake.pub"
    file.write_text(opener.sealers[0].text)
    return str(file)


@pytest.fixture
def data(tmp_path: Path) -> str:
    return str(tmp_path / "data")


@contextmanager
def opened(data: str) -> Iterator[OfflineQueue]:
    with closing(OfflineQueue(Path(data) / "queue", None, reserve=0)) as queue:
        yield queue


def test_lines_are_kept_and_their_ids_told(data: str, key: str, opener: HpkeOpener) -> None:
    lines = [{"name": name, "n": n} for n, name in enumerate(PEOPLE[:3])]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    done = queue_command("put", "--data", data, "--kind", "submission", "--recipient", key, text=text)
    assert (done.returncode, done.stderr) == (0, "")
    ids = [UUID(line) for line in done.stdout.splitlines()]
    listed = json.loads(queue_command("list", "--data", data, "--json").stdout)
    assert [row["id"] for row in listed] == [str(item_id) for item_id in ids]
    assert set(listed[0]) == {"id", "kind", "state", "created", "attempts", "next_attempt", "reason"}
    assert [(row["state"], row["kind"], row["attempts"]) for row in listed] == [
        ("pending", "submission", 0)
    ] * 3
    with opened(data) as queue:
        for item, line in zip(queue.lease(3, room=10**6), lines, strict=True):
            clear = opener.open(item.sealed, item_id=item.envelope.id, kind="submission", schema=1)
            assert json.loads(clear) == line


def test_an_id_is_told_while_the_next_line_is_still_to_come(data: str, key: str) -> None:
    command = [sys.executable, "main.py", "queue", "put", "--data", data, "--kind", "x", "--recipient", key]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write("{}\n")
        child.stdin.flush()
        item_id = UUID(child.stdout.readline().strip())
        child.kill()
    with opened(data) as queue:
        assert queue.get(item_id).state is State.PENDING


def test_without_a_key_nothing_is_kept_and_it_is_said_in_words(data: str) -> None:
    done = queue_command("put", "--data", data, "--kind", "submission", text="{}\n")
    assert done.returncode == 1
    assert "no key to seal to" in done.stderr
    assert not (Path(data) / "queue").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["list"], 2, "--data DIR or by --site FILE"),
        (["list", "--data", "{nowhere}"], 1, "there is no queue"),
        (["put", "--data", "{nowhere}", "--kind", "Sub mission", "--recipient", "{key}"], 2, "small letters"),
        (["put", "--data", "{nowhere}", "--kind", "x", "--recipient", "/none"], 1, "No such file"),
        (["put", "--data", "{nowhere}", "--kind", "x", "--recipient", "{here}"], 1, "not a public key"),
        (["drain", "--data", "{nowhere}"], 1, "no hub is known"),
        (["drain", "--data", "{nowhere}", "--hub", "hub.example"], 1, "begins with https://"),
        (["list", "--site", "/none"], 1, "no such site file"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    arguments: list[str], code: int, words: str, tmp_path: Path, key: str
) -> None:
    names = {"nowhere": str(tmp_path / "nowhere"), "key": key, "here": __file__}
    done = queue_command(*(argument.format(**names) for argument in arguments))
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_line_that_is_no_json_ends_it_and_what_came_before_is_kept(data: str, key: str) -> None:
    arguments = ("put", "--data", data, "--kind", "x", "--recipient", key)
    for line in ("not json", '{"a": NaN}', "[" * 100_000):
        done = queue_command(*arguments, text=f'{{"a": 1}}\n{line}\n{{"b": 2}}\n')
        assert (done.returncode, len(done.stdout.splitlines())) == (1, 1)
        assert done.stderr == "Error: line 2 is not JSON; the lines before it are kept\n"


def test_what_has_no_content_any_more_is_not_carried(data: str, key: str, tmp_path: Path) -> None:
    delivered, lost = (
        queue_command("put", "--data", data, "--kind", "x", "--recipient", key, text="{}\n").stdout.strip(),
        str(new_id()),
    )
    with opened(data) as queue:
        queue.settle_delivered(UUID(delivered), "{}")
    with closing(Ledger(Path(data) / "queue")) as ledger:
        ledger.add([lost])
    for item_id, words in ((delivered, "is delivered"), (lost, "lost by this disk")):
        done = queue_command("export", "--data", data, item_id, "--out", str(tmp_path / "out"))
        assert (done.returncode, done.stdout) == (1, "")
        assert words in done.stderr
    assert not (tmp_path / "out").exists()


def test_what_the_hub_refuses_during_a_drain_is_the_keepers_of_the_site_file(tmp_path: Path) -> None:
    site = tmp_path / "site.toml"
    site.write_text('[kiosk]\nkeeper = "老周"\n[queue]\nhold_days = 1\n', encoding="utf-8")
    for place, keeper in (
        (Place(tmp_path / "a", load_site(site)), "老周"),
        (Place(tmp_path / "b", None), user()),
    ):
        with place.open(Scrambler()) as queue:
            item_id = queue.put(new_id(), "x", b"{}").id
            queue.settle_held(item_id, "422 it cannot be taken")
            held = queue.get(item_id)
        assert held.owner == keeper
        assert held.deadline is not None
        assert place.site is None or held.deadline - held.created < 86410


def test_a_held_item_is_shown_released_with_a_reason_and_carried(data: str, key: str, tmp_path: Path) -> None:
    done = queue_command("put", "--data", data, "--kind", "x", "--recipient", key, text="{}\n")
    item_id = done.stdout.strip()
    with opened(data) as queue:
        queue.settle_held(UUID(item_id), "422 it cannot be taken")
    stats = json.loads(queue_command("stats", "--data", data, "--json").stdout)
    assert (stats["held"], stats["pending"]) == (1, 0)
    assert queue_command("retry", "--data", data, item_id).returncode == 1
    assert queue_command("release", "--data", data, item_id).returncode == 2
    done = queue_command("export", "--data", data, item_id, "--out", str(tmp_path / "out"), "--by", "老周")
    assert Path(done.stdout.strip()).is_file()
    reason = "the hub knows this kind now"
    assert queue_command("release", "--data", data, item_id, "--reason", reason).returncode == 0
    shown = json.loads(queue_command("show", "--data", data, item_id, "--json").stdout)
    assert (shown["state"], shown["attempts"], shown["reason"]) == ("pending", 1, "422 it cannot be taken")
    assert [(note["action"], note["reason"]) for note in shown["audit"]] == [
        ("export", ""),
        ("release", reason),
    ]
    assert shown["audit"][0]["who"] == "老周"
    assert queue_command("show", "--data", data, str(new_id())).returncode == 1


def test_a_damaged_queue_is_said_so_and_left_alone(data: str, key: str) -> None:
    queue_command("put", "--data", data, "--kind", "x", "--recipient", key, text="{}\n" * 5)
    assert queue_command("verify", "--data", data).returncode == 0
    file = Path(data) / "queue" / "queue.db"
    image = bytearray(file.read_bytes())
    image[8192 : 2 * 8192] = bytes(8192)
    file.write_bytes(image)
    done = queue_command("verify", "--data", data)
    assert done.returncode == 1
    assert "damaged" in done.stderr
    assert file.read_bytes() == bytes(image)


def test_two_at_one_queue_are_refused(data: str, key: str) -> None:
    queue_command("put", "--data", data, "--kind", "x", "--recipient", key, text="{}\n")
    with opened(data):
        done = queue_command("list", "--data", data)
    assert done.returncode == 1
    assert "in use by another process" in done.stderr


def test_a_stolen_disk_reveals_nobody(data: str, key: str, opener: HpkeOpener) -> None:
    numbers = [f"11010519491231{n:03}X" for n in range(20)]
    people = [{"name": name, "number": number} for name, number in zip(PEOPLE, numbers, strict=True)]
    text = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in people)
    queue_command("put", "--data", data, "--kind", "submission", "--recipient", key, text=text)
    private = next(iter(opener._keys.values())).raw
    planted = [word for one in people for word in one.values()]
    needles = [encoded for word in planted for encoded in (word.encode(), word.encode("utf-16-le"))]
    needles += [json.dumps(name)[1:-1].encode() for name in PEOPLE] + [private[:32], private[-32:]]

    def searched() -> None:
        for file in Path(data).rglob("*"):
            content = file.read_bytes() if file.is_file() else b""
            content = re.sub(rb"\0{64,}", b"\0", content)  # room that is held for later
            assert not any(needle in content for needle in needles), file.name

    searched()
    with opened(data) as queue:  # while it runs: journal and all
        searched()
        for item in queue.lease(10, room=10**6):
            queue.settle_delivered(item.envelope.id, '{"case_no": "3701-2026-000001"}')
        searched()
        sealed = [item.sealed for item in queue.lease(10, room=10**6)]
        queue.checkpoint()
        # Nothing of what was delivered is left either, sealed or not: ten items' worth of seals, no more.
        everything = b"".join(file.read_bytes() for file in Path(data).rglob("*") if file.is_file())
        assert everything.count(b"YDS1") == len(sealed) == 10
    searched()
