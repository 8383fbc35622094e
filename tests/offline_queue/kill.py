"""A visit's filing, killed at each of its writes: the product's own way from "file" to erased content.

``python -m tests.offline_queue.kill`` files a submission with two photographs and a ticket, is killed at the
first, the second, … operation on its files, and says what was found each time it was opened again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import signal
import sys
import time
from collections import Counter
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.hub_client import Credentials, HubClient
from kiosk.materials import Photo
from kiosk.submissions import Submissions
from kiosk.wire import (
    Applicant,
    Bilingual,
    ConsentGiven,
    HpkeOpener,
    Material,
    MaterialFile,
    SubmissionPayload,
    TroubleReport,
    new_private_key,
)
from offline_queue import Delivered, OfflineQueue, State, Uploader, Waits, new_id
from tests.offline_queue.hub_stand_in import HubStandIn, hub_stand_in
from tests.offline_queue.power import Op, Recorder, in_memory, recording, small_journal

NOW = datetime(2026, 11, 21, tzinfo=UTC)
OPENER = HpkeOpener.from_texts([new_private_key()])
CREDENTIALS = Credentials("K0000000", Ed25519PrivateKey.generate())
WAITS = Waits(first=0.01, longest=0.01, pause_first=0.01, pause_longest=0.01)
PATIENCE = 20.0


def photographs() -> list[Photo]:
    """Two pages of three and nine kilobytes."""
    material = Material(id="hukou", name=Bilingual(zh="户口簿", en="Household register"))
    return [Photo(material, os.urandom(size)) for size in (3000, 9000)]


def submission(photos: list[Photo]) -> SubmissionPayload:
    """A submission with these photographs; its resident is fictional."""
    return SubmissionPayload(
        item_id="resident-medical-insurance-enrol",
        item_version=1,
        applicant=Applicant(
            document="typed",
            number="11010519491231002X",
            name="李桂兰",
            birth_date=date(1949, 12, 31),
            how_read="typed",
        ),
        answers={},
        materials=tuple(
            MaterialFile(material_id="hukou", sha256=photo.sha256, media_type="image/jpeg")
            for photo in photos
        ),
        consent=ConsentGiven(version="1", text_sha256="0" * 64, at=NOW),
        captured_at=NOW,
        kiosk_id="K0000000",
        visit_language="zh",
    )


def killed_at(nth: int, folder: Path, hub: HubStandIn) -> tuple[str, list[str]]:
    """File in a child that is killed at its ``nth`` operation; which one that was, and every broken promise.

    The operation is empty when the child came to its end before.
    """
    told, teller = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - dies by its own hand
        _file_and_die(folder, hub.url, teller, nth)
    os.close(teller)
    with os.fdopen(told, "r", encoding="ascii") as reader:
        lines = [line.split() for line in reader]
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    broken = [] if code in {0, -signal.SIGKILL} else [f"the child ended with {code}"]
    operation = next((line[1] for line in lines if line[0] == "op"), "")
    kept = {UUID(line[1]) for line in lines if line[0] == "kept"}
    delivered = {UUID(line[1]) for line in lines if line[0] == "delivered"}
    return operation if code else "", broken + _opened_again(folder, hub, kept, delivered)


def _opened_again(folder: Path, hub: HubStandIn, kept: set[UUID], delivered: set[UUID]) -> list[str]:
    """What is not as it was told, before and after the rest is delivered."""
    with (
        closing(OfflineQueue(folder, OPENER.sealers[0], reserve=0)) as queue,
        closing(HubClient(hub.url, CREDENTIALS)) as client,
    ):
        broken = [*queue.verify(), *(one.what for one in queue.incidents())]
        states = {one.id: one.state for one in queue.envelopes()}
        broken += [f"kept, and lost: {item_id}" for item_id in kept - states.keys()]
        broken += [
            f"delivered, and not: {item_id}"
            for item_id in delivered
            if states.get(item_id) is not State.DELIVERED
        ]
        while items := queue.lease(10, room=10_000_000):
            for item, outcome in zip(items, client.deliver(items), strict=True):
                if not isinstance(outcome, Delivered):
                    broken.append(f"not taken by the hub: {outcome}")
                    break
                queue.settle_delivered(item.envelope.id, outcome.receipt)
        queue.checkpoint()
        if hub.records.keys() != {one.id for one in queue.envelopes(State.DELIVERED)}:
            broken.append("the hub holds other items than were delivered")
        if any(b"YDS1" in file.read_bytes() for file in folder.glob("*")):
            broken.append("content is left on the disk after its delivery")
        return broken + hub.faults


def _file_and_die(folder: Path, url: str, teller: int, nth: int) -> NoReturn:
    """Be the kiosk: file, wait for the hub, erase; be killed on the way."""
    recorder = Recorder()

    def tell(what: str, about: object) -> None:
        os.write(teller, f"{what} {about}\n".encode())

    def fail(op: Op) -> bool:
        if len(recorder.ops) == nth:
            tell("op", op.what)
            os.kill(os.getpid(), signal.SIGKILL)
        return False

    recorder.fail = fail
    code = 9
    signal.alarm(int(PATIENCE))
    try:
        with recording(recorder):
            asyncio.run(_visit(folder, url, tell))
        code = 0
    finally:
        os._exit(code)


async def _visit(folder: Path, url: str, tell: Any) -> None:
    queue = OfflineQueue(folder, OPENER.sealers[0], reserve=0)
    put = queue.put

    def put_and_tell(item_id: UUID, *content: Any, **options: Any) -> Any:
        envelope = put(item_id, *content, **options)
        tell("kept", item_id)
        return envelope

    queue.put = put_and_tell  # type: ignore[method-assign]
    client = HubClient(url, CREDENTIALS)
    uploader = Uploader(queue, client.deliver, WAITS)
    uploader.start()
    submissions = Submissions(queue, uploader, lambda: "K0000000", lambda: 0.0)
    photos, item_id = photographs(), new_id()
    filed = await submissions.file(item_id, submission(photos), photos)
    if filed.case_no is not None:
        tell("delivered", item_id)
    await submissions.report_trouble(
        TroubleReport(page="card", journey="submit", reason="other", language="zh", at=NOW)
    )
    while queue.stats().delivered < 2 or queue.wants_checkpoint():
        await asyncio.sleep(0.001)
    uploader.stop(PATIENCE)
    client.close()
    queue.close()


def everywhere(hub: HubStandIn, ends: int = 2) -> tuple[Counter[str], list[str]]:
    """Kill at each operation until a child came to its end ``ends`` times; the operations hit, what broke."""
    hit, broken, nth = Counter[str](), list[str](), 0
    with in_memory() as memory, small_journal():
        while ends:
            hub.clear()
            folder = memory / str(nth)
            operation, faults = killed_at(nth, folder, hub)
            broken += [f"killed at operation {nth} ({operation}): {fault}" for fault in faults]
            hit[operation] += bool(operation)
            ends -= not operation
            nth += 1
            shutil.rmtree(folder)
    return +hit, broken


def main() -> int:
    """Do it once and say what was found; how many promises were broken."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    began = time.monotonic()
    with hub_stand_in() as hub:
        hit, broken = everywhere(hub)
    kinds = ", ".join(f"{count} {what}" for what, count in hit.most_common())
    sys.stdout.write(f"killed {hit.total()} times ({kinds}), {time.monotonic() - began:.0f} s: ")
    sys.stdout.write(f"{len(broken)} promises broken\n" + "".join(f"{fault}\n" for fault in broken[:20]))
    return len(broken)


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
