"""`guide preview`: what an editor is shown is what a resident will see."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from kiosk.guide_source import GuideSource, NoSuchGuide, open_source
from screens.frame import parts_of
from screens.kit.words import Words
from screens.previewing import Manner, take_pictures
from screens.theme import THEMES
from tests.screens.conftest import Screen

drawn = pytest.mark.asyncio(loop_scope="session")

ROOT = Path(__file__).parents[2]
BROKEN = 'id = "broken"\nversion = 0\n'


@cache
def demonstration() -> GuideSource:
    return open_source(None)


def ground(picture: Path) -> str:
    """The colour of the page, RRGGBB, as it is in the corner above."""
    with Image.open(picture) as opened:
        return "{:02X}{:02X}{:02X}".format(*opened.getpixel((2, 2)))  # type: ignore[misc]


@drawn
async def test_it_shows_the_item_in_the_colours_and_the_mode_that_are_asked_for(
    screen: Screen, tmp_path: Path
) -> None:
    page = demonstration().page("elderly-card")
    seen: dict[str, set[str]] = {}
    for name, manner in {
        "night": Manner("night", False, "zh", None, False),
        "elder": Manner("day", True, "zh", "illustrated", False),
    }.items():
        out = tmp_path / f"{name}.png"
        pictures = await take_pictures(screen.finger, page, manner, lambda _, out=out: out)  # type: ignore[misc]
        assert screen.stage.view is not None
        assert pictures == [out]
        assert ground(out) == THEMES[manner.theme].background
        assert screen.stage.modes.elder == manner.elder
        seen[name] = {part.text for part in parts_of(screen.stage.view) if isinstance(part, Words)}
    assert {"老年人优待证申领", "您满 60 岁。", "此刻可办", "高龄津贴申领"} <= seen["night"] & seen["elder"]
    assert (tmp_path / "night.png").read_bytes() != (tmp_path / "elder.png").read_bytes()


@drawn
async def test_the_whole_guide_is_every_screenful_to_the_last(screen: Screen, tmp_path: Path) -> None:
    page = demonstration().page("skill-cert-query")
    manner = Manner("day", False, "zh", None, True)
    pictures = await take_pictures(screen.finger, page, manner, lambda n: tmp_path / f"{n}.png")
    assert len(pictures) > 1
    assert len({picture.read_bytes() for picture in pictures}) == len(pictures)
    assert not screen.finger.find("scroll-down").enabled


def test_a_broken_item_is_told_with_the_place_of_every_fault(tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text(BROKEN, encoding="utf-8")
    source = open_source(tmp_path)
    with pytest.raises(NoSuchGuide, match=r"broken\.toml: version: .*greater"):
        source.page("broken")
    with pytest.raises(NoSuchGuide, match="there is no item 'nobody'"):
        source.page("nobody")


def test_the_command_needs_no_display_and_names_what_it_wrote(tmp_path: Path) -> None:
    out = tmp_path / "card.png"
    command = ["main.py", "guide", "preview", "elderly-card", "--out", str(out), "--panel", "landscape"]
    done = subprocess.run(
        [sys.executable, *command, "--theme", "yellow"],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(out)]
    assert ground(out) == THEMES["yellow"].background
    with Image.open(out) as picture:
        assert picture.size == (1920, 1080)
