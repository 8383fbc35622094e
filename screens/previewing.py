"""``guide preview``: a guide as residents see it, drawn into memory and saved as pictures.

The same page, theme and widgets as on the kiosk, so that whoever writes a guide judges what will be read.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

import click
from pydantic import ValidationError

from config.settings import KioskSettings, PanelSettings
from devices.fonts import FontMissing
from kiosk.catalogue.file import CatalogueDamaged
from kiosk.guide_source import NoSuchGuide, open_source
from kiosk.pages import ReadGuide
from kiosk.text import text
from kiosk.wire.items import Rendering
from screens import kivy_setup
from screens.theme import THEMES

if TYPE_CHECKING:
    from screens.finger import Finger

#: The panels by the names the tour gives them, portrait and landscape: width and height in pixels.
PANELS: Final[Mapping[str, tuple[int, int]]] = {"portrait": (1080, 1920), "landscape": (1920, 1080)}
#: Screenfuls of one guide at most: the longest of the demonstration has 18, illustrated and in elder mode.
MOST: Final = 40

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@dataclass(frozen=True)
class Manner:
    """How the guide is to be drawn: in which of its renderings, colours, language, for whom."""

    theme: str
    elder: bool
    language: str
    rendering: str | None
    whole: bool


class _Panel(click.ParamType[tuple[int, int]]):
    """``portrait``, ``landscape`` or pixels, as ``1080x1920``."""

    name = "panel"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Width and height in pixels."""
        if not isinstance(value, str):
            return value
        if value in PANELS:
            return PANELS[value]
        size = re.fullmatch(r"(\d{3,4})x(\d{3,4})", value)
        if size is None:
            self.fail(f"{value!r} is neither {' nor '.join(PANELS)} nor a size such as 1080x1920", param, ctx)
        return int(size[1]), int(size[2])


@click.command()
@click.argument("item_id", metavar="ID")
@click.option("--out", type=_FILE, required=True, help="The picture to write, a .png.")
@click.option(
    "--catalogue",
    type=click.Path(path_type=Path),
    help="A catalogue file, or a source folder; the demonstration's without it.",
)
@click.option(
    "--files", multiple=True, type=_FOLDER, help="Another folder in which forms, cards and videos lie."
)
@click.option(
    "--panel",
    type=_Panel(),
    default="portrait",
    show_default=True,
    help="portrait, landscape, or a size in pixels.",
)
@click.option("--inches", type=float, default=21.5, show_default=True, help="Diagonal of the panel.")
@click.option(
    "--theme", type=click.Choice(list(THEMES)), default="night", show_default=True, help="The colours."
)
@click.option("--elder", is_flag=True, help="In elder mode.")
@click.option(
    "--language",
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Language of the visit.",
)
@click.option(
    "--rendering",
    type=click.Choice(get_args(Rendering)),
    help="Open this rendering; without it the one that opens first.",
)
@click.option(
    "--whole", is_flag=True, help="Save every screenful: after NAME.png come NAME-2.png, NAME-3.png …"
)
def preview(
    item_id: str,
    out: Path,
    catalogue: Path | None,
    files: tuple[Path, ...],
    panel: tuple[int, int],
    inches: float,
    *,
    theme: str,
    elder: bool,
    language: str,
    rendering: str | None,
    whole: bool,
) -> None:
    """Draw the guide of the item ID as a kiosk shows it on which everything works, and save the picture.

    The first screenful, or with --whole each that comes by the key "down". Needs no display. Prints the
    files it has written.
    """
    if out.suffix != ".png":
        raise click.UsageError(f"the picture is a PNG, so its name ends in .png, not {out.suffix!r}")
    try:
        drawn_on = PanelSettings(width=panel[0], height=panel[1], diagonal_inches=inches, reduced_motion=True)
    except ValidationError as error:
        wrong = error.errors()[0]
        raise click.UsageError(f"no such panel: {wrong['loc'][0]}: {wrong['msg']}") from None
    try:
        source = open_source(catalogue, files)
        page = source.page(item_id)
        for fault in source.faults_of(item_id):
            click.echo(str(fault), err=True)
        pictures = draw(page, drawn_on, Manner(theme, elder, language, rendering, whole), out)
    except (CatalogueDamaged, NoSuchGuide, FontMissing) as error:
        raise click.ClickException(str(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or out} cannot be written: {error.strerror}") from None
    for picture in pictures:
        click.echo(picture)


def draw(page: ReadGuide, panel: PanelSettings, manner: Manner, out: Path) -> list[Path]:
    """Draw a guide and save it; the pictures written. Once in a process. Raises ``OSError``."""
    if manner.rendering and manner.rendering not in {one.id for one in page.renderings}:
        there = ", ".join(one.id for one in page.renderings)
        raise click.ClickException(f"this guide has no rendering {manner.rendering}; there are {there}")
    kivy_setup.prepare(panel, off_screen=True)
    return asyncio.run(_draw(page, panel, manner, _names(out)))


async def _draw(
    page: ReadGuide, panel: PanelSettings, manner: Manner, name: Callable[[int], Path]
) -> list[Path]:
    from screens.app import KioskApp
    from screens.finger import Finger
    from screens.serving import Place
    from screens.stage import KivyStage
    from screens.strip import StripState

    here = KioskSettings()
    strip = StripState(Place(here.place_zh, here.place_en), text("strip.network.ok"))
    stage = KivyStage(panel, strip=lambda: strip, language="en" if manner.language == "en" else "zh")
    app = KioskApp(stage, off_screen=True)
    window = asyncio.create_task(app.serve())
    try:
        return await take_pictures(Finger(stage), page, manner, name)
    finally:
        app.stop()
        await window


async def take_pictures(
    finger: Finger, page: ReadGuide, manner: Manner, name: Callable[[int], Path]
) -> list[Path]:
    """Show the guide on a stage and save what is seen; ``name`` gives the pictures their names by number."""
    shown = asyncio.create_task(finger.stage.show(page))
    pictures: list[Path] = []
    try:
        finger.stage.switch(elder=manner.elder, theme=manner.theme)
        await finger.wait_page(page.name)
        if manner.rendering and len(page.renderings) > 1:
            await finger.tap(f"rendering-{manner.rendering}")
        while True:
            pictures.append(name(len(pictures) + 1))
            await finger.screenshot(pictures[-1])
            there = "scroll-down" in finger.keys()  # noqa: SIM118 a finger is no dictionary
            more = there and finger.find("scroll-down").enabled
            if not (manner.whole and more and len(pictures) < MOST):
                return pictures
            await finger.tap("scroll-down")
    finally:
        shown.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await shown


def _names(out: Path) -> Callable[[int], Path]:
    """The names of the pictures: that of the first, then numbered."""
    return lambda number: out if number == 1 else out.with_stem(f"{out.stem}-{number}")
