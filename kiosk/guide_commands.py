"""`python main.py guide …`: build, check and look into catalogues."""

from __future__ import annotations

import contextlib
import json
from contextlib import closing
from pathlib import Path

import click

from config.settings import SettingsError, load_site
from kiosk.catalogue.file import CatalogueDamaged, CatalogueFile, build
from kiosk.catalogue.shelf import Shelf
from kiosk.enrolment import IdentityDamaged, load_identity
from kiosk.guide_source import DEMONSTRATION
from kiosk.search import IndexUnusable, Search, entry_of, is_current, search_in_memory
from kiosk.wire import CatalogueSource, Fault, ServiceItem, read_source, source_digest

_folder = click.Path(path_type=Path, file_okay=False)
_files_option = click.option(
    "--files", multiple=True, type=_folder, help="Another folder in which forms, cards and videos lie."
)


@click.group()
def guide() -> None:
    """Catalogues of guides: build one from a source folder, check, look into it, search."""


@guide.command("build")
@click.argument("source", type=_folder)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to write."
)
@_files_option
def build_(source: Path, out: Path, files: tuple[Path, ...]) -> None:
    """Build the catalogue file of the folder SOURCE.

    Broken entries are left out and named; it fails only when there is nothing to publish. A file that was
    built of this very source is left as it is.
    """
    _see_folders(source, *files)
    digest = source_digest(source, *files)
    if _is_of(out, digest):
        return
    content, faults = read_source(source, *files)
    _tell(faults)
    if not content.items:
        raise click.ClickException(f"there is no item in {source} that can be published")
    new = out.with_name(f"{out.name}.new")
    try:
        build(content, digest, new)
        new.replace(out)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written: {error.strerror}") from None
    click.echo(f"{out}: {len(content.items)} items, {out.stat().st_size} bytes")


@guide.command()
@click.argument("source", type=_folder)
@_files_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check(source: Path, files: tuple[Path, ...], *, as_json: bool) -> None:
    """Check the folder SOURCE: every fault with its place, and what a whole guide lacks. Fails on faults."""
    _see_folders(source, *files)
    content, faults = read_source(source, *files)
    missing = {item.id: item.missing_elements() for item in content.items if item.missing_elements()}
    if as_json:
        told = [
            {"file": one.file, "place": one.place, "problem": one.problem, "left_out": one.costs}
            for one in faults
        ]
        click.echo(json.dumps({"faults": told, "missing": missing}, ensure_ascii=False, indent=2))
    else:
        _tell(faults)
        for item_id, elements in missing.items():
            click.echo(f"{item_id}: not written: {', '.join(elements)}")
        click.echo(_counted(content))
    if faults:
        raise click.ClickException(f"{len(faults)} faults")


@guide.command()
@click.argument("item_id", metavar="ID")
@click.option(
    "--catalogue",
    "path",
    required=True,
    type=click.Path(path_type=Path),
    help="A catalogue file, or a source folder.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the whole item as one JSON document.")
def show(item_id: str, path: Path, *, as_json: bool) -> None:
    """Show the item ID in words."""
    item = next((one for one in _items(path) if one.id == item_id), None)
    if item is None:
        raise click.ClickException(f"there is no item {item_id!r} in {path}")
    if as_json:
        click.echo(item.model_dump_json(indent=2, exclude_defaults=True))
        return
    click.echo(f"{item.name.zh}  {item.name.en}\n{item.summary.zh}\n")
    for material in item.materials:
        click.echo(f"· {material.name.zh}" + (f"  ({material.situation})" if material.situation else ""))
    for n, step in enumerate(item.steps, 1):
        click.echo(f"{n}. {step.text.zh}")


@guide.command()
@click.argument("text", required=False)
@click.option(
    "--queries",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Answer this file of one query a line, each with one line.",
)
@click.option("--limit", default=10, show_default=True, help="Items at most.")
@click.option("--json", "as_json", is_flag=True, help="Print [{id, name, score, why}] for each query.")
@click.option(
    "--catalogue",
    "--source",
    "path",
    type=click.Path(path_type=Path, exists=True),
    help="A catalogue file, or a source folder. The demonstration's without this or a site.",
)
@click.option("--site", metavar="FILE", type=click.Path(path_type=Path), help="The catalogue of this kiosk.")
def search(
    text: str | None, queries: Path | None, limit: int, path: Path | None, site: Path | None, *, as_json: bool
) -> None:
    """Search for TEXT as a resident does: hanzi, pinyin, first letters, a whole question, English.

    Nothing found is no failure.
    """
    if (text is None) == (queries is None):
        raise click.UsageError("name a TEXT to search for, or a file of --queries")
    if path and site:
        raise click.UsageError("name either a --catalogue or a --site")
    names, engine = _searchable(_of_site(site) if site else path or DEMONSTRATION)
    asked = [text] if text is not None else _lines(queries) if queries else []
    for words in asked:
        findings = engine.find(words, limit)
        if as_json:
            rows = [
                {"id": hit.id, "name": names[hit.id], "score": round(hit.score, 4), "why": hit.why}
                for hit in findings.hits
            ]
            click.echo(json.dumps(rows, ensure_ascii=False))
            continue
        if queries:
            click.echo(f"{words}:")
        for hit in findings.hits:
            click.echo(f"{hit.score:.2f}  {hit.id}  {names[hit.id]}  ({hit.why})")
        if not findings.hits:
            click.echo("nothing found")


def _searchable(path: Path) -> tuple[dict[str, str], Search]:
    """The names by id and the search of a catalogue file, or of a source folder."""
    items = _items(path)
    names = {item.id: item.name.zh for item in items}
    if path.is_file():
        with contextlib.suppress(IndexUnusable):  # the kiosk, too, then makes one in memory
            return names, Search(CatalogueFile(path).database)
    return names, search_in_memory(map(entry_of, items))


def _of_site(path: Path) -> Path:
    """The catalogue file that is in force at the kiosk of this site file."""
    try:
        site = load_site(path)
        identity = load_identity(site.data)
    except (SettingsError, IdentityDamaged) as error:
        raise click.ClickException(str(error)) from None
    kept = Shelf(site.data / "catalogue").current(identity.publishers) if identity else None
    if kept is None:
        raise click.ClickException(f"the kiosk of {path} has no catalogue yet")
    return kept[1].path


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path} cannot be read: {error}") from None


def _see_folders(*folders: Path) -> None:
    for folder in folders:
        if not folder.is_dir():
            raise click.ClickException(f"there is no folder {folder}")


def _is_of(built: Path, digest: str) -> bool:
    try:
        with closing(CatalogueFile(built)) as file:
            return built.is_file() and file.source == digest and is_current(file.database)
    except CatalogueDamaged:
        return False


def _items(path: Path) -> tuple[ServiceItem, ...]:
    if path.is_dir():
        return read_source(path)[0].items
    try:
        return CatalogueFile(path).items
    except CatalogueDamaged as error:
        raise click.ClickException(str(error)) from None


def _counted(content: CatalogueSource) -> str:
    return f"{len(content.items)} items, {len(content.offices)} offices, {len(content.assets)} files"


def _tell(faults: tuple[Fault, ...]) -> None:
    for fault in faults:
        click.echo(str(fault), err=True)
