"""`make docs`: writes the setting reference out of the settings' own descriptions and checks every link.

`docs/build.py --check` only compares and checks, and fails when something would change.
"""

from __future__ import annotations

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
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def main() -> None:
    """Writes `docs/settings.md`, or compares it with `--check`; then checks the links of every page."""
    settings = "\n".join(setting_reference())
    problems = []
    if "--check" not in sys.argv:
        SETTINGS.write_text(settings)
    elif not SETTINGS.exists() or SETTINGS.read_text() != settings:
        problems.append("docs/settings.md is older than the settings: run make docs")
    problems += broken_links()
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


def setting_reference() -> Iterator[str]:
    """The lines of the setting reference: the tables of the site file, then the options of each driver."""
    yield HEAD
    for name, field in Site.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from table(f"[{name}]", field.annotation)
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


def shown(value: Any) -> str:
    """A default as it would be written in the site file."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f'`"{value}"`' if isinstance(value, str | Path) else f"`{value}`"


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
