"""Writing with the finger on the real screen: pinyin, by hand, letters."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
import structlog.testing

from kiosk.pages import Choice, Find
from tests.screens.conftest import Screen
from tests.screens.sample_pages import Both, pages
from tests.screens.sample_writing import TEN, Stroke
from tests.screens.test_stage import _holds

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES: dict[str, Any] = pages()
ADDRESS = replace(PAGES["ask-text"], draft="")


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def ends(screen: Screen) -> AsyncIterator[None]:
    """Whatever a test does, its engine ends with it."""
    yield
    screen.stage.desk.wipe()


async def until(screen: Screen, ready: Callable[[], object]) -> None:
    for _ in range(300):
        if ready():
            return
        await screen.finger.frames(1)
    raise AssertionError("it did not come")


def there(screen: Screen, key: str) -> bool:
    keys = screen.finger.keys()
    return key in keys


async def choose(screen: Screen, hanzi: str) -> None:
    """Touch a candidate by what is written on it."""

    def key() -> str | None:
        presses = screen.finger._presses()
        named = (press.key for press in presses if press.role == "candidate" and press.label == hanzi)
        return next(named, None)

    await until(screen, key)
    found = key()
    assert found is not None
    await screen.finger.tap(found)


def field(screen: Screen) -> str:
    from screens.frame import parts_of
    from screens.kit.field import Field

    entries = [part for part in parts_of(screen.stage.view) if isinstance(part, Field)]
    return entries[0].entry.typed.text.replace("\n", "")


async def write(screen: Screen, strokes: tuple[Stroke, ...]) -> None:
    from screens.frame import parts_of
    from screens.kit.slate import Slate

    slate = next(part for part in parts_of(screen.stage.view) if isinstance(part, Slate))
    side = slate.height * 0.8
    for stroke in strokes:
        points = [
            (slate.center_x + (x - 500) / 1000 * side, slate.center_y - (y - 500) / 1000 * side)
            for x, y in stroke
        ]
        screen.finger.down(*points[0])
        for x, y in points:
            screen.finger.move(x, y)
            await screen.finger.frames(1)  # of the moves between two frames the window keeps the last
        screen.finger.up(*points[-1])
        await screen.finger.frames(1)


async def test_pinyin_finds_while_it_is_typed_and_becomes_hanzi(screen: Screen) -> None:
    asked: list[str] = []

    def find(words: str) -> tuple[Choice, ...]:
        asked.append(words)
        return (Choice("medical", Both("医保", "Insurance")),) if words in ("yibao", "医保") else ()

    page: Find = replace(PAGES["find"], find=find)
    async with screen.showing(page) as shown:
        await screen.finger.type("yibao")
        assert there(screen, "medical"), "found before a candidate is chosen"
        await choose(screen, "医保")
        await until(screen, lambda: field(screen) == "医保")
        assert (asked[-1], field(screen)) == ("医保", "医保")
        await screen.finger.tap("medical")
        assert (await asyncio.wait_for(shown, 5)).id == "medical"


async def test_a_sentence_is_put_together_and_what_the_field_shows_is_answered(screen: Screen) -> None:
    async with screen.showing(ADDRESS) as shown:
        await screen.finger.type("yilu")
        await choose(screen, "一")
        await until(screen, lambda: field(screen) == "一lu")
        await screen.finger.tap("writing-letters")
        await screen.finger.type("88")
        await screen.finger.tap("enter")
        assert (await asyncio.wait_for(shown, 5)).value == "一lu88", "letters that became no hanzi stay"


async def test_a_hanzi_is_written_undone_and_chosen(screen: Screen) -> None:
    async with screen.showing(ADDRESS) as shown:
        await screen.finger.tap("writing-hand")
        await write(screen, (*TEN, ((100, 900), (900, 900))))
        await screen.finger.tap("key-undo")
        await choose(screen, "十")
        assert field(screen) == "十"
        await write(screen, TEN[:1])
        await screen.finger.tap("key-rewrite")
        await until(screen, lambda: not there(screen, "candidate-0"))
        await screen.finger.tap("enter")
        assert (await asyncio.wait_for(shown, 5)).value == "十"


async def test_a_rare_hanzi_is_found_on_the_sheet_of_all_candidates(screen: Screen) -> None:
    async with screen.showing(ADDRESS):
        await screen.finger.type("yan")
        await until(screen, lambda: there(screen, "candidates-more"))
        await screen.finger.tap("candidates-more")
        for _ in range(8):
            if any(press.label == "䶮" for press in screen.finger._presses()):
                break
            await screen.finger.tap("candidates-down")
        await choose(screen, "䶮")
        await until(screen, lambda: field(screen) == "䶮")


async def test_letters_outlive_the_engine_the_mode_and_a_covering_page(screen: Screen) -> None:
    with structlog.testing.capture_logs() as logged:
        async with screen.showing(ADDRESS):
            await screen.finger.type("yi")
            await until(screen, lambda: there(screen, "candidate-0"))
            engine = screen.stage.desk.pid
            assert engine is not None
            os.kill(engine, signal.SIGKILL)
            await screen.finger.type("bao")
            await screen.finger.tap("bar-elder")
            await screen.answer(PAGES["notice-help"], "close")
            await screen.finger.wait_page("ask-text")
            assert field(screen) == "yibao"
            await choose(screen, "医保")
            await until(screen, lambda: field(screen) == "医保")
    assert not [entry for entry in logged if any(word in str(entry) for word in ("yibao", "医保"))]


async def test_the_way_to_write_is_kept_for_the_visit_and_ends_with_it(screen: Screen) -> None:
    async with screen.showing(ADDRESS):
        await screen.finger.tap("writing-hand")
        await write(screen, TEN[:1])
    async with screen.showing(PAGES["find"]):
        assert screen.finger.find("writing-hand").selected
        assert screen.stage.desk.pid is not None
    screen.stage.wipe()
    assert screen.stage.desk.pid is None, "the process that saw what was written has ended"
    async with screen.showing(ADDRESS):
        assert screen.finger.find("writing-pinyin").selected
        assert not there(screen, "candidate-0")
        await screen.finger.tap("bar-language")
        assert screen.finger.find("writing-letters").selected, "in English letters come first"


async def test_the_next_person_finds_nothing_of_what_was_written(screen: Screen) -> None:
    written = chr(0x9F99) + chr(0x51E4)  # put together here, so that no constant of a test holds it
    tables = [thing for thing in gc.get_objects() if _holds(thing, written)]  # of words
    async with screen.showing(ADDRESS):
        await screen.finger.type("longfeng")
        await choose(screen, written)
        await until(screen, lambda: field(screen) == written)
        await screen.finger.type("jiongq")
        await until(screen, lambda: there(screen, "candidate-0"))
    screen.stage.wipe()
    await screen.finger.frames(1)
    gc.collect()
    known = {id(table) for table in tables} | {id(tables)}
    holders = [thing for thing in gc.get_objects() if id(thing) not in known and _holds(thing, written)]
    assert [type(holder) for holder in holders] == []


async def test_what_is_written_is_never_read_aloud(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen.speaker, "private", True)  # not even into a headset
    async with screen.showing(ADDRESS):
        await screen.finger.tap("bar-speech")
        await screen.finger.type("yibao")
        await choose(screen, "医保")
        await screen.finger.tap("bar-elder")
        said = "".join(words for words, _ in screen.speaker.said)
        assert said
        assert "医保" not in said
        assert "yibao" not in said


async def test_without_engines_there_is_the_letter_keyboard_and_no_switch(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    from screens.input.desk import Desk

    monkeypatch.setattr(screen.stage, "desk", Desk())
    async with screen.showing(ADDRESS) as shown:
        assert not any(press.key.startswith("writing-") for press in screen.finger._presses())
        await screen.finger.type("lu 88")
        await screen.finger.tap("enter")
        assert (await asyncio.wait_for(shown, 5)).value == "lu 88"
