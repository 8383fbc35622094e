"""The bench: the far end of every device that a site file names, and a socket to play with them.

The kiosk opens the same ports, readers and addresses as with hardware; it cannot tell the difference.
Files of the bench lie in the folder ``bench`` beside the site file: control socket and printed papers.
"""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from config.settings import Site
from devices.simulators.control import BenchError, Message, control_socket, decode, encode, unix_socket
from devices.simulators.pcsc_service import PcscService, ServiceMissing
from devices.simulators.relay import Connections, Relay
from devices.simulators.site import SimulatedSite, text


class Bench:
    """All simulated devices of one site, served until stopped.

    Args:
        site: the site whose devices they are.
        control: path of the control socket, by default `control_socket`; papers are kept beside it.
        relay: the network cable, if the bench has one.
        paced: serial lines take as long for every byte as real ones.

    Raises:
        SettingsError: a device's driver or options are wrong.
        BenchError: a device is none that a bench may stand in for.
    """

    def __init__(
        self,
        site: Site,
        control: Path | None = None,
        relay: Relay | None = None,
        *,
        paced: bool = False,
    ) -> None:
        self.control = control or control_socket(site)
        self._site = SimulatedSite(site.devices, site.directory, self.control.parent / "paper", paced=paced)
        self._relay = relay
        self._service = PcscService()
        self._server: asyncio.Server | None = None
        self._turn = asyncio.Lock()
        self._guests = Connections()

    async def start(self) -> None:
        """Serve everything; when this returns, everything listens. Raises BenchError."""
        self.control.parent.mkdir(parents=True, exist_ok=True)
        try:
            line = self._bind()
            self._server = await asyncio.start_unix_server(self._attend, sock=line)
            if self._site.needs_pcsc:
                await asyncio.to_thread(self._service.start)
            await asyncio.to_thread(self._site.start)
            if self._relay is not None:
                await self._relay.mend()
        except (OSError, ServiceMissing) as error:
            await self.stop()
            raise BenchError(str(error)) from error

    async def stop(self) -> None:
        """Unplug everything and take the control socket away."""
        if self._server is not None:
            self._server.close()
            self._server = None
            await self._guests.drop()
            self.control.unlink(missing_ok=True)
        if self._relay is not None:
            await self._relay.cut()
        await asyncio.to_thread(self._site.stop)
        await asyncio.to_thread(self._service.stop)

    async def do(self, command: str, arguments: Message) -> Message:
        """Do one command: status, network, or one of the site's. Raises BenchError, in words."""
        async with self._turn:
            if command == "status":
                network = None if self._relay is None else "on" if self._relay.up else "off"
                return {**self._site.status(), "network": network}
            if command == "network":
                return await self._network(text(arguments, "state"))
            if command not in self._site.commands:
                raise BenchError(f"there is no command {command!r}")
            return await asyncio.to_thread(self._site.do, command, arguments)

    def _bind(self) -> socket.socket:
        """The control socket. One that nobody listens at any more is replaced."""
        if self.control.exists():
            try:
                unix_socket(self.control, bind=False).close()
            except OSError:
                self.control.unlink()
            else:
                raise BenchError(f"a bench runs already at {self.control}")
        return unix_socket(self.control, bind=True)

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection of the control socket."""
        async with self._guests.held(writer):
            while line := await reader.readline():
                writer.write(encode(await self._reply(line)))
                await writer.drain()

    async def _reply(self, line: bytes) -> Message:
        try:
            request = decode(line)
        except ValueError:
            return {"ok": False, "error": "a request is one JSON object on one line"}
        try:
            return {"ok": True, **await self.do(str(request.get("do")), request)}
        except BenchError as error:
            return {"ok": False, "error": str(error)}
        except Exception as error:  # noqa: BLE001 - the bench goes on, whatever one command has met
            return {"ok": False, "error": f"{type(error).__name__}: {error}"}

    async def _network(self, state: str) -> Message:
        if self._relay is None:
            raise BenchError("this bench has no network cable: serve it with --relay")
        match state:
            case "on":
                await self._relay.mend()
            case "off":
                await self._relay.cut()
            case _:
                raise BenchError("the network is either on or off")
        return {"network": state}
