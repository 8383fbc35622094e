"""The network cable of the bench: a TCP relay that can be cut and mended."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_CHUNK = 65536


class Relay:
    """Carries connections from a port of this machine to another one.

    Args:
        port: where to listen on 127.0.0.1.
        target: the port on 127.0.0.1 to carry to.
    """

    def __init__(self, port: int, target: int) -> None:
        self.port = port
        self.target = target
        self._server: asyncio.Server | None = None
        self._connections = Connections()

    @property
    def up(self) -> bool:
        """The cable is in."""
        return self._server is not None

    async def mend(self) -> None:
        """Put the cable in. Raises OSError when the port is taken."""
        if self._server is None:
            self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)

    async def cut(self) -> None:
        """Pull the cable: what is connected is dropped, and new connections are refused."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        await self._connections.drop()

    async def _carry(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """Carry one connection until both sides have hung up."""
        async with self._connections.held(back):
            there, forth = await asyncio.open_connection("127.0.0.1", self.target)
            async with self._connections.held(forth):
                if self.up:
                    await asyncio.gather(_pump(here, forth), _pump(there, back))


class Connections:
    """The open connections of a server, so that all of them can be dropped."""

    def __init__(self) -> None:
        self._writers: set[asyncio.StreamWriter] = set()
        self._all_closed = asyncio.Event()
        self._all_closed.set()

    @asynccontextmanager
    async def held(self, writer: asyncio.StreamWriter) -> AsyncIterator[None]:
        """Hold one connection open; a failing one ends quietly, as the other side sees that it ended."""
        self._writers.add(writer)
        self._all_closed.clear()
        try:
            yield
        except OSError:
            writer.transport.abort()
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self._writers.discard(writer)
            if not self._writers:
                self._all_closed.set()

    async def drop(self) -> None:
        """Break every connection, and return when all are closed."""
        for writer in self._writers:
            writer.transport.abort()
        await self._all_closed.wait()


async def _pump(source: asyncio.StreamReader, drain: asyncio.StreamWriter) -> None:
    while data := await source.read(_CHUNK):
        drain.write(data)
        await drain.drain()
    drain.write_eof()
