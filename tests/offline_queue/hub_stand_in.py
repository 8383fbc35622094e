"""A hub of the least kind that speaks the real wire: it keeps each item once, and remembers the order."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID


@dataclass
class HubStandIn:
    """What arrived. ``before(ids)`` is called, in the server's thread, before a request is answered."""

    url: str = ""
    records: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    requests: list[list[UUID]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    before: Callable[[list[UUID]], None] = lambda _ids: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def clear(self) -> None:
        """Forget everything."""
        self.records, self.files, self.requests, self.faults = {}, set(), [], []

    def take(self, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Keep items; the answer to each, as the intake gives it."""
        ids = [UUID(item["id"]) for item in items]
        with self.lock:
            self.requests.append(ids)
        self.before(ids)
        with self.lock:
            return [self._keep(item_id, item) for item_id, item in zip(ids, items, strict=True)]

    def _keep(self, item_id: UUID, item: dict[str, Any]) -> dict[str, Any]:
        content = {name: item[name] for name in ("kind", "payload_schema", "sealed", "attachments")}
        if self.records.setdefault(item_id, content) != content:
            self.faults.append(f"other content for {item_id}")
        if not self.files.issuperset(item["attachments"]):
            self.faults.append(f"files of {item_id} are missing")
        receipt = {"id": str(item_id), "received_at": "2026-01-01T00:00:00Z", "check_code": "CODE"}
        if item["kind"] == "submission":
            return receipt | {"case_no": f"3701-{item_id.hex[-8:]}", "promised_by": None}
        return receipt


@contextmanager
def hub_stand_in() -> Iterator[HubStandIn]:
    """Such a hub on a port of its own, in threads of this process."""
    hub = HubStandIn()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            message = json.loads(self._body())
            if self.path == "/api/v1/intake/batch":
                answers = hub.take(message["items"])
                self._answer({"answers": [{"id": one["id"], "receipt": one} for one in answers]})
            else:
                self._answer(hub.take([message])[0])

        def do_PUT(self) -> None:
            sha256 = hashlib.sha256(self._body()).hexdigest()
            hub.files.add(sha256)
            self._answer({"sha256": sha256})

        def _body(self) -> bytes:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                raise ConnectionError("the other end is gone")
            return body

        def _answer(self, message: dict[str, Any]) -> None:
            body = json.dumps(message).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            self.wfile.write(head.encode() + body)

        def log_message(self, *_words: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_connection: object) -> None:
            if not isinstance(sys.exception(), OSError):  # else the other end was killed
                hub.faults.append(f"the stand-in failed: {sys.exception()!r}")

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), name="hub stand-in")
    thread.start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
