"""What one touch costs, measured inside a program with a Kivy window."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypedDict

from kivy.core.window import Window
from kivy.graphics.opengl import glFinish

STILL = 0.4
"""Seconds between two touches, so that each one meets a window at rest."""


class Cost(TypedDict):
    """Milliseconds from the touch event to the end of drawing its frame.

    ``own`` is the CPU time of the window's thread until all drawing is ordered, ``whole`` that of all
    threads, a software renderer's among them, until it is done; ``wall`` is the time on the clock.
    """

    own: float
    whole: float
    wall: float


async def touches(down: Callable[[], object], up: Callable[[], object], count: int) -> list[Cost]:
    """Touch ``count`` times; ``down`` must change the picture."""
    costs = []
    for _ in range(count):
        await asyncio.sleep(STILL)
        costs.append(await _one(down))
        up()
    return costs


async def _one(down: Callable[[], object]) -> Cost:
    drawn: asyncio.Future[Cost] = asyncio.get_running_loop().create_future()

    def flipped(*_: object) -> None:
        own = time.thread_time() - thread
        glFinish()
        if not drawn.done():
            whole, wall = time.process_time() - process, time.perf_counter() - clock
            drawn.set_result(Cost(own=own * 1000, whole=whole * 1000, wall=wall * 1000))

    Window.bind(on_flip=flipped)
    try:
        thread, process, clock = time.thread_time(), time.process_time(), time.perf_counter()
        down()
        return await asyncio.wait_for(drawn, 10)
    finally:
        Window.unbind(on_flip=flipped)
