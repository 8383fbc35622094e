"""A video on a page: the picture, how far it is, its words, and keys to play, pause and begin again."""

from __future__ import annotations

from math import inf
from typing import Any, Final

import structlog
from kivy.clock import Clock
from kivy.graphics.texture import Texture

from kiosk.pages import GuideVideo
from kiosk.text import text
from screens.hand import Hand
from screens.kit import paint
from screens.kit.icons import Pixels
from screens.kit.part import Column, Part, Row
from screens.kit.press import button
from screens.kit.words import Words
from screens.look import Look
from screens.video.reel import Reel, Still

_log = structlog.get_logger(__name__)
#: Pictures shown in a second: gentle movement asks for no more, and without a graphics chip each one draws
#: the whole window.
_FRAMES: Final = 10


class Player(Part):
    """Plays a guide's video within the page, and keeps in ``hand.kept`` which step it has come to.

    Of a file that cannot be played there is the title; the other renderings say what it would have said.
    """

    def __init__(self, look: Look, video: GuideVideo, hand: Hand) -> None:
        super().__init__(key="video")
        self.look = look
        self.hand = hand
        self.reel = self._open(video)
        self.pixels = Pixels(look, key="video-picture")
        self.line = _Line(look)
        self.captions = _Captions(look, video)
        self.keys = self._keys()
        self.shown = -1
        self._spoken = -1
        kept = hand.kept
        below = [self.line, self.captions, *([self.keys] if self.reel else [])]
        self.below = Column(below, gap=look.measures.px(4))
        self.add_widget(self.pixels)
        self.add_widget(self.below)
        self._ticks: Any | None = None
        if self.reel is not None:
            self.captions.choose(self.reel.chapter)
            self._ticks = Clock.schedule_interval(self._tick, 1 / _FRAMES)
            if kept.playing:
                self.reel.play()

    def _open(self, video: GuideVideo) -> Reel | None:
        kept = self.hand.kept
        try:
            reel = Reel(video.file)
        except (OSError, ValueError) as error:
            _log.warning("video.unusable", file=video.file.name, reason=type(error).__name__)
            return None
        step = kept.step if kept.section == "steps" and kept.step < len(reel.chapters) else 0
        start = reel.chapters[step]
        end = reel.chapters[step + 1] if step + 1 < len(reel.chapters) else reel.length
        reel.start(kept.video_at if start <= kept.video_at < end else start)
        return reel

    def _keys(self) -> Row:
        playing = self.hand.kept.playing
        again = button(self.look, text("video.again"), self._again, key="video-again", icon="refresh")
        play = button(
            self.look,
            text("video.pause" if playing else "video.play"),
            self._play,
            key="video-play",
            icon="pause" if playing else "play",
        )
        play.grow = again.grow = 1.0
        return Row([again, play], gap=self.look.measures.px(5))

    def height_for(self, width: float) -> float:
        return self._tall(width) + self.look.measures.px(3) + self.below.height_for(width)

    def _tall(self, width: float) -> float:
        room = self.look.measures.px(62 if self.look.landscape else 78 if self.look.elder else 110)
        return min(width * (self.reel.shape if self.reel else 0.0), room)

    def arrange(self) -> None:
        tall = self._tall(self.width)
        self.pixels.place(self.x, self.top - tall, self.width, tall)
        below = self.below.height_for(self.width)
        self.below.place(self.x, self.top - tall - self.look.measures.px(3) - below, self.width, below)
        self._tick(0)

    def stop(self) -> None:
        """End its thread, be silent, let go of the picture."""
        if self._ticks is not None:
            self._ticks.cancel()
            self._ticks = None
        if self.reel is not None:
            self.reel.stop()
            self.reel = None
            if self._spoken >= 0 and self.hand.narrator is not None:
                self.hand.narrator.hush()
        self.pixels.texture = None

    def _tick(self, _: float) -> None:
        reel = self.reel
        if reel is None:
            return
        kept = self.hand.kept
        still = reel.newest
        if still is not None and still.number != self.shown:
            self._blit(still)
            self.line.move(reel.at / reel.length if reel.length else 0.0)
        narrator = self.hand.narrator
        if reel.ended and kept.playing and not (narrator is not None and narrator.speaking):
            kept.playing = False
            self.hand.again()
            return
        kept.video_at = reel.at
        if kept.playing:
            self.hand.watched()
            kept.section, kept.step = "steps", reel.chapter
            self._narrate(reel)
        self.captions.choose(reel.chapter)

    def _narrate(self, reel: Reel) -> None:
        """Speak each chapter once; its picture waits until its words have been spoken."""
        narrator = self.hand.narrator
        if narrator is None:
            return
        chapter = reel.chapter
        if self._spoken != chapter:
            self._spoken = chapter
            narrator.narrate(self.captions.said(chapter))
        ends = (*reel.chapters[1:], reel.length)[chapter]
        reel.limit(ends if narrator.speaking else inf)

    def _blit(self, still: Still) -> None:
        self.shown = still.number
        size = (still.width, still.height)
        texture = self.pixels.texture
        if texture is None or tuple(texture.size) != size:
            texture = Texture.create(size=size, colorfmt="rgb")
            texture.flip_vertical()
            texture.blit_buffer(still.pixels, colorfmt="rgb", bufferfmt="ubyte")
            self.pixels.show(texture)
        else:
            texture.blit_buffer(still.pixels, colorfmt="rgb", bufferfmt="ubyte")
            self.pixels.canvas.ask_update()

    def _play(self) -> None:
        self.hand.kept.playing = not self.hand.kept.playing
        self.hand.again()

    def _again(self) -> None:
        kept = self.hand.kept
        kept.step, kept.video_at, kept.playing = 0, 0.0, True
        self.hand.again()


class _Line(Part):
    """How far the video has come."""

    def __init__(self, look: Look) -> None:
        super().__init__(key="video-line")
        self.look = look
        self.share = 0.0

    def height_for(self, width: float) -> float:
        return self.look.measures.px(2)

    def move(self, share: float) -> None:
        """Draw this share of the way."""
        self.share = min(1.0, max(0.0, share))
        self.arrange()

    def arrange(self) -> None:
        self.canvas.clear()
        if self.width < 2:
            return
        with self.canvas:
            paint.box((self.x, self.y, self.width, self.height), self.height / 2, self.look.colour("line"))
            wide = max(self.height, self.width * self.share)
            paint.box((self.x, self.y, wide, self.height), self.height / 2, self.look.colour("lamp"))


class _Captions(Part):
    """The words of the scene that is shown, as high as the longest."""

    def __init__(self, look: Look, video: GuideVideo) -> None:
        super().__init__(key="video-caption")
        self._said = video.captions
        self._all = [
            Words(look, one, "body", bold=True, balanced=True, align="center") for one in video.captions
        ]
        self.number = -1

    def said(self, number: int) -> Any:
        """The words of a chapter."""
        return self._said[min(number, len(self._said) - 1)]

    @property
    def words(self) -> str:
        """What stands there now."""
        return self._all[self.number].text if self.number >= 0 else ""

    def choose(self, number: int) -> None:
        """Show the words of this chapter."""
        number = min(number, len(self._all) - 1)
        if number == self.number:
            return
        self.clear_widgets()
        self.number = number
        self.add_widget(self._all[number])
        if self.placed:
            self.arrange()

    def height_for(self, width: float) -> float:
        return max((one.height_for(width) for one in self._all), default=0.0)

    def arrange(self) -> None:
        if self.number >= 0:
            self._all[self.number].place(*self.pos, *self.size)
