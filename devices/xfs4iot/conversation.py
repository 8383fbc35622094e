"""Who is meant: commands of one connection and what comes back for each of them. No I/O."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

from devices.xfs4iot.message import (
    Acknowledge,
    Command,
    Completion,
    Event,
    Payload,
    Refusal,
    Unsolicited,
    decode,
)

MOST_KEPT = 64
"""Messages that nobody looked at yet: the newest ones count."""

FIRST_VERSION = "2.0"
"""Version of a command's message where the service does not say which ones it knows."""


@dataclass(slots=True, eq=False)
class Exchange:
    """One command and what came back for it so far.

    A service that completes before it acknowledges has answered all the same; its acknowledge then adds
    nothing.
    """

    command: Command
    acknowledged: bool = False
    refusal: Refusal | None = None
    events: list[Event] = field(default_factory=list)
    completion: Completion | None = None

    @property
    def heard(self) -> bool:
        """The service has said anything about it."""
        return self.acknowledged or self.refusal is not None or self.completion is not None

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        return self.refusal is not None or self.completion is not None


class Conversation:
    """The commands that are open on one connection."""

    def __init__(self) -> None:
        self._ids = count(1)
        self._open: dict[int, Exchange] = {}
        self.versions: Mapping[str, str] = {}
        """Version of each command's message, by its name."""
        self.unsolicited: deque[Unsolicited] = deque(maxlen=MOST_KEPT)
        """What came without a command, oldest first."""
        self.strangers = 0
        """Answers to commands that are not open: late ones, or none of ours."""

    def begin(self, name: str, payload: Payload, timeout_ms: int) -> Exchange:
        """Open a command; its text is for the caller to send."""
        version = self.versions.get(name, FIRST_VERSION)
        command = Command(name, next(self._ids), payload, timeout_ms, version)
        exchange = self._open[command.request_id] = Exchange(command)
        return exchange

    def end(self, exchange: Exchange) -> None:
        """Nobody waits for it any more: what still comes for it is a stranger's."""
        self._open.pop(exchange.command.request_id, None)

    def hear(self, text: str) -> None:
        """Sort one message of the service. Raises MalformedMessage."""
        message = decode(text)
        if isinstance(message, Unsolicited):
            self.unsolicited.append(message)
            return
        exchange = self._open.get(message.request_id)
        # Services of the first release name every acknowledge "Common.Acknowledge": there the id decides.
        other = isinstance(message, Completion) and exchange and message.name != exchange.command.name
        if exchange is None or other:
            self.strangers += 1
            return
        match message:
            case _ if exchange.over:
                pass
            case Acknowledge():
                exchange.acknowledged, exchange.refusal = True, message.refusal
            case Event() if len(exchange.events) < MOST_KEPT:
                exchange.events.append(message)
            case Completion():
                exchange.completion = message
