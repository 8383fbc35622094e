"""Serving the hub: gunicorn, whose threads suit Django's synchronous views (decision 019)."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from typing import Any, Final

from gunicorn.app.base import BaseApplication
from gunicorn.util import import_app

_SECONDS_TO_FINISH: Final = 5
_LONGEST_REQUEST: Final = 120
"""Seconds without a sign of life after which a worker is replaced."""


class HubNotServing(Exception):
    """The address cannot be listened on."""


class _Gunicorn(BaseApplication):
    def __init__(self, application: str, options: dict[str, Any]) -> None:
        self._application = application
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return import_app(self._application)


def serve(
    host: str,
    port: int,
    workers: int,
    threads: int,
    on_ready: Callable[[str], None],
    in_worker: Callable[[], None] = lambda: None,
    application: str = "hub.wsgi:application",
) -> None:
    """Serve until SIGTERM or SIGINT, then finish what is under way and leave with code 0.

    ``workers`` are processes, each with ``threads`` for slow lines. ``on_ready`` gets the address,
    ``in_worker`` is called in each process that is to answer. Raises ``HubNotServing``.
    """
    listener = _listener(host, port)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listener.getsockname()[1]}"

    def ready() -> None:
        # What was imported stays, shared by the workers: nobody looks through it for garbage, which would
        # copy it into each of them, and take a second when they end.
        gc.collect()
        gc.freeze()
        on_ready(address)

    options = {
        "bind": f"fd://{listener.detach()}",
        "worker_class": "gthread",
        "workers": workers,
        "threads": threads,
        "keepalive": 75,
        "timeout": _LONGEST_REQUEST,
        "graceful_timeout": _SECONDS_TO_FINISH,
        "preload_app": True,  # a hub that cannot start says so before it is ready
        "control_socket_disable": True,
        "loglevel": "warning",
        "when_ready": lambda _arbiter: ready(),
        "post_worker_init": lambda _worker: in_worker(),
    }
    _Gunicorn(application, options).run()


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise HubNotServing(f"cannot listen on {host} port {port}: {error.strerror}") from None
    return listener
