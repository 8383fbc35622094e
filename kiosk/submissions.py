"""Filing: sealed and on disk first, then told to the resident; sent when it can be.

Nothing here ever says "received" before the hub has answered for this very submission.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Final
from uuid import UUID

from kiosk.forms import Answers
from kiosk.materials import Photo
from kiosk.pages import Action, Notice
from kiosk.stage import Language
from kiosk.text import text
from kiosk.visit import Visit
from kiosk.wire import (
    COPY_REPORT_KIND,
    COUNTS_KIND,
    EVALUATION_KIND,
    SUBMISSION_KIND,
    SUPPLEMENT_KIND,
    TROUBLE_KIND,
    WIRE_SCHEMA,
    Applicant,
    ConsentGiven,
    CopyReport,
    DayCounts,
    Evaluation,
    MaterialFile,
    Message,
    ResultQuery,
    ServiceItem,
    SubmissionPayload,
    SubmissionReceipt,
    SupplementPayload,
    TroubleReport,
    check_code,
)
from offline_queue import OfflineQueue, QueueError, State, StorageFailed, Uploader, new_id

#: Bytes a visit may want to file at most; what the queue leaves free is its own matter.
ONE_VISIT: Final = 20_000_000

#: Seconds a resident waits for the hub's answer before the receipt says "kept here".
WAIT_FOR_HUB: Final = 6.0


_PRIORITY: Final = {
    SUBMISSION_KIND: 2,
    SUPPLEMENT_KIND: 2,
    COPY_REPORT_KIND: 1,
    TROUBLE_KIND: 0,
    EVALUATION_KIND: 0,
    COUNTS_KIND: -1,
}


Payload = SubmissionPayload | SupplementPayload


@dataclass(frozen=True)
class Filed:
    """What became of a filing. Without ``case_no`` it is kept here and will be sent.

    ``granted``: it was decided on the spot.
    """

    id: UUID
    check_code: str
    case_no: str | None = None
    promised_by: date | None = None
    granted: bool = False

    @property
    def number(self) -> str:
        """The number a resident keeps: the case number once there is one, the check code until then."""
        return self.case_no or self.check_code


class Submissions:
    """The way from a resident's "file" to the hub.

    ``kiosk_id`` and ``clock_offset`` tell who we are and how many seconds the hub's clock is ahead of ours.
    """

    def __init__(
        self,
        queue: OfflineQueue,
        uploader: Uploader,
        kiosk_id: Callable[[], str],
        clock_offset: Callable[[], float | None],
    ) -> None:
        self.queue = queue
        self._uploader = uploader
        self._kiosk_id = kiosk_id
        self._clock_offset = clock_offset

    @property
    def kiosk_id(self) -> str:
        """Who we are; empty before enrolment."""
        return self._kiosk_id()

    def may_file(self) -> bool:
        """Whether something can be kept: there is a key to seal to, and disk above the reserve."""
        return self.queue.sealer is not None and self.queue.has_room(ONE_VISIT)

    def payload(
        self,
        item: ServiceItem,
        applicant: Applicant,
        answers: Answers,
        photos: list[Photo],
        language: Language,
    ) -> SubmissionPayload:
        """A submission as it will stay for ever: made once, at the moment the resident agrees."""
        assert item.consent is not None, "an item that is filed here has a consent text (kiosk.wire)"
        now = datetime.now(UTC)
        return SubmissionPayload(
            item_id=item.id,
            item_version=item.version,
            applicant=applicant,
            answers=answers,
            materials=_files(photos),
            consent=ConsentGiven(
                version=item.consent.version, text_sha256=item.consent.text_sha256(language), at=now
            ),
            captured_at=now,
            clock_offset=self._clock_offset(),
            kiosk_id=self._kiosk_id(),
            visit_language=language,
        )

    async def file(self, submission_id: UUID, payload: Payload, photos: list[Photo]) -> Filed:
        """Keep a submission or supplement for good, then wait a moment for the hub's answer.

        Raises:
            QueueError: it was not kept, and nothing was sent.
        """
        kind = SUBMISSION_KIND if isinstance(payload, SubmissionPayload) else SUPPLEMENT_KIND
        await self._put(submission_id, kind, payload, [photo.jpeg for photo in photos])
        code = check_code(submission_id)
        try:
            envelope = await asyncio.to_thread(self.queue.wait_delivered, submission_id, WAIT_FOR_HUB)
        except StorageFailed:  # it was kept before; only the waiting for its receipt has failed
            return Filed(submission_id, code)
        if envelope.state is not State.DELIVERED or envelope.receipt is None:
            return Filed(submission_id, code)
        receipt = SubmissionReceipt.model_validate_json(envelope.receipt)
        return Filed(submission_id, code, receipt.case_no, receipt.promised_by, receipt.granted)

    async def report_copy(self, report: CopyReport) -> None:
        """Tell the hub what became of a printed copy, now or when it can be reached."""
        await self._put(new_id(), COPY_REPORT_KIND, report)

    async def report_trouble(self, report: TroubleReport) -> str:
        """Keep a "could not get it done" ticket and return its check code."""
        ticket = new_id()
        await self._put(ticket, TROUBLE_KIND, report)
        return check_code(ticket)

    async def report_counts(self, counts_id: UUID, counts: DayCounts) -> None:
        """Tell the hub what was counted on a day. Raises ``QueueError``."""
        await self._put(counts_id, COUNTS_KIND, counts)

    async def evaluate(self, evaluation: Evaluation) -> str:
        """Keep a rating and return its check code. Raises ``QueueError``."""
        rated = new_id()
        await self._put(rated, EVALUATION_KIND, evaluation)
        return check_code(rated)

    async def _put(
        self, item_id: UUID, kind: str, message: Message, attachments: list[bytes] | None = None
    ) -> None:
        await asyncio.to_thread(
            self.queue.put,
            item_id,
            kind,
            message.model_dump_json().encode(),
            attachments or [],
            schema=WIRE_SCHEMA,
            priority=_PRIORITY[kind],
            clock_offset=self._clock_offset(),
        )
        self._uploader.wake()


async def file(
    visit: Visit, item: ServiceItem, applicant: Applicant, answers: Answers, photos: list[Photo]
) -> Filed:
    """File a submission within a visit: exactly once, and from here on there is no way back."""
    submissions = visit.kiosk.submissions

    async def prepare() -> tuple[UUID, Payload]:
        return new_id(), submissions.payload(item, applicant, answers, photos, visit.stage.language)

    return await _file_once(visit, prepare, photos)


async def file_supplement(
    visit: Visit, applicant: Applicant, supplement_id: UUID, photos: list[Photo]
) -> Filed:
    """File what a case asked for, like a submission."""

    async def prepare() -> tuple[UUID, Payload]:
        holder = ResultQuery(document=applicant.document, number=applicant.number, name=applicant.name)
        return new_id(), SupplementPayload(
            supplement_id=supplement_id,
            holder=holder,
            materials=_files(photos),
            captured_at=datetime.now(UTC),
        )

    return await _file_once(visit, prepare, photos)


async def _file_once(
    visit: Visit, prepare: Callable[[], Awaitable[tuple[UUID, Payload]]], photos: list[Photo]
) -> Filed:
    submissions = visit.kiosk.submissions
    submission_id, payload = await visit.once("prepare", prepare)
    while True:
        page = Notice(
            name="filing", title=text("filing.title"), note=text("filing.note"), waiting=True, picture="sent"
        )
        filed = await visit.show_while(
            page, partial(_file_or_not, submissions, submission_id, payload, photos)
        )
        if isinstance(filed, Filed):
            visit.no_way_back()
            visit.filed = filed.number
            visit.count("filed")
            return filed
        await visit.show(_not_kept(visit), passing=True)


async def _file_or_not(
    submissions: Submissions, submission_id: UUID, payload: Payload, photos: list[Photo]
) -> Filed | None:
    try:
        return await submissions.file(submission_id, payload, photos)
    except QueueError:
        return None


def _files(photos: list[Photo]) -> tuple[MaterialFile, ...]:
    return tuple(
        MaterialFile(material_id=photo.material.id, sha256=photo.sha256, media_type="image/jpeg")
        for photo in photos
    )


def _not_kept(visit: Visit) -> Notice:
    return Notice(
        name="not-kept",
        title=text("not-kept.title"),
        lines=(text("not-kept.line"), text("help.line", phone=visit.kiosk.site.kiosk.helpline)),
        tone="bad",
        picture="out-of-service",
        main=Action("again", text("action.again"), "refresh"),
    )
