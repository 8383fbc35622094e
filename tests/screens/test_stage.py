"""The stage as journeys and residents know it, through Kivy's own touches."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import time
import weakref
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from config.settings import VisitSettings
from devices.identity import CHINA_TIME
from devices.speech.kind import Speech
from kiosk.pages import Action, Ask, Home, Notice
from kiosk.stage import Wish
from kiosk.text import text
from screens.passages import kind_of
from tests.screens.conftest import LANDSCAPE, PORTRAIT, Screen
from tests.screens.sample_pages import Both, guide_page, pages

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES: dict[str, Any] = pages()
CANARY = "zhe-shi-mi-mi-7731"


def words_on(screen: Screen) -> str:
    """Everything written on the drawn page."""
    from screens.frame import parts_of
    from screens.kit.words import Words

    return "\n".join(part.text for part in parts_of(screen.stage.view) if isinstance(part, Words))


async def test_a_tile_answers_with_its_id(screen: Screen) -> None:
    answer = await screen.answer(PAGES["home"], "guides")
    assert (answer.id, answer.value) == ("guides", "")


async def test_any_touch_starts_a_visit(screen: Screen) -> None:
    async with screen.showing(PAGES["attract"]) as shown:
        await screen.finger.touch(60, 900)
        assert (await asyncio.wait_for(shown, 5)).id == "start"


async def test_the_clock_tells_the_time_on_the_wall_on_a_machine_that_was_set_to_another_zone(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/Lima")
        time.tzset()
        before = datetime.now(CHINA_TIME)
        async with screen.showing(PAGES["home"]):
            shown = words_on(screen)
        after = datetime.now(CHINA_TIME)
    time.tzset()
    assert f"{before:%H:%M}" in shown or f"{after:%H:%M}" in shown


async def test_hurried_taps_are_one_answer_and_do_not_reach_the_next_page(screen: Screen) -> None:
    from screens.stage import SETTLE_SECONDS

    first, second = PAGES["notice-kept"], replace(PAGES["notice-plain"], name="after")
    async with screen.showing(first) as shown:
        key = screen.finger.find("close")
        x, y = key.to_window(*key.center)
        following: asyncio.Task[object] | None = None
        clock = asyncio.get_running_loop().time
        enough = float("inf")
        while clock() < enough:
            screen.finger.down(x, y)
            screen.finger.up(x, y)
            await asyncio.sleep(0.005)
            if shown.done() and following is None:
                following = asyncio.create_task(screen.stage.show(second))
                enough = clock() + SETTLE_SECONDS / 2
        assert shown.result().id == "close"
        assert following is not None
        await screen.finger.wait_page("after")
        assert not following.done(), "the taps were meant for the page before"
        following.cancel()


async def test_a_press_shows_in_the_next_frame(screen: Screen) -> None:
    async with screen.showing(PAGES["notice-kept"]):
        key = screen.finger.find("close")
        screen.finger.down(*key.to_window(*key.center))
        await screen.finger.frames(1)
        assert key.state == "pressed"
        frames = screen.app.frames
        screen.finger.up(5, 5)
        await screen.finger.frames(1)
        assert key.state == ""
        assert screen.app.frames > frames


async def test_a_touch_that_ends_elsewhere_does_nothing(screen: Screen) -> None:
    async with screen.showing(PAGES["notice-kept"]) as shown:
        key = screen.finger.find("close")
        x, y = key.to_window(*key.center)
        screen.finger.down(x, y)
        await screen.finger.frames(1)
        screen.finger.move(x, y + 400)
        await screen.finger.frames(1)
        screen.finger.up(x, y + 400)
        await screen.finger.frames(1)
        assert not shown.done()


async def test_what_is_switched_off_does_not_answer(screen: Screen) -> None:
    from screens.finger import FingerError

    page = replace(PAGES["notice-kept"], main=Action("close", "现在不行", enabled=False))
    async with screen.showing(page) as shown:
        key = screen.finger.find("close")
        assert key.state == "disabled"
        with pytest.raises(FingerError, match="switched off"):
            await screen.finger.tap("close")
        await screen.finger.touch(*key.to_window(*key.center))
        assert not shown.done()


@pytest.mark.parametrize(
    ("key", "wish"),
    [
        ("back", Wish.BACK),
        ("bar-help", Wish.HELP),
        ("bar-could-not", Wish.COULD_NOT),
        ("bar-leave", Wish.LEAVE),
    ],
)
async def test_wishes_do_not_answer_the_page(screen: Screen, key: str, wish: Wish) -> None:
    async with screen.showing(PAGES["choose"]) as shown:
        await screen.finger.tap(key)
        assert await asyncio.wait_for(screen.stage.wish(), 5) is wish
        assert not shown.done()


async def test_a_cancelled_wait_loses_no_wish(screen: Screen) -> None:
    async with screen.showing(PAGES["choose"]):
        waiting = asyncio.create_task(screen.stage.wish())
        await asyncio.sleep(0)
        waiting.cancel()
        await screen.finger.tap("bar-help")
        assert await asyncio.wait_for(screen.stage.wish(), 5) is Wish.HELP


async def test_a_covered_page_comes_back_with_what_was_entered(screen: Screen) -> None:
    page = replace(PAGES["ask-phone"], draft="")
    async with screen.showing(page) as shown:
        await screen.finger.type("1390")
        answer = await screen.answer(PAGES["notice-help"], "close")
        assert answer.id == "close"
        await screen.finger.wait_page("ask-phone")
        await screen.finger.type("531")
        await screen.finger.tap("enter")
        assert (await asyncio.wait_for(shown, 5)).value == "1390531"


@pytest.mark.parametrize("key", ["bar-elder", "bar-low", "bar-language", "bar-theme"])
async def test_every_mode_keeps_what_was_entered(screen: Screen, key: str) -> None:
    page = replace(PAGES["ask-phone"], draft="")
    async with screen.showing(page) as shown:
        await screen.finger.type("1390")
        await screen.finger.tap(key)
        await screen.finger.type("5")
        await screen.finger.tap("enter")
        assert (await asyncio.wait_for(shown, 5)).value == "13905"


async def test_elder_mode_is_larger_and_says_so(screen: Screen) -> None:
    async with screen.showing(PAGES["choose"]):
        before = screen.finger.find("back").height
        assert not screen.stage.is_elder()
        await screen.finger.tap("bar-elder")
        assert screen.stage.is_elder()
        assert screen.finger.find("bar-elder").state == "selected"
        assert screen.finger.find("back").height > before


async def test_elder_home_shows_four_and_the_rest_on_request(screen: Screen) -> None:
    screen.stage.switch(elder=True)
    async with screen.showing(PAGES["home"]) as shown:
        home = PAGES["home"]
        assert isinstance(home, Home)
        tiles = {tile.id for tile in home.tiles}
        assert len(tiles & set(screen.finger.keys())) == 4
        await screen.finger.tap("more")
        assert tiles <= set(screen.finger.keys())
        assert not shown.done()
        await screen.finger.tap("trouble")
        assert (await asyncio.wait_for(shown, 5)).id == "trouble"


async def test_low_reach_brings_every_target_into_the_band(screen: Screen) -> None:
    async with screen.showing(PAGES["guide"]):
        await screen.finger.tap("bar-low")
        low, high = screen.stage.look.measures.reach
        for name in list(screen.finger.keys()):
            key = screen.finger.find(name)
            if name.startswith(("bar-", "back", "submit", "list", "rendering-", "scroll-")):
                assert low <= key.to_window(*key.pos)[1], name
                assert key.to_window(key.x, key.top)[1] <= high, name


async def test_the_other_language_is_one_touch_away(screen: Screen) -> None:
    async with screen.showing(PAGES["choose"]):
        assert "您想办哪一件？" in words_on(screen)
        await screen.finger.tap("bar-language")
        assert screen.stage.language == "en"
        assert "Which one is it?" in words_on(screen)
        assert screen.stage.say(Both("你好", "Hello")) == "Hello"


async def test_the_colours_go_round(screen: Screen) -> None:
    async with screen.showing(PAGES["choose"]):
        seen = []
        for _ in range(4):
            seen.append(screen.stage.look.theme.name)
            await screen.finger.tap("bar-theme")
        assert sorted(seen) == ["contrast", "day", "night", "yellow"]
        assert screen.stage.look.theme.name == seen[0]


async def test_a_guide_keeps_the_section_when_its_rendering_changes(screen: Screen) -> None:
    from screens.frame import parts_of
    from screens.kit.scroller import Scroller

    async with screen.showing(guide_page()):
        for _ in range(2):
            await screen.finger.tap("scroll-down")
        reading = screen.stage._drawn_for.kept.section  # type: ignore[union-attr]
        assert reading not in ("", "what")
        await screen.finger.tap("rendering-illustrated")
        assert screen.finger.find("rendering-illustrated").state == "selected"
        assert screen.stage._drawn_for.kept.section == reading  # type: ignore[union-attr]
        scroller = next(part for part in parts_of(screen.stage.view) if isinstance(part, Scroller))
        assert scroller.offset > 0


async def test_steps_show_their_cards_in_the_colours_of_the_theme(screen: Screen) -> None:
    from screens.frame import parts_of
    from screens.kit.cards import FilePicture, _kept

    screen.stage.switch(theme="day")
    async with screen.showing(PAGES["guide-pictures"]) as shown:
        await screen.finger.frames(2)
        cards = [part for part in parts_of(screen.stage.view) if isinstance(part, FilePicture)]
        assert len(cards) == 4
        for card in cards:
            wide = round(min(card.width, card.most))
            ground = _kept[(card.file, wide, round(wide / 2), screen.stage.look.theme)].pixels[:3]
            assert tuple(ground) == (255, 255, 255), "a night card on white paper"
        await screen.finger.tap("sample-form")
        assert (await shown).id == "sample-form"


async def test_dragging_moves_the_body_and_is_no_tap(screen: Screen) -> None:
    from screens.frame import parts_of
    from screens.kit.scroller import Scroller

    await screen.resize(LANDSCAPE)
    screen.stage.switch(elder=True)
    async with screen.showing(PAGES["home-four"]) as shown:
        screen.stage.switch(elder=True, language="en")
        scroller = max(
            (part for part in parts_of(screen.stage.view) if isinstance(part, Scroller)),
            key=lambda part: part.x,
        )
        x, y = scroller.port.center
        screen.finger.down(x, y)
        for step in range(6):
            screen.finger.move(x, y + 20 * step)
            await screen.finger.frames(1)
        screen.finger.up(x, y + 100)
        await screen.finger.frames(1)
        assert scroller.offset > 50
        assert not shown.done()


async def test_letters_find_as_they_are_typed(screen: Screen) -> None:
    asked: list[str] = []

    def find(typed: str) -> tuple[object, ...]:
        asked.append(typed)
        return PAGES["find"].find(typed)  # type: ignore[no-any-return]

    page = replace(PAGES["find"], find=find)
    async with screen.showing(page) as shown:
        await screen.finger.type("yb")
        assert asked[-1] == "yb"
        await screen.finger.tap("key-clear")
        await screen.finger.type("x")
        assert "没有找到" in words_on(screen)
        await screen.finger.tap("key-backspace")
        await screen.finger.type("jy")
        await screen.finger.tap("proof")
        assert (await asyncio.wait_for(shown, 5)).id == "proof"


async def test_a_date_is_answered_in_iso_form(screen: Screen) -> None:
    page = replace(PAGES["ask-date"], draft="")
    async with screen.showing(page) as shown:
        await screen.finger.type("19491231")
        assert "1949 年 12 月 31 日" in words_on(screen)
        await screen.finger.tap("enter")
        assert (await asyncio.wait_for(shown, 5)).value == "1949-12-31"


async def test_a_date_that_was_entered_can_be_changed(screen: Screen) -> None:
    page = replace(PAGES["ask-date"], draft="1949-12-31")
    answer = await screen.answer(page, "key-backspace", "key-0", "enter")
    assert answer.value == "1949-12-30"


async def test_identity_numbers_have_an_x_and_an_end(screen: Screen) -> None:
    page = replace(PAGES["ask-number"], draft="1101051949123100")
    assert isinstance(page, Ask)
    async with screen.showing(page) as shown:
        await screen.finger.type("2X0")
        assert "110105 19491231 002X" in words_on(screen)
        await screen.finger.tap("enter")
        assert (await asyncio.wait_for(shown, 5)).value == "11010519491231002X"


async def test_a_choice_is_the_value_of_the_answer(screen: Screen) -> None:
    answer = await screen.answer(PAGES["ask-choice"], "low")
    assert (answer.id, answer.value) == ("enter", "low")


async def test_a_row_to_be_checked_can_be_changed(screen: Screen) -> None:
    assert (await screen.answer(PAGES["check"], "change-phone")).id == "phone"
    assert (await screen.answer(PAGES["check"], "file")).id == "file"


async def test_still_there_goes_on_at_any_touch_and_ends_on_request(screen: Screen) -> None:
    async with screen.showing(PAGES["still-there"]) as shown:
        await screen.finger.touch(500, 1000)
        assert (await asyncio.wait_for(shown, 5)).id == "here"
    assert (await screen.answer(PAGES["still-there"], "finish")).id == "finish"


async def test_kept_here_looks_unlike_received(screen: Screen) -> None:
    from screens.frame import parts_of
    from screens.kit.icons import Icon

    seen = []
    for name in ("done", "done-kept"):
        async with screen.showing(PAGES[name]):
            body = parts_of(screen.stage.view.pane)  # type: ignore[union-attr]
            seen.append({(icon.name, icon.token) for icon in body if isinstance(icon, Icon)})
    assert ("check", "ok") in seen[0]
    assert ("check", "ok") not in seen[1]
    assert {token for _, token in seen[1]} >= {"warn"}


async def test_idle_time_starts_anew_with_every_touch(screen: Screen) -> None:
    async with screen.showing(PAGES["choose"]):
        screen.stage._touched -= 100
        assert screen.stage.idle_seconds() >= 100
        await screen.finger.touch(500, 1500)
        assert screen.stage.idle_seconds() < VisitSettings().done
    screen.stage._touched -= 100
    async with screen.showing(PAGES["home"]):
        assert screen.stage.idle_seconds() < VisitSettings().done


async def test_pages_are_read_aloud_while_speech_is_on(screen: Screen) -> None:
    async with screen.showing(PAGES["choose"]):
        assert screen.speaker.said == []
        await screen.finger.tap("bar-speech")
        await asyncio.sleep(0)
        assert screen.speaker.said == [("您想办哪一件？。此刻都可以在这里办", "zh")]
        screen.stage._touched -= 100
        assert screen.stage.idle_seconds() < 1, "nobody is idle who listens"
    async with screen.showing(PAGES["home"]):
        assert screen.speaker.said[-1][0].startswith("晚上好")
        before = screen.speaker.hushed
        await screen.finger.tap("bar-speech")
        assert screen.speaker.hushed == before + 1


async def test_a_guide_is_read_section_by_section_and_the_one_being_read_is_marked(screen: Screen) -> None:
    async with screen.showing(guide_page()) as shown:
        await screen.finger.tap("speak-bring")
        await asyncio.sleep(0)
        assert screen.speaker.said[-1][0].startswith("您要带的东西")
        assert "怎么办" not in screen.speaker.said[-1][0], "one section is one section"
        assert screen.finger.find("speak-bring").selected
        await screen.finger.tap("speak-bring")
        assert not screen.finger.find("speak-bring").selected
        assert screen.speaker.hushed
        screen.speaker.said.clear()
        screen.speaker.done.set()
        screen.stage.switch(speech=True)
        while screen.stage._voice.speaking:
            await asyncio.sleep(0)
        begun = [words.partition("。")[0] for words, _ in screen.speaker.said]
        sections = [screen.stage.say(one.title) for one in guide_page().renderings[0].sections]
        assert begun[1:-1] == sections, "the whole guide, one section after the other"
        assert begun[-1] == "这次办得怎么样？", "then whether it was clear"
        assert not shown.done()


async def test_what_is_private_is_not_read_aloud(screen: Screen) -> None:
    screen.stage.switch(speech=True)
    async with screen.showing(PAGES["check"]):
        await asyncio.sleep(0)
        assert "李" not in screen.speaker.said[-1][0]


async def test_a_headset_hears_the_rest_and_the_next_visit_begins_as_loud_as_the_first(
    screen: Screen,
) -> None:
    screen.speaker.private = True
    try:
        screen.stage.switch(speech=True)
        async with screen.showing(PAGES["check"]):
            await asyncio.sleep(0)
            assert "李" in screen.speaker.said[-1][0]
            kinds = [screen.speaker.kind]
        async with screen.showing(PAGES["choose"]):
            await asyncio.sleep(0)
            kinds.append(screen.speaker.kind)
        assert kinds == [Speech.PERSONAL, Speech.PASSING], "words that are not the catalogue's are not kept"
        assert kind_of((text("take-card.title"),)) is Speech.FIXED
    finally:
        screen.speaker.private = None
    before = screen.speaker.resets
    screen.stage.wipe()
    assert screen.speaker.resets == before + 1


async def test_an_alert_is_heard_and_seen_even_without_speech(screen: Screen) -> None:
    async with screen.showing(PAGES["notice-plain"]):
        frames = screen.app.frames
        screen.stage.alert()
        await screen.finger.frames(1)
        assert screen.speaker.said[-1][0].startswith("没有打印出来")
        assert screen.app.frames > frames


async def test_the_strip_tells_the_network_without_a_new_page(screen: Screen) -> None:
    async with screen.showing(PAGES["choose"]):
        view = screen.stage.view
        screen.network[:] = ["暂时没有网络"]
        screen.stage._update_strip(0)
        assert "暂时没有网络" in words_on(screen)
        assert screen.stage.view is view


async def test_a_fault_in_drawing_reaches_the_journey_and_the_window_lives_on(screen: Screen) -> None:
    class Broken:
        zh = en = property(lambda self: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(screen.stage.show(Notice(name="broken", title=Broken())), 5)
    assert (await screen.answer(PAGES["notice-bad"], "again")).id == "again"


async def test_a_fault_while_touching_reaches_the_journey_too(screen: Screen) -> None:
    def find(typed: str) -> tuple[object, ...]:
        if typed:
            raise OSError("the guide has gone")
        return ()

    page = replace(PAGES["find"], find=find)
    shown = asyncio.create_task(screen.stage.show(page))
    await screen.finger.wait_page("find")
    with contextlib.suppress(Exception):
        await screen.finger.type("y")
    with pytest.raises(OSError, match="gone"):
        await asyncio.wait_for(shown, 5)
    assert (await screen.answer(PAGES["notice-bad"], "again")).id == "again"


async def test_a_page_slides_in_and_then_stands_still(screen: Screen) -> None:
    await screen.resize(PORTRAIT.model_copy(update={"reduced_motion": False}))
    async with screen.showing(PAGES["choose"]):
        await asyncio.sleep(0.2)
        pane = screen.stage.view.pane  # type: ignore[union-attr]
        assert pane.shift.x == 0
        assert (await screen.answer(PAGES["notice-kept"], "close")).id == "close"


async def test_without_a_voice_the_key_for_it_is_off(screen: Screen) -> None:
    from devices.errors import DeviceError

    async def broken(text: str, language: str, kind: Speech) -> None:
        raise DeviceError("hardwareError", "silent")

    screen.stage.switch(speech=True)
    original = screen.speaker.say
    screen.speaker.say = broken  # type: ignore[method-assign]
    async with screen.showing(PAGES["choose"]):
        await asyncio.sleep(0.05)
        assert not screen.stage.modes.speech, "the switch tells the truth"
    screen.speaker.say = original  # type: ignore[method-assign]


async def test_a_cancelled_page_is_taken_down(screen: Screen) -> None:
    async with screen.showing(PAGES["choose"]):
        upper = asyncio.create_task(screen.stage.show(PAGES["notice-waiting"]))
        await screen.finger.wait_page("filing")
        upper.cancel()
        await screen.finger.wait_page("choose-item")


async def test_the_end_of_a_visit_leaves_nothing(screen: Screen) -> None:
    page = Ask(
        name="ask-secret",
        kind="text",
        title="秘密",
        draft=CANARY[:-4],
        main=Action("enter", "好"),
        longest=60,
    )
    screen.stage.switch(elder=True, low=True, language="en", theme="yellow", speech=True)
    shown = asyncio.create_task(screen.stage.show(page))
    await screen.finger.wait_page("ask-secret")
    await screen.finger.type(CANARY[-4:])
    await screen.finger.tap("bar-help")
    assert CANARY in {text.replace("\n", "") for text in words_on(screen).split("\n")}
    shown.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await shown
    del page, shown
    screen.stage.wipe()
    await screen.finger.frames(1)
    assert screen.stage.view is None
    assert not screen.stage.is_elder()
    assert screen.stage.language == "zh"
    assert screen.stage.modes.theme == screen.stage._default_modes().theme, "as at this hour"
    assert not screen.stage.modes.low
    assert not screen.stage.modes.speech
    waiting = asyncio.create_task(screen.stage.wish())
    await asyncio.sleep(0.05)
    assert not waiting.done(), "a wish of the person before"
    waiting.cancel()
    gc.collect()
    holders = [thing for thing in gc.get_objects() if _holds(thing, CANARY)]
    assert [type(holder) for holder in holders] == []


def _holds(thing: object, words: str) -> bool:
    # By type, not isinstance: that would wake lazy values, which then change the dictionaries they are in.
    if type(thing) is dict:
        # The names of this module hold the canary itself.
        return thing is not globals() and any(
            issubclass(type(value), str) and words in value for value in list(thing.values())
        )
    if type(thing) in (list, tuple, set):
        return any(issubclass(type(value), str) and words in value and value is not CANARY for value in thing)  # type: ignore[attr-defined]
    return False


async def test_what_a_page_was_drawn_with_goes_while_nobody_touches(screen: Screen) -> None:
    gc.disable()
    try:
        async with screen.showing(PAGES["home"]):
            left = weakref.ref(screen.stage.view)
        async with screen.showing(PAGES["notice-plain"]):
            while left() is not None:
                await screen.finger.frames(1)
    finally:
        gc.enable()


async def test_who_is_called_back_for_their_card_still_reads_large_type(screen: Screen) -> None:
    screen.stage.switch(elder=True)
    screen.stage.wipe(person_stays=True)
    assert screen.stage.is_elder()
    screen.stage.wipe()
    assert not screen.stage.is_elder(), "the next person finds the defaults"
