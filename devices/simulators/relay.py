"""The network cable of the bench: a TCP relay that can be cut and mended."""

from __future__ import annotations

import asyncio
import contextlib

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
        self._open: set[asyncio.StreamWriter] = set()

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
        for writer in tuple(self._open):
            writer.transport.abort()
        await server.wait_closed()

    async def _carry(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self._open.add(back)
        try:
            there, forth = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            self._open.discard(back)
            back.transport.abort()
            return
        self._open.add(forth)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(here, forth))
                both.create_task(_pump(there, back))
        finally:
            for writer in (back, forth):
                self._open.discard(writer)
                writer.close()


async def _pump(source: asyncio.StreamReader, drain: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(_CHUNK):
            drain.write(data)
            await drain.drain()
        if drain.can_write_eof():
            drain.write_eof()
