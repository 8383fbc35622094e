"""The wire of a simulated device: a TCP port or a pseudo-terminal, served by one thread.

What stands behind it is a function from bytes received to bytes answered. The wire can be pulled out and put
back, can stop reading and can answer late: what a bench needs to misbehave on purpose.
"""

from __future__ import annotations

import contextlib
import os
import queue
import selectors
import socket
import termios
import threading
import tty
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

_NOT_READING = 0.02
"""Seconds between two looks while nothing is read."""
_CHUNK = 4096


class Wire(ABC):
    """One wire to one simulated device.

    Args:
        answer: takes what was received, gives what is answered; called in the wire's thread.
        name: name of the thread.
    """

    def __init__(self, answer: Callable[[bytes], bytes], name: str) -> None:
        self._answer = answer
        self._selector = selectors.DefaultSelector()
        self._wake, self._bell = os.pipe()
        self._selector.register(self._wake, selectors.EVENT_READ, self._attend)
        self._wishes: queue.SimpleQueue[tuple[Callable[[], None], Future[None]]] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"wire-{name}", daemon=True)
        self.reading = True
        """False: nothing is taken any more, and the sender's buffers fill up."""
        self.delay = 0.0
        """Seconds before each answer."""
        self.piece = 0
        """Bytes sent at a time; 0: all at once."""

    def start(self) -> None:
        """Plug in and serve. Raises OSError when the port cannot be had."""
        self._plug()
        self._thread.start()

    def stop(self) -> None:
        """Unplug and end the thread."""
        if self._thread.is_alive():
            self._stopping.set()
            os.write(self._bell, b"!")
            self._thread.join()
        self._unplug()
        self._selector.close()
        os.close(self._wake)
        os.close(self._bell)

    def plug(self) -> None:
        """Make a running wire reachable again. Raises OSError when the port cannot be had."""
        self._in_thread(self._plug)

    def unplug(self) -> None:
        """Break what is connected, and be unreachable."""
        self._in_thread(self._unplug)

    @abstractmethod
    def _plug(self) -> None:
        """Open the port, unless it is open."""

    @abstractmethod
    def _unplug(self) -> None:
        """Close everything."""

    def _in_thread(self, action: Callable[[], None]) -> None:
        done: Future[None] = Future()
        self._wishes.put((action, done))
        os.write(self._bell, b"!")
        done.result()

    def _attend(self) -> None:
        os.read(self._wake, 1)
        if self._stopping.is_set():
            return
        action, done = self._wishes.get()
        try:
            action()
        except BaseException as error:  # noqa: BLE001 - it is raised where the wish was made
            done.set_exception(error)
        else:
            done.set_result(None)

    def _run(self) -> None:
        while not self._stopping.is_set():
            for key, _ in self._selector.select():
                if key.fd in self._selector.get_map():  # the one before may have closed it
                    key.data()
            if not self.reading:
                self._stopping.wait(_NOT_READING)

    def _reply(self, data: bytes, send: Callable[[bytes], object]) -> None:
        answer = self._answer(data)
        if answer:
            self._stopping.wait(self.delay)
            self._in_pieces(answer, send)

    def _in_pieces(self, data: bytes, send: Callable[[bytes], object]) -> None:
        piece = self.piece or max(1, len(data))
        for start in range(0, len(data), piece):
            send(data[start : start + piece])


class TcpWire(Wire):
    """A listening TCP port. Port 0 takes a free one; `port` tells which."""

    def __init__(self, answer: Callable[[bytes], bytes], name: str, host: str, port: int) -> None:
        super().__init__(answer, name)
        self.host = host
        self.port = port
        self._listener: socket.socket | None = None
        self._connections: set[socket.socket] = set()

    def _plug(self) -> None:
        if self._listener is None:
            self._listener = socket.create_server((self.host, self.port))
            self.port = self._listener.getsockname()[1]
            self._selector.register(self._listener, selectors.EVENT_READ, self._accept)

    def _unplug(self) -> None:
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None
        for connection in tuple(self._connections):
            self._drop(connection)

    def _accept(self) -> None:
        if self._listener is None:
            return
        connection, _ = self._listener.accept()
        self._connections.add(connection)
        self._selector.register(connection, selectors.EVENT_READ, lambda: self._serve(connection))

    def _serve(self, connection: socket.socket) -> None:
        if not self.reading or connection not in self._connections:
            return
        try:
            data = connection.recv(_CHUNK)
            if data:
                self._reply(data, connection.sendall)
                return
        except OSError:
            pass  # the other side is gone, which is what closing it here says
        self._drop(connection)

    def _drop(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        self._connections.discard(connection)
        connection.close()


class PtyWire(Wire):
    """A pseudo-terminal behind a symbolic link; a link that an earlier run left behind is replaced."""

    def __init__(self, answer: Callable[[bytes], bytes], name: str, link: Path) -> None:
        super().__init__(answer, name)
        self.link = link
        self._ends: tuple[int, int] | None = None

    def say(self, what: Callable[[], bytes]) -> None:
        """Send something unasked: ``what`` is called in the wire's thread. An unplugged wire loses it."""

        def send() -> None:
            if self._ends is not None:
                device = self._ends[0]
                self._in_pieces(what(), lambda data: os.write(device, data))

        self._in_thread(send)

    def _plug(self) -> None:
        if self._ends is not None:
            return
        device, host = os.openpty()
        tty.setraw(host, termios.TCSANOW)
        os.set_blocking(device, False)
        self.link.parent.mkdir(parents=True, exist_ok=True)
        self.link.unlink(missing_ok=True)
        self.link.symlink_to(os.ttyname(host))
        # The host's end stays open here as well: without it the device's end reads errors between two users.
        self._ends = (device, host)
        self._selector.register(device, selectors.EVENT_READ, self._serve)

    def _unplug(self) -> None:
        if self._ends is None:
            return
        self.link.unlink(missing_ok=True)
        self._selector.unregister(self._ends[0])
        for end in self._ends:
            os.close(end)
        self._ends = None

    def _serve(self) -> None:
        if self._ends is None or not self.reading:
            return
        device = self._ends[0]
        with contextlib.suppress(OSError):  # nobody on the other side takes the answer
            self._reply(os.read(device, _CHUNK), lambda data: os.write(device, data))
