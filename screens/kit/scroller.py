"""Long bodies: moved by the finger and by two big buttons, without inertia."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.animation import Animation
from kivy.graphics import (
    PopMatrix,
    PushMatrix,
    Rectangle,
    StencilPop,
    StencilPush,
    StencilUnUse,
    StencilUse,
    Translate,
)
from kivy.properties import NumericProperty

from kiosk.text import text
from screens.kit import paint
from screens.kit.icons import Icon
from screens.kit.part import Column, Part
from screens.kit.press import icon_key
from screens.look import Look


class _Port(Part):
    """The window through which the content is seen; ``offset`` pixels of it are hidden above."""

    offset = NumericProperty(0)

    def __init__(self, content: Part) -> None:
        super().__init__()
        self.content = content
        with self.canvas.before:
            StencilPush()
            self._mask = Rectangle()
            StencilUse()
            PushMatrix()
            self._shift = Translate(0, 0)
        with self.canvas.after:
            PopMatrix()
            StencilUnUse()
            self._unmask = Rectangle()
            StencilPop()
        self.add_widget(content)

    def arrange(self) -> None:
        for mask in (self._mask, self._unmask):
            mask.pos, mask.size = self.pos, self.size
        tall = max(self.height, self.content.height_for(self.width))
        self.content.place(self.x, self.top - tall, self.width, tall)

    def on_offset(self, _: object, offset: float) -> None:
        self._shift.y = round(offset)

    def to_local(self, x: float, y: float, **_: Any) -> tuple[float, float]:
        return x, y - round(self.offset)

    def to_parent(self, x: float, y: float, **_: Any) -> tuple[float, float]:
        return x, y + round(self.offset)

    def on_touch_down(self, touch: Any) -> bool:
        if not self.collide_point(*touch.pos):
            return False
        touch.push()
        touch.apply_transform_2d(self.to_local)
        taken = super().on_touch_down(touch)
        touch.pop()
        return bool(taken)


class Scroller(Part):
    """Shows ``content``; when that is too high, keys for up and down appear at its right.

    ``start`` is the first offset in pixels, or the part to begin with. ``moved`` is told the offset
    whenever it settles, so that the place is kept when the page is drawn anew.
    """

    def __init__(
        self,
        look: Look,
        content: Part,
        *,
        grow: float = 1.0,
        start: float | Part = 0.0,
        moved: Callable[[float], None] | None = None,
    ) -> None:
        super().__init__(grow=grow)
        self.look = look
        self.content = content
        self.start: float | Part = start
        self.moved = moved or (lambda offset: None)
        self.port = _Port(content)
        self.up = icon_key(
            look, "chevron-up", text("keys.up"), lambda: self.page(-1), key="scroll-up", ink="text"
        )
        self.down = icon_key(
            look, "chevron-down", text("keys.down"), lambda: self.page(1), key="scroll-down", ink="text"
        )
        self._dragged_from: tuple[float, float] | None = None
        self.add_widget(self.port)
        self.port.bind(offset=lambda *_: self._draw_rail())

    def height_for(self, width: float) -> float:
        return self.content.height_for(width)

    @property
    def furthest(self) -> float:
        """The largest offset; 0 when everything is in view."""
        return max(0.0, float(self.content.height - self.port.height))

    @property
    def offset(self) -> float:
        """Pixels of the content hidden above."""
        return float(self.port.offset)

    def arrange(self) -> None:
        overflows = self.content.height_for(self.width) > self.height + 1
        m = self.look.measures
        side, between = m.target, m.px(3)
        # In very little height the two keys stand beside each other.
        flat = self.height < 2 * side + between
        rail = (2 * side + between if flat else side) + m.px(5) if overflows else 0
        self.port.place(self.x, self.y, self.width - rail, self.height)
        for key in (self.up, self.down):
            self.remove_widget(key)
        if overflows:
            tall = min(m.px(32), self.height if flat else (self.height - between) / 2)
            down = self.right - side
            self.up.place(down - side - between if flat else down, self.top - tall, side, tall)
            self.down.place(down, self.top - tall if flat else self.y, side, tall)
            self.add_widget(self.up)
            self.add_widget(self.down)
        start = self.place_of(self.start) if isinstance(self.start, Part) else self.start
        self.move_to(start or self.offset, animated=False)
        self.start = 0.0
        self._draw_rail()

    def _draw_rail(self) -> None:
        self.canvas.before.clear()
        room = self.up.y - self.down.top - self.look.measures.px(8) if self.up.parent else 0
        if room < self.look.measures.px(12):
            return
        wide = self.look.measures.px(1.2)
        seen = self.port.height / max(1.0, self.content.height)
        part = self.offset / self.furthest if self.furthest else 0
        bottom = self.down.top + self.look.measures.px(4)
        with self.canvas.before:
            paint.box((self.up.center_x - wide / 2, bottom, wide, room), wide, self.look.colour("line"))
            paint.box(
                (self.up.center_x - wide / 2, bottom + room * (1 - seen) * (1 - part), wide, room * seen),
                wide,
                self.look.colour("lamp"),
            )

    def place_of(self, part: Part) -> float:
        """The offset that brings a part of the content to the top."""
        return float(self.content.top - part.top)

    def page(self, direction: int) -> None:
        """Go most of a screenful up (-1) or down (1)."""
        self.move_to(self.offset + direction * self.port.height * 0.8)

    def move_to(self, offset: float, *, animated: bool = True) -> None:
        """Bring ``offset`` to the top, as far as there is content."""
        goal = min(max(0.0, offset), self.furthest)
        Animation.cancel_all(self.port)
        if animated and not self.look.reduced_motion:
            Animation(offset=goal, duration=0.15, t="out_quad").start(self.port)
        else:
            self.port.offset = goal
        self._enable(goal)
        self.moved(goal)

    def _enable(self, offset: float) -> None:
        for key, possible in ((self.up, offset > 0), (self.down, offset < self.furthest)):
            key.enabled = possible
            icon = key.inside
            assert isinstance(icon, Icon)
            icon.alpha = 1.0 if possible else 0.25
            if key.parent:
                key.arrange()

    def on_touch_down(self, touch: Any) -> bool:
        if not self.collide_point(*touch.pos):
            return False
        if super().on_touch_down(touch) and not self.port.collide_point(*touch.pos):
            return True
        if self.furthest:
            touch.grab(self)
            self._dragged_from = (touch.y, self.offset)
        return True

    def on_touch_move(self, touch: Any) -> bool:
        if touch.grab_current is not self or self._dragged_from is None:
            return False
        start, offset = self._dragged_from
        if abs(touch.y - start) > self.look.measures.px(4):
            touch.ud["dragging"] = True
        if touch.ud.get("dragging"):
            self.move_to(offset + touch.y - start, animated=False)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self._dragged_from = None
        return True


class Footed(Part):
    """A body that scrolls and a foot that stays in view.

    Where the foot would take half of the room it scrolls along.
    """

    def __init__(
        self,
        look: Look,
        body: Part,
        foot: Part,
        *,
        start: float = 0.0,
        moved: Callable[[float], None] | None = None,
    ) -> None:
        super().__init__(grow=1.0)
        self.look = look
        self.body = body
        self.foot = foot
        self.start = start
        self.moved = moved

    def arrange(self) -> None:
        self.clear_widgets()
        for part in (self.body, self.foot):
            if part.parent is not None:
                part.parent.remove_widget(part)
        gap = self.look.measures.px(6)
        foot = self.foot.height_for(self.width)
        if foot + gap > self.height * 0.36:
            whole = Scroller(
                self.look, Column([self.body, self.foot], gap=gap), start=self.start, moved=self.moved
            )
            self.add_widget(whole)
            whole.place(*self.pos, *self.size)
            return
        scroller = Scroller(self.look, self.body, start=self.start, moved=self.moved)
        self.add_widget(scroller)
        self.add_widget(self.foot)
        # The foot follows the body closely when the body is short.
        room = min(self.height - foot - gap, self.body.height_for(self.width))
        scroller.place(self.x, self.top - room, self.width, room)
        self.foot.place(self.x, self.top - room - gap - foot, self.width, foot)


class Topped(Part):
    """A body that scrolls when it must, and below it a picture that is there only where it finds room."""

    def __init__(
        self,
        look: Look,
        body: Part,
        picture: Part,
        *,
        start: float = 0.0,
        moved: Callable[[float], None] | None = None,
    ) -> None:
        super().__init__(grow=1.0)
        self.look = look
        self.body = body
        self.picture = picture
        self.scroller = Scroller(look, body, start=start, moved=moved)
        self.add_widget(self.scroller)

    def arrange(self) -> None:
        m = self.look.measures
        self.remove_widget(self.picture)
        tall = min(self.height, self.body.height_for(self.width))
        self.scroller.place(self.x, self.top - tall, self.width, tall)
        room = self.height - tall - m.px(12)
        if room >= m.px(50):
            self.add_widget(self.picture)
            self.picture.place(self.x, self.y + m.px(6), self.width, room)
