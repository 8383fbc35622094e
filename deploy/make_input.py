"""Compiles what pinyin is typed with: `assets/build/input`, out of Debian's dictionary and `assets/input`.

To the dictionary come words of public services, the rare hanzi of names, and every other hanzi that the
kiosk's fonts can draw and pypinyin can read. A machine without librime keeps the letter keyboard; that is
said here, and by `python main.py doctor`.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SOURCES = ROOT / "assets" / "input"
BUILD = ROOT / "assets" / "build" / "input"
FONTS = (ROOT / "assets" / "fonts" / "YedengSans-Regular.otf", ROOT / "assets" / "fonts" / "YedengRare.ttf")
SHARED = Path("/usr/share/rime-data")
TABLE = SHARED / "pinyin_simp.dict.yaml"
SCHEMAS = ["yedeng_fuzzy", "yedeng"]
STAMP = "made-from"
#: Weights beside those of the dictionary: 医院 has 15543, half of the hanzi of a syllable less than 100.
HANZI, FAMILY, WORD, NAME, RARE = 600_000, 90_000, 60_000, 150, 0
#: pypinyin's spelling of a few syllables, as the dictionary spells them.
SPELLINGS = {"lve": "lue", "nve": "nue"}


def main() -> None:
    """Compiles once for each change of what it is made from, whole or not at all."""
    if not TABLE.exists():
        print(f"{TABLE} is missing: residents type letters only (packages of deploy/debian-packages.txt)")
        return
    wanted = "\n".join(made_from())
    if (BUILD / STAMP).exists() and (BUILD / STAMP).read_text() == wanted:
        return
    from screens.input.rime import RimeError, compile_schemas

    print("Compiling the pinyin dictionary", flush=True)
    part = BUILD.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for schema in SOURCES.glob("*.schema.yaml"):
        shutil.copyfile(schema, part / schema.name)
    write_tables(part)
    try:
        compile_schemas(part, SHARED, SCHEMAS)
    except RimeError as error:
        sys.exit(f"Pinyin could not be set up: {error}")
    (part / STAMP).write_text(wanted)
    shutil.rmtree(BUILD, ignore_errors=True)
    part.rename(BUILD)


def made_from() -> Iterator[str]:
    """What the result depends on, one line each."""
    for file in (*sorted(SOURCES.iterdir()), Path(__file__)):
        yield f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}"
    for file in (TABLE, *FONTS):
        yield f"{file.name} {file.stat().st_mtime_ns}"
    yield f"pypinyin {version('pypinyin')}"


def write_tables(folder: Path) -> None:
    """Writes the dictionary and the three tables that are added to Debian's."""
    hanzi, syllables = known()
    tables = {
        "hanzi": common("hanzi.txt", HANZI, syllables),
        "families": common("families.txt", FAMILY, syllables),
        "words": words(syllables),
        "names": names(hanzi, syllables),
        "rare": rare(hanzi, syllables),
    }
    for name, lines in tables.items():
        write_table(folder, name, lines)
    # Of an entry that two tables have, the first one counts.
    order = ", ".join([*tables, TABLE.name.split(".")[0]])
    write_table(folder, "yedeng", (), f"import_tables: [{order}]\n")


def write_table(folder: Path, name: str, lines: Iterable[str], more: str = "") -> None:
    """One table of a dictionary: text, pinyin, weight."""
    head = f'---\nname: {name}\nversion: "1"\nsort: by_weight\n{more}...\n\n'
    (folder / f"{name}.dict.yaml").write_text(head + "".join(f"{line}\n" for line in lines), encoding="utf-8")


def known() -> tuple[set[str], set[str]]:
    """The hanzi and the syllables of Debian's dictionary."""
    hanzi, syllables = set(), set()
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        columns = line.split("\t")
        if len(columns) > 1 and len(columns[0]) == 1:
            hanzi.add(columns[0])
            syllables.add(columns[1])
    return hanzi, syllables


def entries(name: str) -> list[str]:
    """The words of one of our lists, in their order."""
    lines = (SOURCES / name).read_text(encoding="utf-8").splitlines()
    return [entry for line in lines if not line.startswith("#") for entry in line.split()]


def common(name: str, weight: int, syllables: set[str]) -> Iterator[str]:
    """Single hanzi that are commoner here than elsewhere, in their order, each with its first reading."""
    from pypinyin import Style, lazy_pinyin

    for number, character in enumerate(entries(name)):
        (reading,) = lazy_pinyin(character, style=Style.NORMAL, v_to_u=False)
        if reading in syllables:
            yield f"{character}\t{reading}\t{weight - number}"


def words(syllables: set[str]) -> Iterator[str]:
    """The words of public services, with the reading of the whole word."""
    from pypinyin import Style, lazy_pinyin

    for word in entries("words.txt"):
        reading = lazy_pinyin(word, style=Style.NORMAL, v_to_u=False)
        unknown = [syllable for syllable in reading if syllable not in syllables]
        if unknown:
            sys.exit(f"words.txt: {word} is read {' '.join(reading)}, but {unknown[0]} is no syllable")
        if len(reading) > 1:
            yield f"{word}\t{' '.join(reading)}\t{WORD}"


def names(hanzi: set[str], syllables: set[str]) -> Iterator[str]:
    """The rare hanzi of names."""
    for entry in entries("names.txt"):
        character, _, given = entry.partition("=")
        if character not in hanzi:
            for reading in [given] if given else readings(character, syllables):
                yield f"{character}\t{reading}\t{NAME}"


def rare(hanzi: set[str], syllables: set[str]) -> Iterator[str]:
    """Every other hanzi that can be read and drawn."""
    from fontTools.ttLib import TTFont
    from pypinyin.pinyin_dict import pinyin_dict

    drawn: set[int] = set()
    for path in FONTS:
        with TTFont(path, lazy=True) as font:
            drawn |= set(font.getBestCmap())
    ours = {entry[0] for entry in entries("names.txt")}
    for code in sorted(drawn & set(pinyin_dict)):
        character = chr(code)
        if character not in hanzi and character not in ours:
            for reading in readings(character, syllables):
                yield f"{character}\t{reading}\t{RARE}"


def readings(character: str, syllables: set[str]) -> list[str]:
    """The readings of one hanzi in the dictionary's spelling; those it has no syllable for are left out."""
    from pypinyin import Style, pinyin

    found = (
        SPELLINGS.get(reading, reading)
        for reading in pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=False)[0]
    )
    return sorted({reading for reading in found if reading in syllables})


if __name__ == "__main__":
    main()
