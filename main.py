"""Yedeng's command line: composes the commands of the rooms, starts them, holds no logic.

Exit codes: 0 done, 1 failed (one line in words on standard error), 2 used wrongly.
"""

from __future__ import annotations

import importlib
import sys
from typing import NamedTuple

try:
    import click
    from typing_extensions import override
except ModuleNotFoundError:
    sys.exit("Yedeng is not set up for this Python. Run deploy/setup.sh, then: .venv/bin/python main.py")

from config.version import VERSION


class Lazy(NamedTuple):
    """Where a command is found once it is asked for, and what `--help` says of it until then."""

    module: str
    attribute: str
    summary: str
    added: tuple[Lazy, ...] = ()
    """What other rooms add to a group. Imports run one way, so it is only here that they meet."""

    def load(self) -> click.Command:
        """The command, with what is added to it."""
        command: object = getattr(importlib.import_module(self.module), self.attribute)
        assert isinstance(command, click.Command)
        for one in self.added:
            assert isinstance(command, click.Group)
            command.add_command(one.load())
        return command


COMMANDS = {
    "run": Lazy("screens.commands", "run", "Run the kiosk."),
    "tour": Lazy("screens.commands", "tour", "Make three visits by real touches and save the pictures."),
    "hub": Lazy("hub.commands", "hub", "The other end: intake, cases, catalogue, administration."),
    "devices": Lazy("devices.commands", "devices", "List, watch, read and print with a site's devices."),
    "bench": Lazy("devices.simulators.commands", "bench", "Simulate a site's devices, cards and paper."),
    "bench-window": Lazy("screens.commands", "bench_window", "The same in a window, beside the kiosk."),
    "queue": Lazy("kiosk.queue_commands", "queue", "The outbox: put, drain, list, check, release."),
    "guide": Lazy(
        "kiosk.guide_commands",
        "guide",
        "Catalogues of guides: build, check, show, search, preview.",
        (Lazy("screens.previewing", "preview", "Draw a guide as residents see it."),),
    ),
    "enrol": Lazy("kiosk.enrol_command", "enrol_command", "Make this kiosk known to its hub."),
    "doctor": Lazy("kiosk.commands", "doctor", "Check this installation, in words."),
}


class LazyCommands(click.Group):
    """A group that imports a room only when one of its commands is used.

    `devices list` must not wait for the screens' graphics library, nor fail where it cannot be loaded.
    """

    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        return entry.load() if entry else None

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


@click.group(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="yedeng")
@click.option("--traceback", is_flag=True, expose_value=False, help="Show where a surprise happened.")
def yedeng() -> None:
    """Yedeng (夜灯): a self-service kiosk for public services, and the hub behind it."""


def main() -> None:
    """Runs the command line. An error that no room has put into words still ends in one line."""
    try:
        yedeng(prog_name="python main.py")
    except Exception as error:
        if "--traceback" in sys.argv:
            raise
        hint = "(python main.py --traceback … shows where)"
        click.echo(f"Error: {type(error).__name__}: {error} {hint}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
