"""What stands between a kiosk and its hub on a bad day."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class AnswerDropper:
    """A relay that passes requests on and swallows as many answers as it is told to."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._kiosks: list[socket.socket] = []
        self.drop_next = 0
        self.dropped = 0
        self.loses: Callable[[], bool] = lambda: False
        self.cut_after: int | None = None
        self.down = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @contextmanager
    def running(self) -> Iterator[AnswerDropper]:
        accepting = threading.Thread(target=self._accept, name="relay")
        accepting.start()
        try:
            yield self
        finally:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            accepting.join()
            for kiosk in self._kiosks:  # a kept connection is not the relay's to wait for
                _hang_up(kiosk)
            for thread in self._threads:
                thread.join()

    def flap(self, *, down: bool) -> None:
        """Take the line down, with all that is on it, or up again."""
        self.down = down
        if down:
            for kiosk in list(self._kiosks):
                _hang_up(kiosk)

    def _accept(self) -> None:
        while True:
            try:
                kiosk, _ = self._listener.accept()
            except OSError:
                return
            if self.down:
                kiosk.close()
                continue
            self._kiosks.append(kiosk)
            thread = threading.Thread(target=self._relay, args=(kiosk,), name="relay connection")
            self._threads.append(thread)
            thread.start()

    def _relay(self, kiosk: socket.socket) -> None:
        with kiosk, socket.create_connection(("127.0.0.1", self._target)) as hub:
            upstream = threading.Thread(target=self._pump, args=(kiosk, hub), name="relay upstream")
            upstream.start()
            with suppress(OSError):
                while answer := hub.recv(65536):
                    if self.drop_next or self.loses():
                        self.drop_next = max(0, self.drop_next - 1)
                        self.dropped += 1
                        break
                    kiosk.sendall(answer)
            for end in (kiosk, hub):
                _hang_up(end)
            upstream.join()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        """Pass on what the kiosk sends; break off once ``cut_after`` bytes have gone, if that is set."""
        with suppress(OSError):
            while data := source.recv(65536):
                if self.cut_after is not None:
                    self.cut_after -= len(data)
                    if self.cut_after < 0:
                        self.cut_after = None
                        _hang_up(source)
                        break
                target.sendall(data)
        _hang_up(target)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def answering(answer: Callable[[str], Answer]) -> Iterator[str]:
    """A web server that is not the hub; ``answer(path)`` gives status, headers, body. Yields its address."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, body = answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the library's names

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), name="not the hub")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
