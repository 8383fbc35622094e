"""One service of the machine over one connection: commands out, completions back, each with its deadline."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from devices.errors import CompletionCode, DeviceError, KeeperAction
from devices.status import DeviceState
from devices.worker import Turn
from devices.xfs4iot.conversation import Conversation
from devices.xfs4iot.message import MalformedMessage, decode_bytes
from devices.xfs4iot.outcome import failure, refused

if TYPE_CHECKING:
    from devices.transports.websocket import WebSocketLine
    from devices.xfs4iot.conversation import Exchange
    from devices.xfs4iot.message import Payload, Unsolicited
    from devices.xfs4iot.outcome import ByErrorCode

LOOK = 0.05
"""Seconds between two looks whether anybody still waits."""

GRACE = 1.0
"""Seconds that a completion may come later than the command's own time-out."""

CANCELLING = 0.3
"""Seconds for a service to end a command that nobody waits for."""


class Service:
    """A connection to a service. Used by one thread only.

    A command that nobody waits for any more is cancelled (Common.Cancel). A service that does not end it then
    is left: without its connection its commands end, too.

    Args:
        line: the open WebSocket; this object closes it.
        answer_timeout: seconds for an acknowledge, and for completions of what needs no person and no paper.
    """

    def __init__(self, line: WebSocketLine, answer_timeout: float) -> None:
        self._line = line
        self._answer_timeout = answer_timeout
        self._lost = False
        self.conversation = Conversation()

    def close(self) -> None:
        """Close the connection."""
        self._lost = True
        self._line.close()

    def ask(self, name: str, turn: Turn, payload: Payload | None = None) -> Payload:
        """Run a command that is answered at once. Raises like `finish`."""
        return self.execute(name, turn, payload, limit=self._answer_timeout)

    def execute(
        self,
        name: str,
        turn: Turn,
        payload: Payload | None = None,
        *,
        limit: float,
        errors: ByErrorCode | None = None,
    ) -> Payload:
        """Run a command to its completion, ``limit`` seconds at most. Raises like `finish`."""
        exchange = self.begin(name, turn, payload, limit=limit)
        return self.finish(exchange, turn, limit=limit, errors=errors)

    def begin(
        self, name: str, turn: Turn, payload: Payload | None = None, *, limit: float | None = None
    ) -> Exchange:
        """Send a command; ``limit`` is the time-out that the service is told, None: none."""
        if self._lost:
            raise _lost()
        timeout_ms = 0 if limit is None else max(1, round(limit * 1000))
        exchange = self.conversation.begin(name, payload or {}, timeout_ms)
        self.conversation.strangers = 0
        try:
            self._line.send(exchange.command.encode(), turn, self._answer_timeout)
        except DeviceError:
            self.close()  # half a message makes every later one garbage
            raise
        return exchange

    def finish(
        self,
        exchange: Exchange,
        turn: Turn,
        *,
        limit: float,
        errors: ByErrorCode | None = None,
        detail: str = "timed-out",
    ) -> Payload:
        """Wait for the end of a command and give the payload of its success.

        Args:
            limit: seconds from now, as the service was told.
            errors: what the command's own error codes mean.
            detail: what was waited for, if the turn ends before.

        Raises:
            DeviceTimeout, DeviceCancelled: the turn is over, or the service says so.
            DeviceError: the command failed, by `devices.xfs4iot.outcome`.
            KeeperAction: the service is silent, speaks nonsense or is gone.
        """
        try:
            if not self.attend(turn, self._answer_timeout, lambda: exchange.heard, detail):
                raise _silent(strangers=self.conversation.strangers)
            if not self.attend(turn, limit + GRACE, lambda: exchange.over, detail):
                raise KeeperAction(CompletionCode.TIME_OUT, "never-completed", state=DeviceState.OFFLINE)
        except DeviceError:
            self.abandon(exchange)
            raise
        self.conversation.end(exchange)
        if exchange.refusal is not None:
            raise refused(exchange.refusal)
        completion = exchange.completion
        if completion is None:
            raise AssertionError("over, and neither refused nor completed")
        if completion.code is not None:
            raise failure(completion, errors or {}, detail)
        return completion.payload

    def abandon(self, exchange: Exchange) -> None:
        """Nobody waits for this command: have it cancelled. Never raises a `DeviceError`."""
        try:
            if self._lost or exchange.over:
                return
            turn = Turn(CANCELLING)
            cancel = self.begin(
                "Common.Cancel", turn, {"requestIds": [exchange.command.request_id]}, limit=CANCELLING
            )
            self.conversation.end(cancel)  # what counts is how the command ends
            if not self.attend(turn, CANCELLING, lambda: exchange.over):
                self.close()
        except DeviceError:
            self.close()  # whoever asks next is told that it is lost
        finally:
            self.conversation.end(exchange)

    def attend(
        self, turn: Turn, seconds: float, until: Callable[[], bool], detail: str = "timed-out"
    ) -> bool:
        """Sort what comes until something holds; False when it does not after ``seconds``.

        Raises:
            DeviceTimeout, DeviceCancelled: the turn is over.
            KeeperAction: the connection is lost, or what comes is nonsense.
        """
        end = time.monotonic() + seconds
        while not until():
            left = end - time.monotonic()
            if left <= 0:
                return False
            turn.check(detail)
            self._hear(min(LOOK, left))
        return True

    def listen(self) -> None:
        """Take what has come so far. Raises KeeperAction when the connection is lost."""
        self._hear(0.0)

    def unsolicited(self) -> Iterator[Unsolicited]:
        """What has come without a command, each once, oldest first."""
        while self.conversation.unsolicited:
            yield self.conversation.unsolicited.popleft()

    def _hear(self, seconds: float) -> None:
        if self._lost:
            raise _lost()
        try:
            with understood():
                if (text := self._line.receive(seconds)) is not None:
                    self.conversation.hear(text)
        except DeviceError:
            self.close()
            raise


@contextmanager
def understood() -> Iterator[None]:
    """What is read in here may be nonsense: then that is a fault of the service."""
    try:
        yield
    except MalformedMessage:
        raise KeeperAction(
            CompletionCode.HARDWARE_ERROR, "garbage", state=DeviceState.HARDWARE_ERROR
        ) from None


def bytes_in(payload: Payload, key: str) -> bytes:
    """Bytes out of a completion; none where there are none. Raises KeeperAction (``garbage``)."""
    with understood():
        return decode_bytes(payload.get(key))


def _silent(*, strangers: int) -> KeeperAction:
    detail = "wrong-request-id" if strangers else "silent"
    return KeeperAction(CompletionCode.HARDWARE_ERROR, detail, state=DeviceState.OFFLINE)


def _lost() -> KeeperAction:
    return KeeperAction(CompletionCode.HARDWARE_ERROR, "connection-lost", state=DeviceState.OFFLINE)
