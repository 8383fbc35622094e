"""On-screen input: pinyin and handwriting, through their own process and without it."""

from __future__ import annotations

import asyncio
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from statistics import median, quantiles
from typing import Any, Final

from pypinyin import Style, lazy_pinyin

from benchmarks.figures import Aim, Subject
from benchmarks.lobby import ROOT
from benchmarks.processes import memory
from screens.input.desk import COMPILED, MODEL
from screens.input.engine import Engine
from screens.input.messages import Look, Point, Question, Read, Ready, Reply
from screens.input.rime import Rime
from screens.input.zinnia import Zinnia, centred

GUIDES: Final = ROOT / "hub" / "catalogue" / "demonstration"
PLACES: Final = """
    和平路 建设路 解放路 人民路 中山路 文化路 新华路 北京路 胜利路 幸福路 光明路 育才路 花园路 滨河路 站前路
    学府路 幸福小区 阳光花园 和平里 中山公园 火车站 汽车站 人民医院 市政府 区政府 建设银行 第一中学
    实验小学 派出所 居委会
"""
NAMES: Final = """
    王伟 王芳 李娜 张敏 李静 刘伟 王秀英 张丽 李秀英 王丽 李军 王强 张伟 李强 王磊 李娟 张勇 李杰 张磊 张艳
"""
SHOWN: Final = 8
Strokes = tuple[tuple[Point, ...], ...]
#: Milliseconds of every key and of every hanzi, and the memory after each of the two, in MB.
Asked = tuple[list[float], list[float], tuple[float, float]]
#: Strokes of 李, as in the tests, with as many points as a finger leaves.
PLUM: Final = (
    ((150, 220), (850, 210)),
    ((500, 60), (500, 520)),
    ((480, 230), (320, 380), (120, 490)),
    ((520, 230), (700, 390), (890, 470)),
    ((300, 570), (700, 560), (510, 680)),
    ((510, 680), (520, 930), (420, 890)),
    ((120, 740), (880, 730)),
)


def writing(rounds: int) -> list[Subject]:
    """What a key, a hanzi and the start cost, and how often the first candidate is the right one."""
    # The engine first, while nobody else has its files in memory.
    asked = asyncio.run(_asked(_typed(), _strokes(), rounds))
    rime = Rime(COMPILED)  # one for both: the library is set up once in a process, or it ends it
    try:
        return [_costs(rime, asked, rounds), _hits(rime)]
    finally:
        rime.close()


def _costs(rime: Rime, asked: Asked, rounds: int) -> Subject:
    subject = Subject("input", TITLE, ("what", "p50, ms", "p95, ms", "p99, ms"), how=HOW)
    zinnia = Zinnia(MODEL)
    plain = centred([list(stroke) for stroke in _strokes()])

    def key(letters: str) -> object:
        return rime.candidates(letters, 0, 64)

    alone, cpu = _timed(key, _typed()), _timed(key, _typed(), time.thread_time)
    zinnia.classify(plain, 40)  # reads the model for the first time
    one = _timed(lambda _: zinnia.classify(plain, 40), range(10 * rounds))
    starts = asyncio.run(_starts(rounds))
    keys, hanzi, sizes = asked
    for name, taken in (
        ("key to 64 candidates, librime alone", alone),
        ("of that, CPU time", cpu),
        ("key to 64 candidates, as the kiosk asks", keys),
        ("李 in 7 strokes, zinnia asked once, alone", one),
        ("李 in 7 strokes, three orders, as the kiosk asks", hanzi),
        ("start of the engine until it is ready", starts[0]),
        ("of that, the window's thread is held", starts[1]),
    ):
        subject.rows.append((name, *(f"{value:.2f}" for value in _percentiles(taken))))
    subject.aims["key, p99"] = Aim(_percentiles(keys)[2], 3, " ms")
    subject.aims["key, p99, CPU time of librime"] = Aim(_percentiles(cpu)[2], 3, " ms")
    subject.aims["line and process to librime alone, p50"] = Aim(median(keys) - median(alone), 1, " ms more")
    subject.aims["hanzi by hand, p95"] = Aim(_percentiles(hanzi)[1], 50, " ms")
    subject.aims["memory of the engine after pinyin"] = Aim(sizes[0], 40, " MB (PSS)")
    subject.aims["memory of the engine after handwriting, too"] = Aim(sizes[1], 80, " MB (PSS)")
    return subject


def _hits(rime: Rime) -> Subject:
    subject = Subject(
        "input", TITLE_HITS, ("words", "number", "first", f"among the first {SHOWN}"), how=HOW_HITS
    )
    for name, words in (
        ("everyday names of services (demonstration catalogue)", _guide_words(10_000)),
        ("streets and places", PLACES.split()),
        ("people's names", NAMES.split()),
    ):
        found = [rime.candidates(letters, 0, SHOWN)[0] for letters in _pinyin(words)]
        first = sum(word == offered[0] for word, offered in zip(words, found, strict=True)) / len(words)
        among = sum(word in offered for word, offered in zip(words, found, strict=True)) / len(words)
        subject.rows.append((name, str(len(words)), f"{first:.3f}", f"{among:.3f}"))
        subject.aims[f"first candidate wrong: {name}"] = Aim(1 - first, 0.1, "")
    return subject


async def _asked(typed: Sequence[str], strokes: Strokes, rounds: int) -> Asked:
    """Milliseconds of each key and of each hanzi through the engine, and its memory after both, in MB."""
    engine = Engine(lambda ready: None, lambda: None)
    await _answer(engine, Look("a"))
    keys = [await _answer(engine, Look(letters)) for letters in typed]
    assert engine.pid is not None
    after_pinyin = memory(engine.pid)
    await _answer(engine, Read(strokes))
    hanzi = [await _answer(engine, Read(strokes)) for _ in range(10 * rounds)]
    after_hand = memory(engine.pid)
    engine.stop()
    return keys, hanzi, (after_pinyin, after_hand)


async def _answer(engine: Engine, question: Question) -> float:
    answer: asyncio.Future[Reply | None] = asyncio.get_running_loop().create_future()
    started = time.perf_counter()
    engine.ask(question, answer.set_result)
    await answer
    return (time.perf_counter() - started) * 1000


async def _starts(rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds from the start of the process until it is ready, and for which the caller is held."""
    ready, held = [], []
    for _ in range(rounds):
        there: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
        engine = Engine(there.set_result, lambda: None)
        started = time.perf_counter()
        engine.start()
        held.append((time.perf_counter() - started) * 1000)
        await there
        ready.append((time.perf_counter() - started) * 1000)
        engine.stop()
    return ready, held


def _timed(
    work: Callable[[Any], object], values: Sequence[Any], clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    taken = []
    for value in values:
        started = clock()
        work(value)
        taken.append((clock() - started) * 1000)
    return taken


def _percentiles(values: Sequence[float]) -> tuple[float, float, float]:
    cut = quantiles(values, n=100, method="inclusive")
    return cut[49], cut[94], cut[98]


def _guide_words(count: int) -> list[str]:
    """Everyday names of services out of the demonstration catalogue, spread over all of it."""
    words: dict[str, None] = {}
    for file in sorted(GUIDES.glob("*.toml")):
        guide = tomllib.loads(file.read_text(encoding="utf-8"))
        words |= dict.fromkeys(
            word
            for word in guide.get("common_names", ())
            if 2 <= len(word) <= 6 and all("一" <= hanzi <= "龥" for hanzi in word)
        )
    step = max(1, len(words) // count)
    return list(words)[::step][:count]


def _typed() -> list[str]:
    """What stands in the field after each key."""
    return [word[: end + 1] for word in _pinyin(_guide_words(120)) for end in range(len(word))]


def _strokes() -> Strokes:
    return tuple(tuple(_drawn(stroke)) for stroke in PLUM)


def _pinyin(words: Sequence[str]) -> list[str]:
    """Letters as they are taught: an apostrophe before a syllable that begins with a vowel."""
    return [
        "".join(
            f"'{syllable}" if number and syllable[0] in "aeo" else syllable
            for number, syllable in enumerate(lazy_pinyin(word, style=Style.NORMAL, v_to_u=False))
        )
        for word in words
    ]


def _drawn(stroke: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for (x1, y1), (x2, y2) in pairwise(stroke):
        for part in range(12):
            yield round(x1 + (x2 - x1) * part / 12), round(y1 + (y2 - y1) * part / 12)
    yield stroke[-1]


TITLE = "On-screen input"
HOW = """
Pinyin is typed letter by letter, 120 everyday names of services; each key asks for 64 candidates.
"Alone" is the library called in one's own process, the floor (its CPU time tells what a busy machine
adds); "as the kiosk asks" goes over the line to the engine's process and back through the event loop.
Handwriting is 李 with 12 points to a stretch of stroke, asked in three orders of strokes by the kiosk.
The engine is not started with the kiosk: it starts with the first page that is written on, and what is
typed until it is ready waits for it; the first page does not know of it. It ends with the visit, and its
memory with it.
"""
TITLE_HITS = "On-screen input: the first candidate"
HOW_HITS = """
Whole pinyin of a word at once (by pypinyin), without tones. Many everyday names are small sentences
(找份工作); whoever types word by word is served better. What the dictionary has on top (`assets/input`) was
completed with the first two rows in view: other words will be met less often. Names of people are as
ambiguous as they are: many are chosen hanzi by hanzi.
"""
