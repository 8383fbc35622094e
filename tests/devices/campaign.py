"""``python -m tests.devices.campaign``: attacks every framing module for as long as one likes.

Each target of `tests.devices.targets` runs in a child of its own under atheris, which changes sound bytes and
keeps those changes that reach new code. The table that it prints stands in docs/writing-a-driver.md.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import click

ROOT = Path(__file__).parents[2]


@click.command()
@click.option(
    "--minutes", default=1.0, show_default=True, type=click.FloatRange(min=0), help="For all together."
)
@click.option("--target", "wanted", default="", metavar="NAME", help="Only targets whose name holds this.")
@click.option("--child", hidden=True, default="", help="Run this target here and now.")
@click.option("--corpus", hidden=True, type=click.Path(path_type=Path))
@click.option("--seconds", hidden=True, default=1)
def main(minutes: float, wanted: str, child: str, corpus: Path | None, seconds: int) -> None:
    """Attack the framing modules; ends with 1 when one of them broke a promise, and names the bytes' file."""
    if child and corpus:
        _fuzz(child, corpus, seconds)
    names = [name for name in _names() if wanted in name]
    if not names:
        raise click.BadParameter(f"there are: {', '.join(_names())}", param_hint="--target")
    click.echo("| module | inputs tried | edges reached, first and last | promises broken |")
    click.echo("| --- | --- | --- | --- |")
    tried, broken = 0, 0
    for name in names:
        executions, edges, failed = _campaign(name, max(1, round(minutes * 60 / len(names))))
        tried, broken = tried + executions, broken + failed
        click.echo(f"| `{name}` | {executions:,} | {edges} | {'**yes**' if failed else 'none'} |")
    click.echo(f"| all | {tried:,} | | {broken or 'none'} |")
    sys.exit(broken > 0)


def _names() -> list[str]:
    from tests.devices.targets import TARGETS

    return [target.name for target in TARGETS]


def _campaign(name: str, seconds: int) -> tuple[int, str, bool]:
    """Inputs tried, edges reached, and whether a promise was broken."""
    with tempfile.TemporaryDirectory(prefix="yedeng-campaign-") as folder:
        arguments = ["--child", name, "--corpus", folder, "--seconds", str(seconds)]
        done = subprocess.run(
            [sys.executable, "-m", "tests.devices.campaign", *arguments],
            cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace", check=False,
        )  # fmt: skip
    told = done.stderr
    executed = re.findall(r"number_of_executed_units: (\d+)", told)
    reached = re.findall(r"cov: (\d+)", told)
    if done.returncode != 0:
        click.echo(told[-4000:], err=True)
    edges = f"{reached[0]} → {reached[-1]}" if reached else "–"
    return int(executed[-1]) if executed else 0, edges, done.returncode != 0


def _fuzz(name: str, corpus: Path, seconds: int) -> None:
    """Never returns: the fuzzer ends the process."""
    import atheris

    os.nice(5)
    with atheris.instrument_imports(include=["devices", "kiosk.wire", "tests.devices.targets"]):
        from tests.devices.targets import TARGETS
    target = next(target for target in TARGETS if target.name == name)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [f"-max_total_time={seconds}", f"-max_len={target.longest}", "-print_final_stats=1"]
    artifacts = f"-artifact_prefix={tempfile.gettempdir()}/yedeng-broken-"
    atheris.Setup([sys.argv[0], str(corpus), *limits, artifacts], target.attack)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
