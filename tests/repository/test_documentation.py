"""The documentation is true: commands exist, examples run, pictures are there, both READMEs agree."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast

import click
import pytest
from PIL import Image

from config.settings import load_site
from devices.registry import build_all
from kiosk.counts import Counts
from kiosk.house import Kiosk
from kiosk.pages import Notice
from kiosk.visit import Aside, Ending, Visit
from kiosk.wire import Bilingual
from main import yedeng
from tests.kiosk.resident import On, ScriptedResident

ROOT = Path(__file__).resolve().parents[2]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
PAGES = (*READMES, *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "hub").glob("*.md")))
PICTURES = ROOT / "docs" / "pictures"
LARGEST_PICTURE = 120_000
FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
PLAIN_COMMANDS = {
    "adduser",
    "apt-get",
    "cd",
    "cp",
    "curl",
    "git",
    "install",
    "ls",
    "runuser",
    "sudo",
    "systemctl",
    "tail",
    "udevadm",
    "usermod",
}
"""Debian's own commands, which a page may use without being checked further."""


def blocks(page: Path, language: str) -> list[str]:
    return [body for _, name, body in FENCE.findall(page.read_text(encoding="utf-8")) if name == language]


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command line of every fenced shell block, without its comment, by the page it stands on."""
    for page in PAGES:
        for block in blocks(page, "sh"):
            for line in block.replace("\\\n", " ").splitlines():
                words = shlex.split(line, comments=True)
                while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                    words.pop(0)
                if words:
                    yield f"{page.name}: {line.strip()}", words


def understood(words: list[str]) -> bool:
    """Whether a command line exists as it is written; our own are parsed as when they are run."""
    match words:
        case ["make", *targets]:
            known = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
            return bool(targets) and set(targets) <= set(known)
        case ["deploy/setup.sh", *purpose]:
            return purpose in ([], ["kiosk"], ["test"], ["bench"])
        case [".venv/bin/python", "main.py", *arguments]:
            return parses(arguments)
        case [".venv/bin/python", "-m", "pip", "install", *_]:
            return True
        case [".venv/bin/python", "-m", module, *arguments]:
            return module_takes(module, arguments)
        case [".venv/bin/python", script, *arguments]:
            return (ROOT / script).is_file() and all(
                word in (ROOT / script).read_text() for word in arguments if word.startswith("--")
            )
        case [program, *_]:
            return program in PLAIN_COMMANDS
    return False


def parses(arguments: list[str]) -> bool:
    command: click.Command = yedeng
    parent = None
    rest = arguments
    try:
        while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
            context = click.Context(command, parent, info_name=command.name)
            _, found, rest = command.resolve_command(context, rest)
            assert found is not None
            command, parent = found, context
        command.make_context(command.name, rest, parent).close()
    except click.exceptions.Exit:
        return True  # --help and --version end there
    except click.UsageError:
        return False
    return True


def module_takes(module: str, arguments: list[str]) -> bool:
    """Whether a module of ours exists and knows these options, by its source."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return False
    path = Path(spec.origin)
    source = (path.with_name("__main__.py") if path.name == "__init__.py" else path).read_text()
    return all(f'"{word}"' in source for word in arguments if word.startswith("--"))


@pytest.fixture
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which the files lie that the pages' commands read; nobody is asked for a password."""
    for name in {word for _, words in commands() for word in words if word.endswith((".txt", ".pdf"))}:
        (tmp_path / name).write_text("夜灯\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(click.Option, "prompt_for_value", lambda *_: "typed")


@pytest.mark.usefixtures("somewhere")
def test_every_command_that_is_written_down_exists() -> None:
    listed = list(commands())
    assert len(listed) > 20
    assert not [place for place, words in listed if not understood(words)]


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    wrong = (
        "make supper",
        "deploy/setup.sh everything",
        ".venv/bin/python main.py fly",
        ".venv/bin/python main.py tour",
        ".venv/bin/python main.py devices read",
        ".venv/bin/python main.py tour --out x --colour blue",
        ".venv/bin/python -m tests.screens.galery --out x",
        ".venv/bin/python -m tests.screens.gallery --out x --colour blue",
        "supper",
    )
    assert not [line for line in wrong if understood(shlex.split(line))]


def test_every_site_file_that_is_written_down_is_understood(tmp_path: Path) -> None:
    written = [(page.name, block) for page in PAGES for block in blocks(page, "toml") if "[devices." in block]
    assert len(written) > 2
    for name, block in written:
        file = tmp_path / "site.toml"
        file.write_text(block, encoding="utf-8")
        site = load_site(file)
        if name != "writing-a-driver.md":  # whose driver is not installed here, but in its own test
            assert build_all(site.devices, site.directory).keys() == site.devices.keys(), name


# -- the READMEs and their pictures


def shape(page: Path) -> dict[str, list[object]]:
    """What both languages share: headings by level, tables by rows, commands, pictures, links."""
    text = page.read_text(encoding="utf-8")
    outside = FENCE.sub("", text)
    commands_only = [
        shlex.split(line, comments=True) for block in blocks(page, "sh") for line in block.splitlines()
    ]
    return {
        "headings": [len(marks) for marks in re.findall(r"^(#+) ", outside, re.MULTILINE)],
        "rows": [line.count("|") for line in outside.splitlines() if line.startswith("|")],
        "commands": [words for words in commands_only if words],
        "pictures": [target for _, target in IMAGE.findall(text)],
        "links": [
            target
            for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", outside)
            if "README" not in target
        ],
    }


def test_both_readmes_say_the_same() -> None:
    english, chinese = map(shape, READMES)
    for what, parts in english.items():
        assert parts == chinese[what], what


def test_every_picture_is_described_small_and_shown_somewhere() -> None:
    shown = {}
    for page in PAGES:
        for words, target in IMAGE.findall(page.read_text(encoding="utf-8")):
            assert words, f"{page.name}: {target} has no description"
            shown[(page.parent / target).resolve()] = page.name
    kept = {path.resolve() for path in PICTURES.iterdir()}
    assert not kept - shown.keys()
    for path in kept:
        assert path.stat().st_size < LARGEST_PICTURE, path.name
        if path.suffix != ".svg":
            with Image.open(path) as picture:
                assert picture.width <= 900, path.name


# -- the examples


def module_from(page: str, tmp_path: Path, name: str) -> ModuleType:
    """The first Python block of a page, as a module."""
    path = tmp_path / f"{name}.py"
    path.write_text(blocks(ROOT / "docs" / page, "python")[0], encoding="utf-8")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Lantern(socketserver.StreamRequestHandler):
    """The reader of the driver's example, with a card on it."""

    def handle(self) -> None:
        card = {"name": "李桂兰", "sex": "female", "born": "1949-12-31", "number": "11010519491231002X"}
        for line in self.rfile:
            assert json.loads(line) == {"do": "look"}
            answer = {"card": {**card, "from": "2010-05-12", "until": None}}
            self.wfile.write(json.dumps(answer).encode() + b"\n")


@pytest.fixture
def lantern() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Lantern) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield int(server.server_address[1])
        server.shutdown()
        thread.join()


def test_the_example_driver_reads_a_card(tmp_path: Path, lantern: int) -> None:
    """As its package would be installed: a module, and the entry point that names it."""
    page = ROOT / "docs" / "writing-a-driver.md"
    packaging, site = blocks(page, "toml")
    (tmp_path / "lantern_reader.py").write_text(blocks(page, "python")[0], encoding="utf-8")
    installed = tmp_path / "lantern_reader-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: lantern-reader\nVersion: 1.0\n")
    entry = re.search(r"^lantern-tcp = \"(.*)\"$", packaging, re.MULTILINE)
    assert entry is not None
    (installed / "entry_points.txt").write_text(f"[yedeng.drivers]\nlantern-tcp = {entry[1]}\n")
    (tmp_path / "site.toml").write_text(f"{site}port = {lantern}\n", encoding="utf-8")
    command = ["devices", "read", "id-reader", "--site", str(tmp_path / "site.toml"), "--unmasked", "--json"]
    result = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), *command],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    read = json.loads(result.stdout)
    assert (read["name"], read["number"], read["valid_until"]) == ("李桂兰", "11010519491231002X", None)


@pytest.mark.looptime
async def test_the_example_journey_leads_to_the_window(tmp_path: Path) -> None:
    journey = module_from("journeys.md", tmp_path, "find_window").find_window
    window = SimpleNamespace(
        name=Bilingual(zh="出入境窗口", en="Exit and entry"),
        address=Bilingual(zh="明灯路 12 号", en="12 Mingdeng Road"),
        hours=Bilingual(zh="周一至周五", en="Monday to Friday"),
    )
    item = SimpleNamespace(
        id="passport-first", self_service="window", short_name="护照", name="普通护照首次申领", window=window
    )

    async def nothing(*_: object) -> None:
        return

    kiosk = SimpleNamespace(
        aside=Aside(help=nothing, could_not=nothing, farewell=nothing),
        site=SimpleNamespace(visit=None),
        guide=SimpleNamespace(items=(item,)),
        counts=Counts(),
    )
    kiosk.site.visit = SimpleNamespace(reading=120, form=90, private=60, done=30, warning=30, elder_factor=2)
    resident = ScriptedResident(On("which-matter", "passport-first"), On("window", "finish"))
    assert await Visit(cast("Kiosk", kiosk), resident).run(journey) is Ending.DONE
    last = resident.seen[-1]
    assert isinstance(last, Notice)
    assert resident.say(last.title) == "出入境窗口"
    assert [resident.say(line) for line in last.lines] == ["明灯路 12 号", "周一至周五"]
