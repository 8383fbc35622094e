"""The video of a guide: its steps one after the other, drawn, spoken in Mandarin and written below.

PyAV writes it and plays it on the kiosk: one stack, its FFmpeg inside the wheel. H.264 and AAC in MP4. Each
scene is a chapter, the first one the title; the kiosk shows the scenes and writes the captions itself, in the
language and size of the visit.
"""

from __future__ import annotations

import io
import subprocess
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from deploy.guide_cards import GROUND, LAMP, SOFT, TEXT, card, scene
from deploy.guide_paper import FACES, wrapped
from kiosk.wire import Bilingual, ServiceItem

if TYPE_CHECKING:
    from av.container.core import Chapter

RATE: Final = 15
WIDTH: Final = 800
SCENE: Final = 400
HEIGHT: Final = 560
#: Says to the kiosk that the captions stand below the scene and may be left out.
CAPTIONS_BELOW: Final = "captions-below"
_SAMPLES: Final = 22050
_WORDS_PER_MINUTE: Final = 205
_PAUSE: Final = 0.6
_SHORTEST: Final = 3.2
_ARRIVES: Final = 0.45
#: How much nearer a scene comes while it is shown.
_NEARER: Final = 0.06
_NUMBERS: Final = "一二三四五六七八九十"


@dataclass(frozen=True)
class Scene:
    """What is shown, said and written for a while."""

    shows: str
    says: str
    caption: Bilingual


def scenes(item: ServiceItem) -> list[Scene]:
    """The title, then one scene for each step."""
    first = Scene("lamp", f"{item.short_name.zh}。一共{_NUMBERS[len(item.steps) - 1]}步。", item.short_name)
    steps = (
        Scene(scene(step.picture, step.text.zh), f"第{_NUMBERS[n]}步。{step.text.zh}", step.text)
        for n, step in enumerate(item.steps)
    )
    return [first, *steps]


def video(item: ServiceItem, file: Path) -> None:
    """Write the item's video. Raises ``OSError``, ``subprocess.CalledProcessError``, ``av.FFmpegError``."""
    several = scenes(item)
    with av.open(str(file), "w", format="mp4", options={"movflags": "+faststart"}) as out:
        out.metadata["title"] = item.name.zh
        out.metadata["comment"] = CAPTIONS_BELOW
        picture = out.add_stream("libx264", rate=RATE, options={"crf": "27", "preset": "veryfast"})
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        picture.thread_count = 1  # the same bytes each time, and videos are made side by side
        sound = out.add_stream("aac", rate=_SAMPLES, layout="mono", bit_rate=40_000)
        frame_number = sample_number = 0
        chapters: list[Chapter] = []
        for number, one in enumerate(several):
            said = _spoken(one.says)
            seconds = max(_SHORTEST, len(said) / _SAMPLES + _PAUSE)
            frames = round(seconds * RATE)
            start = frame_number
            for shown in _frames(one, number, len(several), frames):
                frame = av.VideoFrame.from_ndarray(np.asarray(shown), format="rgb24")
                frame.pts, frame.time_base = frame_number, Fraction(1, RATE)
                out.mux(picture.encode(frame))
                frame_number += 1
            quiet = np.zeros(frames * _SAMPLES // RATE, np.int16)
            quiet[: len(said)] = said[: len(quiet)]
            samples = av.AudioFrame.from_ndarray(quiet[None, :], format="s16", layout="mono")
            samples.sample_rate, samples.pts, samples.time_base = (
                _SAMPLES,
                sample_number,
                Fraction(1, _SAMPLES),
            )
            sample_number += len(quiet)
            out.mux(sound.encode(samples))
            chapters.append(
                {
                    "id": number,
                    "start": start,
                    "end": frame_number,
                    "time_base": Fraction(1, RATE),
                    "metadata": {"title": one.caption.zh},
                }
            )
        out.set_chapters(chapters)
        out.mux(picture.encode(None))
        out.mux(sound.encode(None))


def _spoken(words: str) -> np.ndarray:
    command = [
        "espeak-ng",
        "-b",
        "1",
        "-v",
        "cmn",
        "-s",
        str(_WORDS_PER_MINUTE),
        "--stdin",
        "-w",
        "/dev/stdout",
    ]
    said = subprocess.run(command, input=words.encode(), check=True, capture_output=True).stdout
    with wave.open(io.BytesIO(said)) as sound:
        return np.frombuffer(sound.readframes(sound.getnframes()), np.int16)


def _frames(one: Scene, number: int, of: int, count: int) -> Iterator[Image.Image]:
    """A scene comes in from the right, then slowly nearer."""
    drawn = Image.open(io.BytesIO(card(one.shows, WIDTH))).convert("RGB")
    below = _caption(one, number, of)
    arriving = round(_ARRIVES * RATE)
    for n in range(count):
        frame = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
        nearer = 1 + _NEARER * n / count
        wide, tall = WIDTH / nearer, SCENE / nearer
        box = ((WIDTH - wide) / 2, (SCENE - tall) / 2, (WIDTH + wide) / 2, (SCENE + tall) / 2)
        shown = drawn.resize((WIDTH, SCENE), Image.Resampling.BILINEAR, box=box)
        late = max(0.0, 1 - n / arriving) ** 3 if number else 0.0
        frame.paste(shown, (round(late * WIDTH * 0.35), 0))
        frame.paste(below, (0, SCENE))
        yield frame


def _caption(one: Scene, number: int, of: int) -> Image.Image:
    strip = Image.new("RGB", (WIDTH, HEIGHT - SCENE), GROUND)
    draw = ImageDraw.Draw(strip)
    draw.rectangle((0, 0, round(WIDTH * (number + 1) / of), 3), fill=LAMP)
    bold, plain = ImageFont.truetype(FACES["bold"][0], 36), ImageFont.truetype(FACES["regular"][0], 21)
    point = 72 / 25.4
    lines = wrapped(one.caption.zh, 36, (WIDTH - 60) / point, "bold")[:2]
    english = wrapped(one.caption.en, 21, (WIDTH - 60) / point)[:1]
    y = 30 if len(lines) > 1 else 46
    for words in lines:
        draw.text((WIDTH / 2, y + 18), words, TEXT, bold, anchor="mm")
        y += 44
    for words in english:
        draw.text((WIDTH / 2, y + 20), words, SOFT, plain, anchor="mm")
    return strip
