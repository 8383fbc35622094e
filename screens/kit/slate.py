"""A field to write on with the finger: strokes are drawn in the lamp's colour while they are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kivy.graphics import Color, InstructionGroup, SmoothEllipse, SmoothLine

from screens.input.messages import Point
from screens.kit import paint
from screens.kit.part import Part
from screens.look import Look

#: Sides of the field that strokes are kept in; mm between two kept points, and of the ink.
UNITS = 1000
STEP_MM = 1.2
INK_MM = 1.3


class Slate(Part):
    """Tells ``wrote`` each stroke when the finger leaves; ``show`` draws what is kept.

    Points are in thousandths of the field's height from its middle, which is (500, 500); y grows downwards.
    """

    def __init__(self, look: Look, wrote: Callable[[list[Point]], None]) -> None:
        super().__init__(key="slate", grow=1.0)
        self.look = look
        self.wrote = wrote
        self.strokes: Sequence[Sequence[Point]] = ()
        self._pixels: list[float] = []
        self._ink = InstructionGroup()
        self._line: SmoothLine | None = None
        self._tip: SmoothEllipse | None = None
        self.canvas.after.add(self._ink)

    def height_for(self, width: float) -> float:
        return self.look.measures.px(60)

    def show(self, strokes: Sequence[Sequence[Point]]) -> None:
        """Draw these strokes from now on."""
        self.strokes = strokes
        if self.placed:
            self._draw_strokes()

    def arrange(self) -> None:
        m, look = self.look.measures, self.look
        before = self.canvas.before
        before.clear()
        with before:
            paint.box((*self.pos, *self.size), m.px(5), look.colour("card"), look.colour("line"), m.stroke)
            # The square with a cross in which everybody learned to write.
            Color(*look.colour("soft", 0.3))
            half = min(self.width, self.height) / 2 - m.px(4)
            for way in (-1, 1):
                for part in range(0, 10, 2):
                    one, two = half * (part + 0.6) / 10, half * (part + 1.7) / 10
                    for points in (
                        (self.center_x + way * one, self.center_y, self.center_x + way * two, self.center_y),
                        (self.center_x, self.center_y + way * one, self.center_x, self.center_y + way * two),
                    ):
                        SmoothLine(points=points, width=max(1.0, m.stroke / 2))
        self._draw_strokes()

    def on_touch_down(self, touch: Any) -> bool:
        if not self.collide_point(*touch.pos):
            return False
        if not self._pixels:
            touch.grab(self)
            self._pixels = [*touch.pos]
            self._line = self._stroke(self._pixels)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch.grab_current is not self or self._line is None:
            return False
        x, y = self._inside(*touch.pos)
        step = self.look.measures.px(STEP_MM)
        if (x - self._pixels[-2]) ** 2 + (y - self._pixels[-1]) ** 2 >= step**2:
            self._pixels += [x, y]
            self._line.points = self._pixels
            if self._tip is not None:
                self._tip.pos = (x - self._tip.size[0] / 2, y - self._tip.size[1] / 2)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        pixels, self._pixels = [*self._pixels, *self._inside(*touch.pos)], []
        self.wrote([self._point(x, y) for x, y in zip(pixels[::2], pixels[1::2], strict=True)])
        return True

    def _inside(self, x: float, y: float) -> tuple[float, float]:
        return min(max(x, self.x), self.right), min(max(y, self.y), self.top)

    def _point(self, x: float, y: float) -> Point:
        scale = UNITS / max(1.0, self.height)
        half = UNITS // 2
        return half + round((x - self.center_x) * scale), half - round((y - self.center_y) * scale)

    def _draw_strokes(self) -> None:
        self._ink.clear()
        scale = self.height / UNITS
        half = UNITS // 2
        for stroke in self.strokes:
            pixels: list[float] = []
            for x, y in stroke:
                pixels += self._inside(self.center_x + (x - half) * scale, self.center_y - (y - half) * scale)
            self._stroke(pixels)

    def _stroke(self, pixels: list[float]) -> SmoothLine:
        self._ink.add(Color(*self.look.colour("lamp")))
        if len(pixels) == 2:
            pixels = [*pixels, pixels[0] + 1, pixels[1]]
        thick = self.look.measures.px(INK_MM)
        line = SmoothLine(points=pixels, width=thick, joint="round")
        self._ink.add(line)
        # The ends are round, as a brush leaves them; a smooth line alone cuts them off.
        self._tip = SmoothEllipse(size=(2 * thick, 2 * thick), segments=24)
        for x, y, end in (
            (*pixels[:2], SmoothEllipse(size=(2 * thick, 2 * thick), segments=24)),
            (*pixels[-2:], self._tip),
        ):
            end.pos = (x - thick, y - thick)
            self._ink.add(end)
        return line
