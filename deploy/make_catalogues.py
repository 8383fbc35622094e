"""Compiles the text catalogues of the screens and the hub: gettext `.po` files into `.mo` beside them."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCALES = (ROOT / "screens" / "locale", ROOT / "hub" / "locale", *sorted(ROOT.glob("hub/*/locale")))


def main() -> None:
    """Compiles what changed since it was compiled; a broken catalogue ends it with one line in words."""
    for locale in LOCALES:
        for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
            target = source.with_suffix(".mo")
            if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
                compile_catalogue(source, target)


def compile_catalogue(source: Path, target: Path) -> None:
    """Compiles one catalogue, whole or not at all."""
    from babel.messages.mofile import write_mo  # imported here: takes longer than finding nothing to do
    from babel.messages.pofile import PoFileError, read_po

    try:
        with source.open("rb") as text:
            catalogue = read_po(text, abort_invalid=True)
    except PoFileError as error:
        sys.exit(f"{source}: {error}")
    part = target.with_suffix(".part")
    with part.open("wb") as compiled:
        write_mo(compiled, catalogue)
    part.replace(target)


if __name__ == "__main__":
    main()
