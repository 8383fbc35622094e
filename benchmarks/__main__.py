"""``python -m benchmarks [SUBJECT …]``: measures and writes the tables of docs/benchmarks.md."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from benchmarks import (
    camera,
    card,
    hub,
    hub_console,
    idle,
    queue_drain,
    queue_put,
    receipt,
    seal,
    search,
    starting,
    touch,
    writing,
)
from benchmarks.display import SIZE
from benchmarks.figures import Subject, replaced
from benchmarks.lobby import ROOT, Lobby, lobby
from benchmarks.processes import BenchmarkError, wait_for_quiet

PAGE = ROOT / "docs" / "benchmarks.md"
SUBJECTS = (
    "start",
    "idle",
    "touch",
    "pages",
    "input",
    "card",
    "camera",
    "receipt",
    "put",
    "drain",
    "growth",
    "search",
    "checkin",
    "intake",
    "herd",
    "console",
    "seal",
)
ORDER = (
    starting.TITLE_START, starting.TITLE_MEMORY, idle.TITLE, touch.TITLE_TOUCH, touch.TITLE_PAGES,
    writing.TITLE, writing.TITLE_HITS, card.TITLE,
    camera.TITLE, camera.TITLE_CODES,
    receipt.TITLE, queue_put.TITLE, queue_drain.TITLE, queue_drain.TITLE_GROWTH,
    search.TITLE_FOUND, search.TITLE_SPEED,
    hub.TITLE, hub.TITLE_INTAKE, hub.TITLE_HERD, hub_console.TITLE, seal.TITLE,
)  # fmt: skip
HEAD = """\
# Benchmarks

Written by `make bench`, which sets up what it needs (Xvfb, Chromium) and runs `python -m benchmarks`. Every
figure stands beside its floor or a peer that was measured in the same run: compare the ratios, not the
seconds, with those of another machine. `python -m benchmarks start idle` measures only those subjects and
leaves the other tables as they are. Figures are medians, with the least and the greatest value in brackets.
An aim that is missed says so.

{machine}
"""


@click.command()
@click.argument("subjects", nargs=-1, type=click.Choice(SUBJECTS))
@click.option("--rounds", default=7, show_default=True, help="Starts of each program.")
@click.option("--seconds", default=20.0, show_default=True, help="How long to watch a kiosk at rest.")
@click.option("--count", default=20, show_default=True, help="Touches, cards read, four times the receipts.")
@click.option("--quiet", default=0.7, show_default=True, help="Load to wait for before each subject.")
@click.option("--patience", default=600.0, show_default=True, help="Seconds to wait for that.")
@click.option("--out", default=PAGE, show_default="docs/benchmarks.md", type=click.Path(path_type=Path))
@click.option(
    "--pictures", type=click.Path(path_type=Path, file_okay=False), help="Save what the display showed."
)
def main(
    subjects: tuple[str, ...],
    rounds: int,
    seconds: float,
    count: int,
    quiet: float,
    patience: float,
    out: Path,
    pictures: Path | None,
) -> None:
    """Measure the SUBJECTS (all of them if none is named) and write them into the page of the docs."""
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)

    wanted = subjects or SUBJECTS

    def started(lobby: Lobby) -> list[Subject]:
        found = starting.measure(lobby, rounds, pictures)
        return [starting.start(found), starting.memories(found)]

    makers: dict[str, Callable[[Lobby], list[Subject]]] = {
        "start": started,
        "idle": lambda lobby: [idle.idle(lobby, seconds)],
        "touch": lambda lobby: [touch.touch(lobby, count)],
    }
    alone: dict[str, Callable[[], list[Subject]]] = {
        "pages": lambda: [touch.pages()],
        "input": lambda: writing.writing(count),
        "card": lambda: [card.card(count)],
        "camera": lambda: camera.camera(count, seconds / 2),
        "receipt": lambda: [receipt.receipt(count)],
        "put": lambda: [queue_put.put(20 * count)],
        "drain": lambda: [queue_drain.drain(50 * count)],
        "growth": lambda: [queue_drain.growth(100_000)],
        "search": search.measure,
        "checkin": lambda: hub.check_in(50 * count),
        "intake": lambda: hub.intake(20 * count),
        "herd": lambda: hub.herd(10_000),
        "console": lambda: hub_console.console(10_000, 1_000_000),
        "seal": lambda: [seal.seal(count)],
    }
    with contextlib.ExitStack() as stack:
        try:
            place = stack.enter_context(lobby(SIZE)) if set(wanted) & set(makers) else None
            for name in wanted:
                load = wait_for_quiet(quiet, patience)
                conditions = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load before: {load:.2f}"
                made = makers[name](place) if place and name in makers else alone[name]()
                write(out, made, conditions)
        except BenchmarkError as error:
            raise click.ClickException(str(error)) from None


def write(out: Path, made: list[Subject], conditions: str) -> None:
    """Print the tables and put them in their places on the page."""
    for subject in made:
        subject.conditions = conditions
        click.echo(subject.markdown())
    page = out.read_text(encoding="utf-8") if out.exists() else ""
    head = HEAD.format(machine="\n".join(machine()))
    out.write_text(replaced(page, head, made, ORDER), encoding="utf-8")


def machine() -> Iterator[str]:
    """What was measured on, in Markdown lines."""
    facts = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in facts if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield (
        f"- Machine: {os.cpu_count()} cores ({names[0] if names else platform.machine()}), {memory:.0f} GB; "
        "no graphics chip, Mesa draws in software"
    )
    libraries = ", ".join(f"{name} {version(name)}" for name in ("kivy", "pyserial"))
    linux = ".".join(platform.release().split(".")[:2])
    yield f"- Linux {linux}, Python {platform.python_version()}, {libraries}"
    browser = shutil.which("chromium")
    if browser:
        said = subprocess.run([browser, "--version"], capture_output=True, text=True, check=False).stdout
        yield f"- {said.strip()}"


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended in any case
    sys.exit(main())
