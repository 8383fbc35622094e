"""One client of a simulated XFS4IoT service: what it has asked for, and what is still to be answered."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from devices.simulators.faults import Fault
from devices.simulators.xfs4iot_service import Emit, Payload, Refused, SimulatedService

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from devices.simulators.xfs4iot_host import ServiceHost

_UNWELL = {Fault.DEVICE_ERROR: "hardwareError", Fault.POWER_OFF: "deviceNotReady"}
"""Completion codes of commands to a device that is not well."""


class ServedClient:
    """What one client of one service has asked for and not been answered yet."""

    def __init__(
        self, host: ServiceHost, service: SimulatedService | None, connection: ServerConnection
    ) -> None:
        self._host = host
        self._service = service
        self._connection = connection
        self._open: dict[int, asyncio.Task[None]] = {}

    def leave(self) -> None:
        """The client is gone, and with it everything that it had asked for."""
        for task in self._open.values():
            task.cancel()

    async def hear(self, text: str) -> None:
        """One message of the client: acknowledged, then worked on."""
        try:
            said = json.loads(text)
            header, payload = said["header"], said.get("payload") or {}
            name, request_id = header["name"], header["requestId"]
        except (ValueError, KeyError, TypeError, AttributeError):
            await self._say("Common.Unknown", 0, "acknowledge", status="invalidMessage")
            return
        if not isinstance(request_id, int) or request_id < 1 or request_id in self._open:
            await self._say(name, 0, "acknowledge", status="invalidRequestID")
            return
        if self._service is not None:
            self._service.asked.append(name)
        early = self._service is not None and self._service.fault is Fault.EARLY_COMPLETION
        if not early:
            await self._say(name, request_id, "acknowledge")
        if self._dropping(name):
            self._connection.transport.abort()
            return
        timeout = header.get("timeout") or 0
        self._open[request_id] = self._host.spawn(self._work(name, request_id, payload, timeout, early=early))

    async def _work(self, name: str, request_id: int, payload: Payload, timeout: int, *, early: bool) -> None:
        completion: Payload = {}
        code = "success"
        try:
            async with asyncio.timeout(timeout / 1000 if timeout else None):
                completion = await self._obey(name, request_id, payload)
        except TimeoutError:
            code = "timeOut"
        except asyncio.CancelledError:
            code = "canceled"
        except Refused as refused:
            code = refused.code
            completion = {"errorCode": refused.error_code} if refused.error_code else {}
        self._open.pop(request_id, None)
        await self._say(name, request_id, "completion", completion, completionCode=code)
        if early:
            await self._say(name, request_id, "acknowledge")

    async def _obey(self, name: str, request_id: int, payload: Payload) -> Payload:
        events: list[asyncio.Task[None]] = []

        def emit(event: str, told: Payload) -> None:
            events.append(self._host.spawn(self._say(event, request_id, "event", told)))

        try:
            return await self._do(name, payload, emit)
        finally:
            await asyncio.gather(*events)  # every event comes before the completion

    async def _do(self, name: str, payload: Payload, emit: Emit) -> Payload:
        service = self._service
        if service is None:
            if name != "ServicePublisher.GetServices":
                raise Refused("invalidCommand")
            return await self._host.publish(payload, emit)
        if name.startswith("Common."):
            return self._common(service, name, payload)
        if service.fault in _UNWELL:
            raise Refused(_UNWELL[service.fault])
        command = service.command(name)
        if command is None:
            raise Refused("unsupportedCommand")
        return await command(payload, emit)

    def _common(self, service: SimulatedService, name: str, payload: Payload) -> Payload:
        match name:
            case "Common.Status":
                return service.status()
            case "Common.Capabilities":
                return service.capabilities()
            case "Common.SetVersions":
                service.settled |= payload.get("commands", {})
            case "Common.Cancel":
                for request_id in payload.get("requestIds") or list(self._open):
                    if request_id in self._open:
                        self._open[request_id].cancel()
            case _:
                raise Refused("unsupportedCommand")
        return {}

    def _dropping(self, name: str) -> bool:
        """The connection breaks in the middle of what the device is for."""
        service = self._service
        return service is not None and service.fault is Fault.DROPPED and not name.startswith("Common.")

    async def _say(
        self, name: str, request_id: int, kind: str, payload: Payload | None = None, **header: str
    ) -> None:
        head = {"name": name, "requestId": request_id, "type": kind, "version": "2.0", **header}
        said = {"header": head} if payload is None else {"header": head, "payload": payload}
        await self._host.say(self._service, self._connection, said)
