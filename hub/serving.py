"""Serving the hub by uvicorn within this process."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Callable

import uvicorn

_SECONDS_TO_FINISH = 5


class HubNotServing(Exception):
    """The address cannot be listened on."""


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()


def serve_hub(host: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; ``on_ready`` gets the address. Raises ``HubNotServing``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named in full: asyncio turns off the waiting for full packets only where the protocol says TCP.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise HubNotServing(f"cannot listen on {host} port {port}: {error.strerror}") from None
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        "hub.asgi:application",
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )
    # uvicorn finishes its work when it is told to end, then raises the signal again: that is a clean end.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    with listener:
        _Server(config, lambda: on_ready(address)).run(sockets=[listener])
