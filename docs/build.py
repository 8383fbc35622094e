"""`make docs`: writes setting reference and example site file out of the settings, and checks every link.

`docs/build.py --check` only compares and checks, and fails when something would change.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from config.settings import Site  # noqa: E402 — the application runs from its own root
from devices.registry import BUILT_IN, driver_class  # noqa: E402

SETTINGS = ROOT / "docs" / "settings.md"
HEAD = """# Settings

Written by `make docs` out of what is said in `config/settings.py` and in the drivers. A site file is in TOML.
A key that is not known is refused with its place and the nearest known name. Relative paths start at the
folder of the site file.
"""
EXAMPLE = ROOT / "config" / "example.toml"
EXAMPLE_HEAD = """\
# Every setting of a site file, at its default. Written by `make docs`; docs/settings.md has them as tables.
# A kiosk's own file holds what differs from here: what is left out keeps its default. Relative paths start at
# the folder of the site file.
"""
EXAMPLE_DEVICES = {
    "sam-serial": ("id-reader", {"port": "/dev/serial/by-path/…"}),
    "pcsc-social-card": ("social-card", {}),
    "escpos-tcp": ("receipt-printer", {"host": "192.168.0.50"}),
    "escpos-serial": ("second-receipt-printer", {"port": "/dev/serial/by-path/…"}),
    "escpos-usb": ("third-receipt-printer", {"port": "/dev/usb/lp0"}),
    "cups": ("a4-printer", {"queue": "a4"}),
    "xfs4iot-card-reader": ("bank-card-reader", {}),
    "xfs4iot-printer": ("bank-receipt-printer", {}),
    "xfs4iot-barcode-reader": ("bank-code-scanner", {}),
    "xfs4iot-camera": ("bank-camera", {}),
    "gm65-serial": ("code-scanner", {"port": "/dev/serial/by-path/…"}),
    "opencv-camera": ("document-camera", {"source": "/dev/v4l/by-path/…"}),
    "espeak-ng": ("speaker", {}),
}
"""A device of each driver: its name in the example, and values for what has no default."""
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def main() -> None:
    """Writes both files, or compares them with `--check`; then checks the links of every page."""
    problems = []
    for path, lines in ((SETTINGS, setting_reference()), (EXAMPLE, example_site())):
        text = "\n".join(lines)
        if "--check" not in sys.argv:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            problems.append(f"{path.relative_to(ROOT)} is older than the settings: run make docs")
    problems += broken_links()
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


def setting_reference() -> Iterator[str]:
    """The lines of the setting reference: the tables of the site file, then the options of each driver."""
    yield HEAD
    for name, model in site_tables():
        yield from table(f"[{name}]", model)
    yield "## `[devices.NAME]`\n"
    yield "One table for each device, under a name of your own. `driver` chooses what follows.\n"
    for driver in BUILT_IN:
        yield from table(f'driver = "{driver}"', driver_class(driver).Options, level="###")


def table(title: str, model: type[BaseModel], level: str = "##") -> Iterator[str]:
    """One Markdown table with a row for each setting of the model."""
    yield f"{level} `{title}`\n"
    if model.__doc__ and model.__doc__ != BaseModel.__doc__:
        yield f"{model.__doc__.strip().splitlines()[0]}\n"
    yield "| setting | what it is | default | allowed |\n|---|---|---|---|"
    for name, field in model.model_fields.items():
        default = "must be given" if field.is_required() else shown(field.get_default())
        yield f"| `{name}` | {field.description or ''} | {default} | {allowed(field)} |"
    yield ""


def site_tables() -> Iterator[tuple[str, type[BaseModel]]]:
    """The tables of a site file that every kiosk has, with their models."""
    for name, field in Site.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield name, field.annotation


def example_site() -> Iterator[str]:
    """The lines of the example site file."""
    yield EXAMPLE_HEAD
    for name, model in site_tables():
        yield f"[{name}]"
        yield from example_settings(model, {})
    for driver, (name, given) in EXAMPLE_DEVICES.items():
        yield f'[devices.{name}]\ndriver = "{driver}"'
        yield from example_settings(driver_class(driver).Options, given)


def example_settings(model: type[BaseModel], given: dict[str, str]) -> Iterator[str]:
    """The settings of one table, each under its description; what is not set by default stays a comment."""
    for name, field in model.model_fields.items():
        value = given[name] if field.is_required() else field.get_default()
        yield f"# {field.description}"
        yield f'# {name} = "…"' if value is None else f"{name} = {toml(value)}"
    yield ""


def shown(value: Any) -> str:
    """A default as a cell of the table."""
    return "not set" if value is None else f"`{toml(value)}`"


def toml(value: Any) -> str:
    """A value as it is written in a site file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(str(value), ensure_ascii=False) if isinstance(value, str | Path) else str(value)


def allowed(field: FieldInfo) -> str:
    """The values a setting takes: the words to choose from, or the bounds of a number."""
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(field.annotation))
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "min_length": "length ≥", "max_length": "length ≤"}
    bounds = [(sign, getattr(bound, name, None)) for bound in field.metadata for name, sign in signs.items()]
    return ", ".join(f"{sign} {value}" for sign, value in bounds if value is not None)


def broken_links() -> Iterator[str]:
    """Every relative link of the Markdown files that leads to nothing."""
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for number, line in enumerate(page.read_text().splitlines(), 1):
            for target in LINK.findall(line):
                if "://" in target or target.startswith(("#", "mailto:")):
                    continue
                if not (page.parent / target.split("#")[0]).exists():
                    yield f"{page.relative_to(ROOT)}:{number}: the link {target} leads to nothing"


if __name__ == "__main__":
    main()
