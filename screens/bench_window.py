"""The device bench in a window: lay cards, put pages, take paper, pull the network cable, by hand.

It only speaks to the bench's control socket, as ``python main.py bench …`` does; the kiosk beside it notices
nothing but cards, pages and cables.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from kivy.app import App
from kivy.core.image import Image as CoreImage
from kivy.core.window import Window
from kivy.graphics.opengl import glFinish

from devices.simulators.control import BenchClient, BenchError
from kiosk.pages import Chip
from kiosk.text import Sayable, text
from screens import fonts
from screens.bench_panel import bench_panel
from screens.kit.icons import Pixels
from screens.kit.part import Column, Flow, Part, Row, Space
from screens.kit.pieces import ChipView, heading
from screens.kit.press import Press, Skin, Surface, card_skin, primary_skin, second_skin
from screens.kit.scroller import Scroller
from screens.kit.words import Words
from screens.look import Look
from screens.strings import Strings
from screens.theme import THEMES, Measures

LOOK_EVERY: Final = 0.7

Do = Callable[..., None]
State = dict[str, Any]


def look_of(language: str) -> Look:
    """How the bench looks: by day, like paper, so that nobody takes it for the kiosk."""
    return Look(Measures(bench_panel()), THEMES["day"], Strings(language), reduced_motion=True)


class BenchWindow(App):
    """Shows what lies on the bench and lets it be changed by hand."""

    def __init__(self, socket: Path, language: str = "zh", *, off_screen: bool = False) -> None:
        super().__init__()
        fonts.register()
        self.title = "夜灯 · 设备台"
        self._client = BenchClient(socket)
        self._look = look_of(language)
        self._off_screen = off_screen
        self._root = Column([], settle="top")
        self._state: State | None = None
        self._offset = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    def build(self) -> Column:
        """An empty sheet until the bench has answered."""
        Window.clearcolor = self._look.colour("background")
        if self._off_screen:
            Window.bind(on_flip=lambda *_: glFinish())
        return self._root

    def open_settings(self, *_: object) -> None:
        """There is nothing to set."""

    async def attend(self) -> None:
        """Show the bench until the window is closed or the bench ends."""
        watching = asyncio.create_task(self._watch())
        watching.add_done_callback(lambda _: self.stop())
        try:
            await self.async_run(async_lib="asyncio")
        finally:
            watching.cancel()
            await asyncio.gather(watching, *self._tasks, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            try:
                state = await asyncio.to_thread(self._client.ask, "status")
            except BenchError:
                if self._state is not None:
                    return  # it was there and has ended
                state = None  # it is not there yet
            if state is not None and state != self._state:
                self._state = state
                self._draw(state)
            await asyncio.sleep(LOOK_EVERY)

    def do(self, command: str, **arguments: object) -> None:
        """Have the bench do something; the next look shows what came of it."""
        task = asyncio.get_running_loop().create_task(self._ask(command, arguments))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, command: str, arguments: dict[str, object]) -> None:
        try:
            await asyncio.to_thread(lambda: self._client.ask(command, **arguments))
        except BenchError as error:
            self._draw(self._state or {}, str(error))

    def _draw(self, state: State, problem: str = "") -> None:
        look = self._look
        sheet = bench_sheet(look, state, self.do, problem)
        scroller = Scroller(look, sheet, start=self._offset, moved=self._moved)
        self._root.clear_widgets()
        whole = Column([scroller], pad=(look.measures.px(9), look.measures.px(6)))
        self._root.add_widget(whole)
        whole.place(0, 0, *Window.size)

    def _moved(self, offset: float) -> None:
        self._offset = offset


def bench_sheet(look: Look, state: State, do: Do, problem: str = "") -> Column:
    """Everything on the bench, one card a device."""
    m = look.measures
    parts: list[Part] = [
        Words(look, text("bench.title"), "tile", bold=True),
        Words(look, problem or text("bench.note"), "small", "bad" if problem else "soft", settle="top"),
        Space(m.px(2)),
    ]
    if state.get("network") is not None:
        parts.append(_network(look, state["network"] == "on", do))
    for name, device in state.get("devices", {}).items():
        if device.get("simulated"):
            parts.append(_device(look, state, name, device, do))
    return Column(parts, gap=m.px(4))


def _network(look: Look, on: bool, do: Do) -> Part:
    now = Chip(text("bench.network.on" if on else "bench.network.off"), "ok" if on else "bad")
    label = text("bench.network.cut" if on else "bench.network.mend")
    return _card(
        look,
        text("bench.network"),
        now,
        [_small(look, label, "network", lambda: do("network", state="off" if on else "on"))],
    )


def _device(look: Look, state: State, name: str, device: State, do: Do) -> Part:
    keys: list[Part] = []
    picture: list[Part] = []
    if "card" in device:
        now, keys = _cards(look, state, name, device, do)
    elif "page" in device:
        now, keys = _pages(look, state, name, device, do)
    elif "code" in device:
        now, keys = _codes(look, state, name, device, do)
    else:
        now, keys, picture = _papers(look, name, device, do)
    return _card(look, name, now, keys, [*picture, *_faults(look, name, device, do)])


def _cards(look: Look, state: State, name: str, device: State, do: Do) -> tuple[Chip, list[Part]]:
    lying = device["card"]
    keys: list[Part] = [
        _small(
            look,
            who,
            f"{name}-{who}",
            partial(do, "lay-card", device=name, who=who),
            chosen=who == lying,
        )
        for who in state["residents"]
    ]
    keys.append(_small(look, text("bench.pull"), f"{name}-pull", lambda: do("pull-card", device=name)))
    return Chip(
        text("bench.card", who=lying) if lying else text("bench.no-card"), "ok" if lying else "quiet"
    ), keys


def _pages(look: Look, state: State, name: str, device: State, do: Do) -> tuple[Chip, list[Part]]:
    lying = device["page"]
    keys: list[Part] = [
        _small(
            look,
            page,
            f"{name}-{page}",
            partial(do, "put-page", device=name, what=page),
            chosen=page == lying,
        )
        for page in state["documents"]
    ]
    keys.append(_small(look, text("bench.clear"), f"{name}-clear", lambda: do("clear-desk", device=name)))
    return Chip(
        text("bench.page", page=lying) if lying else text("bench.no-page"), "ok" if lying else "quiet"
    ), keys


def _codes(look: Look, state: State, name: str, device: State, do: Do) -> tuple[Chip, list[Part]]:
    """Papers with a code are what is held before a scanner."""
    keys: list[Part] = [
        _small(
            look,
            text("bench.show-paper"),
            f"{name}-{printer}",
            partial(do, "show-paper", device=name, printer=printer),
        )
        for printer, other in state["devices"].items()
        if other.get("papers")
    ]
    shown = device["code"] is not None
    return Chip(text("bench.code" if shown else "bench.no-code"), "ok" if shown else "quiet"), keys


def _papers(look: Look, name: str, device: State, do: Do) -> tuple[Chip, list[Part], list[Part]]:
    waiting = device.get("waiting")
    papers = device.get("papers") or []
    newest = waiting or (papers[-1] if papers else None)
    picture: list[Part] = []
    if newest and Path(newest).suffix == ".png" and Path(newest).is_file():  # an A4 document is a PDF
        shown = Pixels(look)
        shown.show(CoreImage(newest, nocache=True).texture)
        picture = [_Tall(shown, look.measures.px(120))]
    keys: list[Part] = (
        [_small(look, text("bench.take"), f"{name}-take", lambda: do("take-paper", device=name))]
        if waiting
        else []
    )
    return (
        Chip(text("bench.paper" if waiting else "bench.no-paper"), "ok" if waiting else "quiet"),
        keys,
        picture,
    )


def _faults(look: Look, name: str, device: State, do: Do) -> list[Part]:
    now = device.get("fault", "none")
    keys = [
        _small(
            look,
            fault,
            f"{name}-fault-{fault}",
            partial(do, "fault", device=name, fault=fault),
            chosen=fault == now,
        )
        for fault in device.get("faults", [])
    ]
    return (
        [Words(look, text("bench.faults"), "chip", "soft"), Flow(keys, gap=look.measures.px(2.5))]
        if keys
        else []
    )


def _card(look: Look, title: Sayable, now: Chip, keys: list[Part], more: list[Part] | None = None) -> Part:
    m = look.measures
    head = Row([_grown(heading(look, title)), ChipView(look, now)], gap=m.px(3), align="middle")
    inside = Column([head, Flow(keys, gap=m.px(2.5)), *(more or [])], gap=m.px(3))
    return Surface(look, inside, card_skin(look), pad=(m.px(6), m.px(5)))


def _grown(part: Part) -> Part:
    part.grow = 1.0
    return part


def _small(look: Look, words: Sayable, key: str, fire: Callable[[], None], *, chosen: bool = False) -> Press:
    m = look.measures
    skin: Skin = primary_skin(look) if chosen else second_skin(look)
    said = Words(look, words, "chip", skin.ink, align="center")
    return Press(
        look,
        said,
        skin,
        key=key,
        label=words,
        fire=fire,
        pad=(m.px(4), m.px(1.5)),
        least=(m.px(16), m.px(15)),
    )


class _Tall(Part):
    """Gives a picture its height."""

    def __init__(self, inside: Part, height: float) -> None:
        super().__init__()
        self._inside = inside
        self._tall = height
        self.add_widget(inside)

    def height_for(self, width: float) -> float:
        return self._tall

    def arrange(self) -> None:
        self._inside.place(*self.pos, *self.size)
