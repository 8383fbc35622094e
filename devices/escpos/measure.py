"""Measuring a printer: what it answers is asked, what only an eye can tell is printed."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from devices.escpos import commands
from devices.escpos.status import Fence, ProcessId
from devices.receipt import Columns, Receipt, Rule, Text, Title

if TYPE_CHECKING:
    from pydantic import BaseModel

    from devices.escpos.session import Session
    from devices.escpos.status import Answer
    from devices.worker import Turn

_PROOF_LIMIT = 2.0
"""Seconds that each kind of proof gets; nothing is in the printer's queue then."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a printer answered.

    Attributes:
        status_calls: the n of DLE EOT n that it knows.
        proof: the surest proof of print that it gives.
        answer_ms: the longest it took to answer a status call, ms; 0 when it answers none.
    """

    status_calls: tuple[int, ...]
    proof: Literal["process-id", "fence", "none"]
    answer_ms: int

    @property
    def options(self) -> dict[str, Any]:
        """The same as options of the driver."""
        return {"status": bool(self.status_calls), "proof": self.proof}


def measure(session: Session, turn: Turn) -> Measured:
    """Ask for everything that a printer may know. Nothing of it moves paper on a printer that knows it."""
    known, slowest = [], 0.0
    for n in (1, 2, 3, 4):
        asked = time.monotonic()
        if session.real_time(n, turn) is not None:
            known.append(n)
            slowest = max(slowest, time.monotonic() - asked)
    number = random.randrange(10_000)  # noqa: S311 - tells two answers apart, keeps no secret
    proof: Literal["process-id", "fence", "none"] = "none"
    if _answers(session, commands.process_id(number), ProcessId(number), turn):
        proof = "process-id"
    elif _answers(session, commands.FENCE, Fence(), turn):
        proof = "fence"
    return Measured(tuple(known), proof, round(slowest * 1000))


def _answers(session: Session, request: bytes, expected: Answer, turn: Turn) -> bool:
    session.send(request, turn)
    return session.await_answer(lambda answer: answer == expected, turn, _PROOF_LIMIT) is not None


def slip(width_dots: int) -> Receipt:
    """A slip for the eye, which sees whether the line reaches both edges and every character is there."""
    return Receipt(
        (
            Title("打印机测量"),
            Text(f"Printer profile: {width_dots} dots"),
            Rule(),
            Text("|" + "-" * (width_dots // 12 - 2) + "|"),
            Columns("GBK", "夜灯政务服务"),
            Columns("drawn", "䶮㛃𬴊"),
        )
    )


def table(name: str, driver: str, options: BaseModel, measured: Measured) -> str:
    """The device's table for a site file, with what was measured in it (TOML)."""
    values = options.model_dump(exclude_defaults=True) | measured.options
    lines = [f"[devices.{json.dumps(name)}]", f"driver = {json.dumps(driver)}"]
    lines += [f"{key} = {_toml(value)}" for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    """A plain value; TOML writes strings, numbers and booleans as JSON does."""
    return json.dumps(str(value) if isinstance(value, Path) else value, ensure_ascii=False)
