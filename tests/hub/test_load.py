"""Ten thousand kiosks come back at once."""

from __future__ import annotations

import json
from typing import Any

from hub.load import SpreadCheckIns


def test_of_a_herd_so_many_are_taken_and_the_rest_are_told_when_to_come() -> None:
    now = [0.0]
    served: list[str] = []

    def hub(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        served.append(environ["PATH_INFO"])
        start_response("200 OK", [])
        return [b""]

    spread = SpreadCheckIns(hub, 100, clock=lambda: now[0])
    told: list[tuple[str, dict[str, str]]] = []

    def ask(path: str) -> dict[str, Any] | None:
        body = b"".join(
            spread({"PATH_INFO": path}, lambda status, headers: told.append((status, dict(headers))))
        )
        return json.loads(body) if body else None

    for _ in range(1000):
        ask("/api/v1/check-in")
    assert len(served) == 100
    problem = ask("/api/v1/check-in")
    assert problem is not None
    assert problem["status"] == 429
    waits = [int(headers["Retry-After"]) for status, headers in told if status.startswith("429")]
    assert min(waits) >= 5
    assert len(set(waits)) > 20, "not all in the same second again"
    # Somebody waits for these: they are taken whatever the kiosks do.
    for _ in range(50):
        ask("/api/v1/intake")
    assert served.count("/api/v1/intake") == 50
    now[0] += 1.0
    for _ in range(200):
        ask("/api/v1/check-in")
    assert served.count("/api/v1/check-in") == 200
