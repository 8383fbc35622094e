"""The bench's control socket: JSON lines, one request, one reply.

A request is ``{"do": COMMAND, …}``; a reply is ``{"ok": true, …}`` or ``{"ok": false, "error": WORDS}``.
"""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

from config.settings import Site

Message = dict[str, Any]


class BenchError(Exception):
    """The bench cannot do what was asked; the message says why, in words for the person at the shell."""


def control_socket(site: Site) -> Path:
    """Where the bench of a site listens for commands: in the kiosk's data folder."""
    return site.data / "bench" / "control.sock"


class BenchClient:
    """Speaks to a running bench.

    Args:
        path: its control socket.
        timeout: seconds to wait for a reply.
    """

    def __init__(self, path: Path, timeout: float = 15.0) -> None:
        self._path = path
        self._timeout = timeout

    def ask(self, command: str, **arguments: object) -> Message:
        """Have one command done.

        Args:
            command: e.g. ``lay-card``; `devices.simulators.bench` lists them.
            arguments: what the command needs, e.g. ``device="id-reader", who="li-guilan"``.

        Raises:
            BenchError: no bench runs there, or it cannot do that.
        """
        try:
            with unix_socket(self._path, bind=False) as line:
                line.settimeout(self._timeout)
                line.sendall(encode({"do": command, **arguments}))
                with line.makefile("rb") as answers:
                    reply = decode(answers.readline())
        except (OSError, ValueError):
            raise BenchError(f"no bench answers at {self._path}: start it with `bench serve`") from None
        if not reply.get("ok"):
            raise BenchError(str(reply.get("error", "the bench refused")))
        return reply


def encode(message: Message) -> bytes:
    """One message as one line."""
    return json.dumps(message, ensure_ascii=False).encode() + b"\n"


def decode(line: bytes) -> Message:
    """One line as a message. Raises ValueError."""
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("a message is an object")  # noqa: TRY004 - bad input, not a wrong call
    return message


def unix_socket(path: Path, *, bind: bool) -> socket.socket:
    """A Unix socket bound or connected to `path`, however long that path is.

    The system allows about 100 characters; going through the folder's descriptor needs only a few of them.
    """
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    line = socket.socket(socket.AF_UNIX)
    try:
        short = f"/proc/self/fd/{folder}/{path.name}"
        (line.bind if bind else line.connect)(short)
    except OSError:
        line.close()
        raise
    finally:
        os.close(folder)
    return line
