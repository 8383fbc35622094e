"""What the commands of ``python main.py devices`` share: devices by name, answers, ends in words."""

from __future__ import annotations

import asyncio
import difflib
import json
import unicodedata
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from config.settings import SettingsError, Site, load_site
from devices.contract import Device
from devices.errors import DeviceError
from devices.registry import build, build_all
from devices.words import in_words

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def site_options(command: F) -> F:
    """The options that every command of this group takes."""
    command = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")(command)
    return click.option(
        "--site",
        required=True,
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Site file that names the devices.",
    )(command)


def load(site: Path) -> Site:
    """Read a site file, or end in words."""
    try:
        return load_site(site)
    except SettingsError as error:
        fail(str(error))


def all_devices(site: Site) -> dict[str, Device]:
    """Every device of a site, not opened, or end in words."""
    try:
        return build_all(site.devices, site.directory)
    except SettingsError as error:
        fail(str(error))


def named(site: Site, name: str) -> Device:
    """The device of that name, not opened, or end in words."""
    if name not in site.devices:
        near = difflib.get_close_matches(name, site.devices, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(site.devices) or 'none'}"
        raise click.BadParameter(f"there is no device {name!r} in this site file; {hint}", param_hint="NAME")
    try:
        return build(name, site.devices[name], site.directory)
    except SettingsError as error:
        fail(str(error))


def use(device: Device, verb: Callable[[], Awaitable[T]]) -> T:
    """Open a device, do one thing with it, close it."""

    async def use() -> T:
        await device.open()
        try:
            return await verb()
        finally:
            await device.close()

    try:
        return asyncio.run(use())
    except DeviceError as error:
        fail(f"{device.name}: {in_words(error)}")


def print_json(document: object) -> None:
    """The one document of a command, on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def print_table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> None:
    """Left-aligned columns with a heading; a Chinese character counts as two."""
    cells = [columns, *(tuple(_cell(row[column]) for column in columns) for row in rows)]
    widths = [max(_width(line[i]) for line in cells) for i in range(len(columns))]
    for line in cells:
        padded = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _cell(value: object) -> str:
    return "-" if value is None or value == "" else str(value)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def fail(words: str) -> NoReturn:
    """End with one line in words and exit code 1."""
    raise click.ClickException(words)


def identity(device: Device) -> dict[str, Any]:
    """What every row about a device begins with."""
    return {"name": device.name, "driver": device.driver, "family": device.family}
