"""What counts as an answer of the hub, and the errors for everything else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID

from pydantic import ValidationError

from kiosk.wire import Message, Problem, Receipt

Reply = TypeVar("Reply", bound=Message)
QueuedReceipt = TypeVar("QueuedReceipt", bound=Receipt)


class HubError(Exception):
    """The hub did not do what was asked."""


class HubUnreachable(HubError):
    """No typed answer, or "not now": nothing is known of the request. ``after``: seconds it asked to wait."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class HubRefused(HubError):
    """The hub answered with a problem: ``problem.status`` 4xx is our fault, 500 is its own."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.status} {problem.title}: {problem.detail}".rstrip(": "))
        self.problem = problem


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, read whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def problem(self) -> Problem | None:
        """The problem this answer is, if it is one (RFC 9457)."""
        if not self.headers.get("Content-Type", "").startswith("application/problem+json"):
            return None
        try:
            problem = Problem.model_validate_json(self.body, extra="ignore")
        except ValidationError:
            return None
        return problem if problem.status == self.status else None

    @property
    def after(self) -> float | None:
        """Seconds of ``Retry-After``, given as seconds or as a date by the clock of the answer's ``Date``."""
        value = self.headers.get("Retry-After", "")
        if value.isascii() and value.isdigit():
            return float(value)
        try:
            until, now = (parsedate_to_datetime(text) for text in (value, self.headers.get("Date", "")))
            return max(0.0, (until - now).total_seconds())
        except (TypeError, ValueError):
            return None


def typed(answer: Answer, reply: type[Reply]) -> Reply:
    """The message an answer holds; ``HubUnreachable`` for anything else, whatever its status says.

    What a newer hub adds is left out.
    """
    kind = answer.headers.get("Content-Type", "").partition(";")[0]
    if answer.status not in {HTTPStatus.OK, HTTPStatus.CREATED} or kind != "application/json":
        raise HubUnreachable(f"not the hub's answer (status {answer.status}, {kind or 'no type'})")
    try:
        return reply.model_validate_json(answer.body, extra="ignore")
    except ValidationError:
        raise HubUnreachable(f"not the hub's answer (no {reply.__name__})") from None


def named(receipt: QueuedReceipt, wanted: UUID) -> QueuedReceipt:
    """The receipt itself if it is for ``wanted``; ``HubUnreachable`` otherwise."""
    if receipt.id != wanted:
        raise HubUnreachable("the answer names another item")
    return receipt
