"""One simulated XFS4IoT service: what every one of them has, whatever its device (PROTOCOLS.md section 5)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, ClassVar

from devices.simulators.faults import Fault

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from devices.simulators.xfs4iot_host import ServiceHost

PUBLISHER = "/xfs4iot/v1.0"

Payload = dict[str, Any]
Emit = Callable[[str, Payload], None]
"""Sends an event of the command that is being worked on."""

Work = Callable[[Payload, Emit], Awaitable[Payload]]
"""One command of a service: from its payload to that of its completion. Raises `Refused`."""


class Refused(Exception):
    """A command ends without success.

    Args:
        code: completion code of the header.
        error_code: the command's own error code, with ``commandErrorCode``.
    """

    def __init__(self, code: str, error_code: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.error_code = error_code


def command_error(error_code: str) -> Refused:
    """A command's own error."""
    return Refused("commandErrorCode", error_code)


class SimulatedService(ABC):
    """One service with its device: what it is named, what it can do, how it is.

    Args:
        name: the last part of its URI.
    """

    interface: ClassVar[str]
    faults: ClassVar[frozenset[Fault]] = frozenset(
        {
            Fault.SILENT,
            Fault.SLOW,
            Fault.ONE_BYTE,
            Fault.GARBAGE,
            Fault.UNPLUGGED,
            Fault.WRONG_REQUEST_ID,
            Fault.EARLY_COMPLETION,
            Fault.DROPPED,
            Fault.DEVICE_ERROR,
            Fault.POWER_OFF,
        }
    )

    def __init__(self, host: ServiceHost, name: str) -> None:
        self.host = host
        self.name = name
        self.asked: list[str] = []
        """Name of every command so far."""
        self.settled: dict[str, int] = {}
        """Major versions that clients have settled on."""
        self.connections: set[ServerConnection] = set()
        self._fault = Fault.NONE

    @property
    def path(self) -> str:
        """Path of its URI."""
        return f"{PUBLISHER}/{self.name}"

    def start(self) -> None:
        """Begin to serve. Raises OSError when the port cannot be had."""
        self.host.add(self)

    def stop(self) -> None:
        """End the service."""
        self.host.remove(self)

    @property
    def fault(self) -> Fault:
        """The current misbehaviour."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        self._fault = fault
        self.host.run(self._misbehave)

    async def _misbehave(self) -> None:
        if self._fault is Fault.UNPLUGGED:
            await self.hang_up()
        self.changed()

    async def hang_up(self) -> None:
        """Break every connection."""
        for connection in self.connections:
            connection.transport.abort()

    def tell(self, name: str, payload: Payload) -> None:
        """Send something unsolicited to every client. In the host's loop only."""
        said = {"header": {"name": name, "type": "unsolicited", "version": "2.0"}, "payload": payload}
        for connection in self.connections:
            self.host.spawn(self.host.say(self, connection, said))

    def changed(self) -> None:
        """Tell every client that the status has changed. In the host's loop only."""
        self.tell("Common.StatusChangedEvent", self.status())

    def status(self) -> Payload:
        """The completion of Common.Status."""
        states = {Fault.DEVICE_ERROR: "hardwareError", Fault.POWER_OFF: "powerOff"}
        own = self._own_status()
        section = self.interface[0].lower() + self.interface[1:]
        return {"common": {"device": states.get(self._fault, "online")}, section: own}

    def capabilities(self) -> Payload:
        """The completion of Common.Capabilities."""
        common = ("Common.Status", "Common.Capabilities", "Common.Cancel", "Common.SetVersions")
        section = self.interface[0].lower() + self.interface[1:]
        return {
            "interfaces": [
                {"name": "Common", "commands": {name: {"versions": ["1.0", "2.0"]} for name in common}},
                {
                    "name": self.interface,
                    "commands": {name: {"versions": ["2.0", "3.0"]} for name in self._commands()},
                },
            ],
            "common": {"serviceVersion": "2.0"},
            section: self._able(),
        }

    def command(self, name: str) -> Work | None:
        """One command of its own interface, None when there is none of that name."""
        return self._commands().get(name)

    @abstractmethod
    def _commands(self) -> dict[str, Work]:
        """The commands of its own interface."""

    @abstractmethod
    def _own_status(self) -> Payload:
        """Its interface's part of the status."""

    @abstractmethod
    def _able(self) -> Payload:
        """Its interface's part of the capabilities."""
