"""The hub: check-ins and submissions a second against bare servers, and a herd of kiosks that comes back."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, date, datetime
from functools import partial
from statistics import median
from typing import Final

from benchmarks import hub_servers
from benchmarks.figures import Aim, Subject
from benchmarks.hub_load import Answered, Kiosks, check_ins, come_back, send
from benchmarks.hub_servers import Place
from benchmarks.processes import cpu_seconds, memory
from kiosk.wire import (
    SUBMISSION_KIND,
    WIRE_SCHEMA,
    Applicant,
    ConsentGiven,
    HpkeSealer,
    IntakeEnvelope,
    SubmissionPayload,
)
from offline_queue import new_id

CHECK_IN: Final = "/api/v1/check-in"
INTAKE: Final = "/api/v1/intake"
LINES: Final = 16
ROUNDS: Final = 3

Server = AbstractContextManager[tuple[str, int]]


def check_in(count: int) -> list[Subject]:
    """``count`` check-ins a round: bare servers, ours on both databases, with one worker and more."""
    subject = Subject("checkin", TITLE, COLUMNS, how=HOW)
    kiosks = Kiosks(200)
    others = set(range(os.cpu_count() or 1)) - {int(hub_servers.SERVERS_CORE)}
    with _only(others or {0}):
        bare = _rounds(lambda: hub_servers.bare_asgi(_free_port()), kiosks, count)
        django = _rounds(hub_servers.bare_django, kiosks, count)
        subject.rows.append(("bare ASGI application, uvicorn", *_cells(bare, bare, django)))
        subject.rows.append(("bare view of Django, gunicorn", *_cells(django, bare, django)))
        for name, place in (("SQLite", hub_servers.sqlite), ("PostgreSQL", hub_servers.postgresql)):
            with place() as where:
                where.make_known(kiosks)
                ours = _rounds(partial(hub_servers.hub, where), kiosks, count)
                subject.rows.append((f"check-in, signed and stored, {name}", *_cells(ours, bare, django)))
                subject.aims[f"of the bare Django view's rate on a core, {name}"] = Aim(
                    django.each / ours.each, 0.5, "x", least=True
                )
                subject.rows += _more_workers(name, where, kiosks, count)
    return [subject]


class _Rounds:
    """Medians of some rounds: ms of processor each, answers a second, ms at 50 and 99 %; MB a worker."""

    def __init__(self, rounds: list[tuple[Answered, float]], mb: float) -> None:
        self.each = median(cpu * 1000 / len(run.each) for run, cpu in rounds)
        self.rate = median(run.rate for run, _ in rounds)
        self.half, self.nearly_all = (median(run.at(share) for run, _ in rounds) for share in (0.5, 0.99))
        self.refused = sum(run.refused + run.later for run, _ in rounds)
        self.mb = mb


def _rounds(
    server: Callable[[], Server], kiosks: Kiosks, count: int, path: str = CHECK_IN, workers: int = 1
) -> _Rounds:
    rounds = []
    with server() as (url, process):
        send(url, kiosks.signed(url, path, check_ins(), 50), LINES)
        for _ in range(ROUNDS):
            requests = kiosks.signed(url, path, check_ins(), count)
            before = cpu_seconds(process)
            run = send(url, requests, LINES)
            rounds.append((run, cpu_seconds(process) - before))
        mb = memory(process) / workers
    return _Rounds(rounds, mb)


def _more_workers(name: str, where: Place, kiosks: Kiosks, count: int) -> Iterator[tuple[str, ...]]:
    alone = None
    for workers in (1, 2, 4):
        server = partial(hub_servers.hub, where, workers, pinned=False)
        found = _rounds(server, kiosks, count, workers=workers)
        alone = alone or found
        yield (
            f"{workers} workers on all cores, {name}",
            f"{found.each:.2f}",
            f"{found.rate:.0f}",
            f"{found.half:.0f} / {found.nearly_all:.0f}",
            str(found.refused),
            f"{found.mb:.0f}",
            "",
            f"{found.rate / alone.rate:.2f}x one worker",
        )


def _cells(found: _Rounds, asgi: _Rounds, django: _Rounds) -> tuple[str, ...]:
    return (
        f"{found.each:.2f}",
        f"{found.rate:.0f}",
        f"{found.half:.0f} / {found.nearly_all:.0f}",
        str(found.refused),
        f"{found.mb:.0f}",
        f"{asgi.each / found.each:.2f}x",
        f"{django.each / found.each:.2f}x",
    )


def intake(count: int) -> list[Subject]:
    """``count`` sealed submissions of 2 kB, one a request: opened, filed, receipted."""
    columns = ("submissions", "ms of processor", "a second", "p50 / p99 ms", "not 200", "to the check-in")
    subject = Subject("intake", TITLE_INTAKE, columns, how=HOW_INTAKE)
    kiosks = Kiosks(50)
    for name, place in (("SQLite", hub_servers.sqlite), ("PostgreSQL", hub_servers.postgresql)):
        with place() as where:
            where.make_known(kiosks)
            sealer = HpkeSealer.from_text((where.folder / "intake.pub").read_text())
            with hub_servers.hub(where) as (url, process):
                floor = _one(url, process, kiosks.signed(url, CHECK_IN, check_ins(), count))
                ours = _one(url, process, kiosks.signed(url, INTAKE, submissions(sealer), count))
            stored = json.loads(where.run("main.py", "hub", "cases", "--data", str(where.folder), "--json"))
        subject.rows.append(
            (
                name,
                f"{ours[1]:.2f}",
                f"{ours[0].rate:.0f}",
                f"{ours[0].at(0.5):.0f} / {ours[0].at(0.99):.0f}",
                str(ours[0].refused + ours[0].later),
                f"{ours[1] / floor[1]:.2f}x",
            )
        )
        subject.aims[f"submissions without a case, {name}"] = Aim(count - len(stored), 0, "")
    return [subject]


def _one(url: str, process: int, requests: list[bytes]) -> tuple[Answered, float]:
    before = cpu_seconds(process)
    run = send(url, requests, LINES)
    return run, (cpu_seconds(process) - before) * 1000 / len(requests)


def submissions(sealer: HpkeSealer) -> Iterator[bytes]:
    """Sealed submissions, each of an invented person, as a queue sends them."""
    now = datetime.now(UTC)
    while True:
        item = new_id()
        payload = SubmissionPayload(
            item_id="elderly-card",
            item_version=1,
            applicant=Applicant(
                document="resident_id",
                number="11010519491231002X",
                name="测试",
                birth_date=date(1949, 12, 31),
                address="灯河市灯河区明灯路 1 号" * 4,
                how_read="id_card",
            ),
            answers={"phone": "13800000000", "why": "公" * 200},
            consent=ConsentGiven(version="1", text_sha256="0" * 64, at=now),
            captured_at=now,
            kiosk_id="K0000000",
            visit_language="zh",
        )
        sealed = sealer.seal(
            payload.model_dump_json().encode(), item_id=item, kind=SUBMISSION_KIND, schema=WIRE_SCHEMA
        )
        envelope = IntakeEnvelope.model_construct(
            id=item, kind=SUBMISSION_KIND, payload_schema=WIRE_SCHEMA, sealed=sealed
        )
        yield envelope.model_dump_json().encode()


def herd(count: int, within: float = 10.0) -> list[Subject]:
    """``count`` kiosks, each on a line of its own, come back within ten seconds."""
    columns = ("database", "kiosks", "through", "lost", "asked to wait", "until all, s", "p50 / p99 s")
    subject = Subject("herd", TITLE_HERD, columns, how=HOW_HERD)
    kiosks = Kiosks(count)
    for name, place in (("SQLite", hub_servers.sqlite), ("PostgreSQL", hub_servers.postgresql)):
        with place() as where:
            where.make_known(kiosks)
            with hub_servers.hub(where, os.cpu_count() or 1, pinned=False, limited=True) as (url, _):
                run = come_back(url, kiosks.signed(url, CHECK_IN, check_ins(), count), within)
        through = len(run.each) - run.refused
        subject.rows.append(
            (
                name,
                str(count),
                str(through),
                str(count - through),
                str(run.later),
                f"{run.seconds:.0f}",
                f"{run.at(0.5) / 1000:.1f} / {run.at(0.99) / 1000:.1f}",
            )
        )
        subject.aims[f"check-ins lost, {name}"] = Aim(count - through, 0, "")
    return [subject]


@contextmanager
def _only(cores: set[int]) -> Iterator[None]:
    """Keep this process to some cores meanwhile."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
        return port


TITLE: Final = "Check-ins at the hub"
TITLE_INTAKE: Final = "Submissions taken in"
TITLE_HERD: Final = "Ten thousand kiosks come back at once"
COLUMNS: Final = (
    "what",
    "ms of processor",
    "a second",
    "p50 / p99 ms",
    "not 200",
    "MB a worker",
    "to bare ASGI, per core",
    "to bare Django, per core",
)
HOW: Final = """\
Requests of 1.2 kB by 200 kiosks, signed beforehand, over 16 lines that stay open; the median of three
rounds. In the rows with ratios the server is alone on one core and who asks on the others; a ratio is of
processor time for one request. Each check-in is verified (Ed25519, RFC 9421), its nonce kept, its words
stored, all durably. In the rows of several workers these share all cores with who asks and with the
database: on two cores, two workers cannot be twice as fast as one. MB: memory of the whole server
(proportional set size), divided by its workers.
"""
HOW_INTAKE: Final = """\
One worker. A submission is opened (HPKE, X25519 with ML-KEM-768), checked against the published item, filed
as a case with a number of its own, encrypted anew for the database, receipted. Beside it a check-in of the
same run.
"""
HOW_HERD: Final = """\
Each kiosk has a line and a key of its own and comes at its moment within ten seconds; asked to wait (429,
503), or cut off, it comes again. The machine's cores serve, and are the ten thousand kiosks, too. Lost is
who never got an answer.
"""
