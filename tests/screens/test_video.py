"""Videos on the panel: they move, their words follow, they keep the place and let go of everything."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.pages import ReadGuide
from tests.screens.conftest import Screen
from tests.screens.sample_pages import CATALOGUE, video_page

pytestmark = pytest.mark.asyncio(loop_scope="session")
FILM = CATALOGUE / "videos" / "resident-medical-insurance-enrol.mp4"


def player(screen: Screen):  # type: ignore[no-untyped-def]
    from screens.frame import parts_of
    from screens.video.player import Player

    return next((part for part in parts_of(screen.stage.view) if isinstance(part, Player)), None)


async def until(screen: Screen, holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        await screen.finger.frames(1)
    pytest.fail("it did not come to that")


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "guide-video"]


def three() -> ReadGuide:
    """Plain words first, as residents find it."""
    page = video_page()
    return replace(page, renderings=(*page.renderings[1:], page.renderings[0]))


async def test_it_plays_its_words_follow_the_voice_and_leaving_ends_it(screen: Screen) -> None:
    screen.speaker.done.clear()
    async with screen.showing(video_page()):
        await until(screen, lambda: player(screen).shown > 0)
        assert screen.stage.say(video_page().renderings[0].video.captions[0]) == player(screen).captions.words  # type: ignore[union-attr]
        first = bytes(player(screen).pixels.texture.pixels)
        await screen.finger.tap("video-play")
        await until(screen, lambda: player(screen).shown > 3)
        assert bytes(player(screen).pixels.texture.pixels) != first, "the picture moves"
        assert screen.speaker.said[-1][0] == "居民医保参保"
        screen.stage._touched -= 100
        await screen.finger.frames(8)
        assert screen.stage.idle_seconds() < 10, "nobody is idle who watches"
        reel = player(screen).reel
        reel.seek(reel.chapters[1] - 0.3)
        await until(screen, lambda: reel.at > reel.chapters[1] - 0.1)
        await screen.finger.frames(10)
        assert player(screen).captions.words == "居民医保参保", "the picture waits for the voice"
        screen.speaker.done.set()
        await until(screen, lambda: player(screen).captions.words == "放身份证")
        assert screen.speaker.said[-1][0] == "放身份证"
        await screen.finger.tap("video-play")
        await until(screen, lambda: not player(screen).reel.playing)
        assert screen.finger.find("video-play").label
        assert threads() == ["guide-video"]
    screen.stage.wipe()
    assert threads() == []


async def test_switching_keeps_the_step(screen: Screen) -> None:
    from screens.frame import parts_of
    from screens.kit.scroller import Scroller

    screen.speaker.done.set()
    async with screen.showing(three()):
        await screen.finger.tap("rendering-illustrated")
        kept = screen.stage._drawn_for.kept  # type: ignore[union-attr]
        for _ in range(6):
            if kept.section == "steps" and kept.step >= 2:
                break
            await screen.finger.tap("scroll-down")
        step = kept.step
        assert step >= 2
        await screen.finger.tap("rendering-video")
        await until(screen, lambda: player(screen).shown > 0)
        assert player(screen).reel.chapter == step
        assert kept.playing, "who asks for the video wants to see it"
        player(screen).reel.seek(player(screen).reel.chapters[4])
        await until(screen, lambda: kept.step == 4)
        await screen.finger.tap("rendering-plain")
        assert threads() == []
        assert (kept.section, kept.step) == ("steps", 4)
        scroller = next(part for part in parts_of(screen.stage.view) if isinstance(part, Scroller))
        assert scroller.offset > 0


async def test_the_end_stands_still_and_it_can_be_seen_again(screen: Screen) -> None:
    screen.speaker.done.set()
    async with screen.showing(video_page()):
        await screen.finger.tap("video-play")
        reel = player(screen).reel
        reel.seek(reel.length - 0.2)
        await until(screen, lambda: not screen.stage._drawn_for.kept.playing)  # type: ignore[union-attr]
        await screen.finger.tap("video-again")
        await until(screen, lambda: player(screen).shown > 2)
        assert player(screen).reel.at < 3
        screen.stage.switch(elder=True)
        await until(screen, lambda: player(screen).reel.playing)
    screen.stage.wipe()
    assert threads() == []


async def test_a_file_that_is_no_video_leaves_a_page_that_can_be_read(screen: Screen, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(FILM.read_bytes()[:2000])
    page = video_page()
    film = replace(page.renderings[0].video, file=broken)  # type: ignore[type-var]
    page = replace(page, renderings=(replace(page.renderings[0], video=film), *page.renderings[1:]))
    async with screen.showing(page):
        assert threads() == []
        assert player(screen).captions.words == ""
        await screen.finger.tap("rendering-plain")


async def test_many_wishes_leave_one_thread_and_one_picture() -> None:
    from screens.video.reel import Reel

    reel = Reel(FILM)
    reel.start()
    try:
        for n in range(60):
            reel.seek(reel.chapters[n % len(reel.chapters)])
            (reel.play if n % 2 else reel.pause)()
        assert threads() == ["guide-video"]
    finally:
        reel.stop()
        reel.stop()
    assert threads() == []
    assert reel.newest is None
