"""The input engine behind its line: real librime and zinnia, in their own process."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from screens.input.desk import COMPILED, Desk
from screens.input.engine import Engine
from screens.input.messages import (
    Look,
    MessageError,
    Point,
    Question,
    Read,
    Ready,
    Reply,
    Take,
    Taken,
    Words,
    question,
    reply,
    to_line,
)
from screens.input.writer import Writer
from tests.screens.sample_writing import BIG, PLUM, TEN, Stroke

#: A frame as it is taught: its last stroke last. The model knows it only with the frame first.
DOCTOR: tuple[Stroke, ...] = (
    ((120, 120), (880, 110)),
    ((380, 200), (250, 400)),
    ((330, 320), (760, 310)),
    ((230, 530), (840, 520)),
    ((520, 330), (480, 560), (260, 790)),
    ((530, 550), (770, 780)),
    ((130, 120), (130, 920), (900, 910)),
)


@pytest_asyncio.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine(lambda ready: None, lambda: None)
    yield engine
    engine.stop()


async def asked(engine: Engine, question: Question) -> Reply | None:
    answer: asyncio.Future[Reply | None] = asyncio.get_running_loop().create_future()
    engine.ask(question, answer.set_result)
    return await asyncio.wait_for(answer, 20)


async def words(engine: Engine, letters: str, count: int = 64) -> tuple[str, ...]:
    answer = await asked(engine, Look(letters, count=count))
    assert isinstance(answer, Words)
    return answer.words


async def test_letters_become_hanzi_first_letters_and_like_sounds_too(engine: Engine) -> None:
    for letters, hanzi, within in (
        ("yibao", "医保", 1),
        ("shenfenzheng", "身份证", 1),
        ("canbaozhengming", "参保证明", 1),
        ("xi'an", "西安", 1),
        ("lvshi", "律师", 3),
        ("ybcb", "医保", 3),
        ("sebao", "社保", 3),
        ("zangsan", "张三", 4),
        ("jinan", "济南", 1),
    ):
        assert hanzi in (await words(engine, letters, 200))[:within], letters


async def test_rare_hanzi_of_names_are_reached(engine: Engine) -> None:
    for letters, hanzi in (("yan", "䶮"), ("ji", "𠮷"), ("jie", "㛃"), ("lin", "𬴊"), ("weng", "𬭩")):
        assert hanzi in await words(engine, letters), hanzi


async def test_a_short_candidate_leaves_the_letters_behind_it(engine: Engine) -> None:
    index = (await words(engine, "juminshenfenzheng")).index("居民")
    assert await asked(engine, Take("juminshenfenzheng", index)) == Taken("居民", "shenfenzheng")
    assert await asked(engine, Take("yi", 9999)) == Taken("", "yi"), (
        "where there is none, letters stay letters"
    )


async def test_strokes_become_hanzi_in_more_orders_than_one(engine: Engine) -> None:
    for strokes, hanzi, within in ((TEN, "十", 1), (BIG, "大", 1), (PLUM, "李", 2), (DOCTOR, "医", 12)):
        for scale, shift in ((1.0, 0), (0.4, 450)):
            there = tuple(
                tuple((round(x * scale) + shift, round(y * scale) + shift) for x, y in stroke)
                for stroke in strokes
            )
            answer = await asked(engine, Read(there))
            assert isinstance(answer, Words)
            assert hanzi in answer.words[:within], f"{hanzi} at {scale}: {answer.words}"
    assert await asked(engine, Read((((500, 500),),))) is not None


def open_for_writing(pid: int | None) -> list[str]:
    """Files on a disk that a process may write to (as root: the engine's are nobody else's business)."""
    found = []
    for descriptor in Path(f"/proc/{pid}/fdinfo").iterdir() if os.geteuid() == 0 else ():
        flags = int(descriptor.read_text().split("flags:")[1].split()[0], 8)
        target = Path(f"/proc/{pid}/fd/{descriptor.name}").readlink()
        if flags & (os.O_WRONLY | os.O_RDWR) and target.is_file():
            found.append(str(target))
    return found


async def test_nothing_is_learned_and_nothing_written(engine: Engine) -> None:
    def folder() -> dict[Path, str]:
        files = [path for path in COMPILED.rglob("*") if path.is_file()]
        return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def litter() -> set[str]:
        return {path.name for path in Path(tempfile.gettempdir()).iterdir() if "rime" in path.name}

    before, litter_before = folder(), litter()
    offered = await words(engine, "zhangwei")
    for _ in range(20):
        chosen = await asked(engine, Take("zhangwei", 4))
        assert isinstance(chosen, Taken)
        assert chosen.text == offered[4]
    assert open_for_writing(engine.pid) == []
    assert await words(engine, "zhangwei") == offered, "what was chosen most does not come to the front"
    engine.stop()
    assert await words(engine, "zhangwei") == offered
    engine.stop()
    assert (folder(), litter()) == (before, litter_before)


async def test_any_letters_are_answered_and_none_is_lost(engine: Engine) -> None:
    chance = random.Random(20261121)
    for _ in range(60):
        letters = "".join(chance.choices("aeiouzhngxlbsyq'", k=chance.randint(1, 36)))
        answer = await asked(engine, Look(letters, first=chance.choice((0, 0, 60)), count=8))
        assert isinstance(answer, Words)
        taken = await asked(engine, Take(letters, chance.choice((0, 1, 7, 40))))
        assert isinstance(taken, Taken)
        assert letters.endswith(taken.rest), letters
        assert taken.text or taken.rest == letters, letters


async def test_a_killed_engine_is_started_anew_and_asked_again(engine: Engine) -> None:
    await words(engine, "yi")
    first = engine.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert (await words(engine, "yibao"))[0] == "医保"
    assert engine.pid != first


async def test_a_hanging_engine_is_replaced() -> None:
    engine = Engine(lambda ready: None, lambda: None, deadline=1.0)
    await words(engine, "yi")
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGSTOP)
    assert (await words(engine, "yibao"))[0] == "医保"
    engine.stop()


@pytest.mark.parametrize(
    "command", [["/nonexistent/engine"], ["false"], [sys.executable, "-c", "print('?')"]]
)
async def test_without_an_engine_every_question_is_answered_with_nothing(command: list[str]) -> None:
    gave_up: list[bool] = []
    engine = Engine(lambda ready: None, lambda: gave_up.append(True), command=command)
    answers = [await asked(engine, Look("yi")) for _ in range(6)]
    assert (answers, gave_up) == ([None] * 6, [True])


async def test_a_missing_library_leaves_the_other_ways_to_write() -> None:
    changes: list[bool] = []
    says: list[Callable[[Ready], None]] = []

    def engine(ready: Callable[[Ready], None], gave_up: Callable[[], None]) -> Any:
        says.append(ready)
        return Engine(ready, gave_up, command=["false"])

    desk = Desk(lambda: changes.append(True), installed=("pinyin", "hand"), engine=engine)
    desk.ask(Look("yi"), lambda said: None)
    assert desk.methods("zh") == ("pinyin", "hand", "letters")
    assert desk.methods("en")[0] == "letters"
    says[0](Ready(pinyin="librime.so.1 cannot be loaded"))
    assert (desk.methods("zh"), desk.method("zh"), changes) == (("hand", "letters"), "hand", [True])
    assert Desk().methods("zh") == ("letters",)
    desk.wipe()


@dataclass
class Entered:
    draft: str = ""
    letters: str = ""
    strokes: list[list[Point]] = field(default_factory=list)


async def test_whatever_is_pressed_the_field_holds_what_was_entered(engine: Engine) -> None:
    desk = Desk(installed=("pinyin", "hand"), engine=lambda ready, gave_up: engine)
    entry = Entered()
    writer = Writer(entry, desk, 30, changed=lambda: None)
    chance = random.Random(5)
    keys: list[Callable[[], None]] = [
        lambda: writer.letter(chance.choice("aeiounghzy'")),
        lambda: writer.letter(chance.choice("bpmfdtnl")),
        lambda: writer.character(chance.choice("7x")),
        writer.backspace,
        writer.space,
        lambda: writer.choose(chance.randint(0, 9)),
        writer.get_more,
        lambda: writer.stroke([(chance.randint(0, 999), chance.randint(0, 999)) for _ in range(9)]),
        writer.undo_stroke,
        writer.rewrite,
        lambda: writer.switch(chance.choice(("pinyin", "hand", "letters"))),
        lambda: os.kill(engine.pid, signal.SIGKILL) if engine.pid and chance.random() < 0.02 else None,
    ]
    for turn in range(600):
        chance.choice(keys)()
        assert len(entry.draft) <= 30
        if turn % 7 == 0:
            await asyncio.sleep(0)
    writer.clear()
    assert (entry.draft, entry.letters, entry.strokes) == ("", "", [])
    for letter in "yibao":
        writer.letter(letter)
    while not writer.candidates or writer.candidates[0] != "医保":
        await asyncio.sleep(0.01)
    writer.space()
    writer.letter("k")  # before the answer is there
    while entry.draft != "医保":
        await asyncio.sleep(0.01)
    assert writer.words == "医保k"


def test_what_is_written_is_in_no_repr() -> None:
    canary = "zhang秘密"
    said = (Look(canary), Take(canary, 1), Words((canary,)), Taken(canary, canary), Read((((7731, 7731),),)))
    assert not any(secret in repr(said) for secret in (canary, "7731"))
    assert canary not in repr(Writer(Entered(canary, canary), Desk(), 30, changed=lambda: None))


def test_a_line_that_is_no_message_is_refused_without_its_words() -> None:
    assert question(to_line(3, Look("yi", 8, 9))) == (3, Look("yi", 8, 9))
    assert reply(to_line(4, Words(("医保",), more=True))) == (4, Words(("医保",), more=True))
    for line in (b"zhang", b"[]", b'{"n":1}', b'{"n":1,"is":"words","zhang":1}', b'{"n":1,"is":[]}', b"\xff"):
        with pytest.raises(MessageError) as refused:
            reply(line)
        assert "zhang" not in str(refused.value)
