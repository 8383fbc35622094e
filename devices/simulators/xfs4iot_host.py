"""A machine's XFS4IoT services on the bench: one publisher, several services, over a real WebSocket.

Written from the same sources as the client (PROTOCOLS.md section 5) but sharing nothing with it: one can
catch the other's slip. Everything happens in one thread with a loop of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import http
import json
import logging
import ssl
import threading
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from devices.simulators.faults import Fault
from devices.simulators.xfs4iot_client import ServedClient
from devices.simulators.xfs4iot_service import PUBLISHER, Emit, Payload, SimulatedService

if TYPE_CHECKING:
    from websockets.http11 import Request, Response

T = TypeVar("T")

PORTS = range(5846, 5857)
"""Where a publisher listens when nobody says otherwise: the first one that is free."""

LARGEST_MESSAGE = 32 * 2**20
SLOW = 0.02
"""Seconds before each message of a slow service."""

_log = logging.Logger("bench", logging.CRITICAL)  # noqa: LOG001 - what is sent may be a resident's card


class ServiceHost:
    """Everything that one port of a machine serves. It listens from the first service on to the last.

    Args:
        host: address to listen at.
        port: its TCP port; 0: the first free one of the standard's.
        tls: certificate and key, for a host that speaks TLS alone.
    """

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._host = host
        self._tls = tls
        self._wanted = port
        self.port = port
        self._services: dict[str, SimulatedService] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._server: Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    def add(self, service: SimulatedService) -> None:
        """Serve one more service. Raises OSError when the port cannot be had."""
        if self._thread is None:
            self._loop = asyncio.new_event_loop()
            name = f"xfs4iot-{self._wanted}"
            self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
            self._thread.start()
            try:
                self.run(self._listen)
            except OSError:
                self._end()
                raise
        self._services[service.path] = service

    def remove(self, service: SimulatedService) -> None:
        """Serve it no more; the port closes with the last one."""
        if self._services.pop(service.path, None) is None:
            return
        self.run(service.hang_up)
        if not self._services:
            self.run(self._hang_up)
            self._end()

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T | None:
        """Have something done in the host's thread, and wait for it; without services nothing is done."""
        if self._loop is None:
            return None
        return asyncio.run_coroutine_threadsafe(work(), self._loop).result()

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin something in the host's loop, from within it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def say(
        self, service: SimulatedService | None, connection: ServerConnection, said: Payload
    ) -> None:
        """Send one message, as the service's fault will have it."""
        fault = Fault.NONE if service is None else service.fault
        text = json.dumps(said, ensure_ascii=False)
        if fault is Fault.SILENT:
            return
        if fault is Fault.SLOW:
            await asyncio.sleep(SLOW)
        if fault is Fault.GARBAGE:
            text = text[::-1]
        if fault is Fault.WRONG_REQUEST_ID and "requestId" in said["header"]:
            said["header"]["requestId"] += 1000
            text = json.dumps(said)
        with contextlib.suppress(ConnectionClosed):
            await connection.send(list(text) if fault is Fault.ONE_BYTE else text)

    async def _listen(self) -> None:
        for port in (self._wanted,) if self._wanted else PORTS:
            try:
                self._server = await serve(
                    self._attend,
                    self._host,
                    port,
                    process_request=self._at_the_door,
                    ssl=self._tls,
                    compression=None,
                    max_size=LARGEST_MESSAGE,
                    ping_interval=None,
                    close_timeout=0.5,
                    logger=_log,
                )
            except OSError:
                if port == self._wanted or port == PORTS[-1]:
                    raise
            else:
                self.port = next(iter(self._server.sockets)).getsockname()[1]
                return

    async def _hang_up(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _end(self) -> None:
        loop, thread = self._loop, self._thread
        self._loop = self._thread = self._server = None
        if loop is not None and thread is not None:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def _at_the_door(self, connection: ServerConnection, request: Request) -> Response | None:
        service = self._services.get(request.path)
        if request.path == PUBLISHER or (service is not None and service.fault is not Fault.UNPLUGGED):
            return None
        return connection.respond(http.HTTPStatus.NOT_FOUND, "no such service\n")

    async def _attend(self, connection: ServerConnection) -> None:
        """One client of the publisher or of a service, until it hangs up."""
        path = connection.request.path if connection.request else ""
        service = self._services.get(path)
        client = ServedClient(self, service, connection)
        if service is not None:
            service.connections.add(connection)
        try:
            async for text in connection:
                await client.hear(text if isinstance(text, str) else "")
        except ConnectionClosed:
            pass  # it hung up without a word, or was hung up on
        finally:
            if service is not None:
                service.connections.discard(connection)
            client.leave()

    async def publish(self, _payload: Payload, emit: Emit) -> Payload:
        """ServicePublisher.GetServices."""
        scheme = "ws" if self._tls is None else "wss"
        uris = [f"{scheme}://{self._host}:{self.port}{path}" for path in self._services]
        named = {"vendorName": "Yedeng bench", "services": [{"serviceURI": uri} for uri in uris]}
        emit("ServicePublisher.ServiceDetailEvent", named)
        return named
