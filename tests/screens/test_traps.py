"""What bites a kiosk that runs day and night on Kivy: one test each (UX notes 4.3 and 4.4)."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kiosk.pages import CaptureDocument, Glimpse, GuideSection, ReadGuide
from tests.screens.conftest import Screen
from tests.screens.sample_pages import OUTLINE, PaintedFrame, guide_page, pages

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES: dict[str, Any] = pages()
F1, ESCAPE, F11 = 282, 27, 292
JAPANESE_FIRST = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")


@pytest.mark.parametrize("key", [F1, ESCAPE, F11], ids=["F1", "Esc", "F11"])
async def test_no_key_opens_settings_or_ends_the_kiosk(screen: Screen, key: int) -> None:
    from kivy.core.window import Window

    async with screen.showing(PAGES["choose"]) as shown:
        before = list(Window.children)
        Window.dispatch("on_keyboard", key, 0, None, [])
        Window.dispatch("on_key_down", key, 0, None, [])
        screen.app.open_settings()
        await screen.finger.frames(2)
        assert Window.children == before
        assert not shown.done()
        await screen.finger.wait_page("choose-item")


async def test_a_request_to_close_the_window_is_refused(screen: Screen) -> None:
    from kivy.core.window import Window

    async with screen.showing(PAGES["choose"]):
        assert Window.dispatch("on_request_close") is True
        await screen.finger.wait_page("choose-item")


async def test_no_shader_transition_keyboard_or_material_kit_is_ever_loaded(screen: Screen) -> None:
    async with screen.showing(PAGES["find"]):
        loaded = {
            "kivy.uix.screenmanager",
            "kivy.uix.vkeyboard",
            "kivy.uix.settings",
            "kivymd",
            "kivy.core.video",
        }
        assert not loaded & set(sys.modules)


async def test_a_touch_reported_twice_is_one_touch(screen: Screen) -> None:
    page = replace(PAGES["ask-phone"], draft="")
    async with screen.showing(page) as shown:
        key = screen.finger.find("key-5")
        x, y = key.to_window(*key.center)
        for _ in range(2):
            screen.finger.down(x, y)
            screen.finger.up(x, y)
            await screen.finger.frames(1)
            # The echo comes within a hundredth of a second; here it takes as long as a frame does.
            screen.stage._last_touch = (time.monotonic(), *screen.stage._last_touch[1:])
        await screen.finger.tap("enter")
        assert (await asyncio.wait_for(shown, 5)).value == "5"


async def test_nothing_is_drawn_while_nothing_happens(screen: Screen) -> None:
    async with screen.showing(PAGES["home"]):
        await screen.finger.settle()
        await asyncio.sleep(0.7)
        frames = screen.app.frames
        await asyncio.sleep(1.0)
        assert screen.app.frames == frames


async def test_waiting_draws_at_most_five_frames_a_second_and_stops_with_its_page(screen: Screen) -> None:
    from kivy.clock import Clock

    async with screen.showing(PAGES["notice-waiting"]):
        screen.stage.switch(elder=True)
        screen.stage.look = replace(screen.stage.look, reduced_motion=False)
        screen.stage._build()
        await asyncio.sleep(0.3)
        started, frames = Clock.get_time(), screen.app.frames
        await asyncio.sleep(1.0)
        drawn, seconds = screen.app.frames - frames, Clock.get_time() - started
        assert 1 <= drawn <= 5 * seconds + 2
    async with screen.showing(PAGES["choose"]):
        await screen.finger.settle()
        await asyncio.sleep(0.3)
        frames = screen.app.frames
        await asyncio.sleep(0.6)
        assert screen.app.frames - frames <= 1, "the clock of the strip may turn"


async def test_views_are_collected(screen: Screen) -> None:
    seen: list[Callable[[], object]] = []
    for name in (
        "home",
        "guide",
        "find-draft",
        "check",
        "notice-waiting",
        "capture",
        "review",
        "still-there",
        "done",
    ):
        async with screen.showing(PAGES[name]):
            view = screen.stage.view
            seen.append(weakref.ref(view))
            seen += [weakref.ref(part) for part in view.walk()]  # type: ignore[union-attr]
            del view
    async with screen.showing(PAGES["choose"]):
        await screen.finger.frames(2)
        gc.collect()
        alive = [ref() for ref in seen if ref() is not None]
        assert [type(thing).__name__ for thing in alive] == []


async def test_mode_changes_leave_no_views_behind(screen: Screen) -> None:
    async with screen.showing(PAGES["guide"]):
        seen = []
        for n in range(6):
            seen.append(weakref.ref(screen.stage.view))
            screen.stage.switch(elder=bool(n % 2))
        await screen.finger.frames(2)
        gc.collect()
        assert [ref() for ref in seen if ref() is not screen.stage.view and ref() is not None] == []


def drawn(words: str, font: str) -> bytes:
    """The pixels of some words in one font."""
    from kivy.core.text import Label

    label = Label(text=words, font_name=font, font_size=96)
    label.refresh()
    label.texture.bind()
    return bytes(label.texture.pixels)


@pytest.mark.skipif(not JAPANESE_FIRST.is_file(), reason="Debian's collection is not installed")
@pytest.mark.parametrize("hanzi", "门直令复骨")
async def test_hanzi_have_their_mainland_shape(screen: Screen, hanzi: str) -> None:
    from screens import fonts

    assert drawn(hanzi, fonts.REGULAR) != drawn(hanzi, str(JAPANESE_FIRST)), "this is the Japanese shape"
    assert drawn("一", fonts.REGULAR) == drawn("一", str(JAPANESE_FIRST)), "the two faces are otherwise alike"


@pytest.mark.parametrize("hanzi", ["䶮", "𠮷", "㛃", "𬴊", "𬭩", "\U00020000", "\U0002a6d6"])
async def test_rare_hanzi_are_no_boxes(screen: Screen, hanzi: str) -> None:
    from screens import fonts

    ((face, characters),) = fonts.face_runs(hanzi)
    assert characters == hanzi
    nothing = chr(0x10FFFD)
    assert drawn(hanzi, face) != drawn(nothing, face)
    assert any(drawn(hanzi, face)[3::4]), "something is drawn"


async def test_a_rare_name_stands_on_one_line_in_two_faces(screen: Screen) -> None:
    from screens.kit.words import Words

    words = Words(screen.stage.look, "王\U0002a6d6：您好", "title")
    assert words.lines(2000.0) == ["王\U0002a6d6：您好"]
    words.place(0, 0, 900, 120)
    assert words.fits
    assert len(words._writers) == 3


async def test_a_paragraph_of_any_length_is_drawn_whole(screen: Screen) -> None:
    page = guide_page()
    long = "一二三四五六七八九十" * 600
    sections = (GuideSection("long", "很长", (long,)), *page.renderings[0].sections)
    page = replace(page, renderings=(replace(page.renderings[0], sections=sections),))
    assert isinstance(page, ReadGuide)
    async with screen.showing(page):
        from screens.frame import parts_of
        from screens.kit.words import Words

        words = next(
            part for part in parts_of(screen.stage.view) if isinstance(part, Words) and part.text == long
        )
        assert sum(len(line) for line in words.lines(words.width)) == len(long)
        assert words.fits
        assert all(writer.texture.height < 4096 and writer.texture.width < 4096 for writer in words._writers)


class Camera:
    """A camera that hands out new frames when told to."""

    def __init__(self) -> None:
        self.frame: PaintedFrame | None = None
        self.asked = 0

    def look(self) -> Glimpse | None:
        self.asked += 1
        return Glimpse(self.frame, OUTLINE) if self.frame else None


async def test_the_live_picture_reuses_one_texture_and_ends_with_its_page(screen: Screen) -> None:
    from screens.frame import parts_of
    from screens.pages.capture import Live

    camera = Camera()
    page = replace(PAGES["capture"], look=camera.look)
    assert isinstance(page, CaptureDocument)
    async with screen.showing(page):
        live = next(part for part in parts_of(screen.stage.view) if isinstance(part, Live))
        assert live.waiting.parent is not None, "before the first picture it says so"
        textures = set()
        for number in range(1, 6):
            camera.frame = PaintedFrame(number)
            live._tick(0)
            textures.add(id(live.pixels.texture))
        assert len(textures) == 1
        assert live.waiting.parent is None or live.idle.parent is None
        await screen.finger.frames(2)
        frames = screen.app.frames
        live._tick(0)
        await screen.finger.frames(2)
        assert screen.app.frames == frames, "a picture that was drawn already is not drawn again"
        del live
    await screen.finger.frames(2)
    async with screen.showing(PAGES["choose"]):
        asked = camera.asked
        await asyncio.sleep(0.3)
        assert camera.asked == asked


async def test_a_photo_leaves_no_trace_in_a_cache(screen: Screen) -> None:
    from kivy.cache import Cache

    async with screen.showing(PAGES["review"]):
        await screen.finger.frames(2)
    kept = [key for category in Cache._objects for key in Cache._objects[category] if "jpg" in str(key)]
    assert kept == []
