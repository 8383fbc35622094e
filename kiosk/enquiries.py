"""Where a matter stands, whether a paper is genuine: asked of the hub, and of this machine's own queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Final, Literal, TypeVar

import structlog

from devices.identity import CHINA_TIME
from kiosk.hub_client import HubClient, HubError
from kiosk.hub_link import HubLink
from kiosk.wire import (
    EVALUATION_KIND,
    TROUBLE_KIND,
    Applicant,
    EvaluationReceipt,
    Progress,
    Receipt,
    ResultQuery,
    SubmissionReceipt,
    TroubleReceipt,
    VerifiedCopy,
    normalise_check_code,
    with_check_code,
)
from offline_queue import Envelope, OfflineQueue, QueueError, State

log = structlog.get_logger(__name__)

R = TypeVar("R")


class Missing(Enum):
    """Why there is no answer."""

    NOTHING = "nothing"
    NO_NETWORK = "no-network"


@dataclass(frozen=True)
class KeptHere:
    """A matter in this machine's queue of which no hub has told; ``since`` by the hub's clock, where known.

    ``kept`` will be sent by itself; ``held``: the hub refused it, and a person looks after it; ``lost``: this
    machine's disk has lost it after it was acknowledged, so it may have to be filed again.
    """

    check_code: str
    since: datetime
    state: Literal["kept", "held", "lost"]


class Enquiries:
    """Looks up what residents ask for. A silent hub is an answer too, never a fault."""

    def __init__(self, link: HubLink, queue: OfflineQueue) -> None:
        self._link = link
        self._queue = queue

    async def by_code(self, code: str) -> Progress | KeptHere | Missing:
        """Where the matter with a check code stands: the hub's word, or what this machine itself knows."""
        found = await self._ask(lambda client: client.progress(code))
        if isinstance(found, Progress):
            return found
        return await asyncio.to_thread(self._here, normalise_check_code(code), found)

    async def of_person(self, applicant: Applicant) -> tuple[Progress, ...] | Missing:
        """Every matter of a person whose card was read, wherever it was filed, the newest first."""
        query = ResultQuery(document=applicant.document, number=applicant.number, name=applicant.name)
        return await self._ask(lambda client: client.matters(query).matters)

    async def verify(self, code: str) -> VerifiedCopy | Missing:
        """The copy that was issued with a verification code."""
        return await self._ask(lambda client: client.verify(code))

    async def _ask(self, question: Callable[[HubClient], R | None]) -> R | Missing:
        client = self._link.client
        if client is None:
            return Missing.NO_NETWORK
        try:
            answer = await asyncio.to_thread(question, client)
        except HubError as error:
            self._link.no_answer(error)
            return Missing.NO_NETWORK
        return Missing.NOTHING if answer is None else answer

    def _here(self, code: str, otherwise: Missing) -> Progress | KeptHere | Missing:
        try:
            found = with_check_code(code, self._queue.ids())
            return otherwise if found is None else _told_here(self._queue.get(found), code)
        except QueueError as error:  # then nothing is known, not even that there is nothing
            log.error("enquiry_queue_failed", error=type(error).__name__)  # noqa: TRY400 told in the queue's log
            return Missing.NO_NETWORK


_TICKETS: Final[Mapping[str, type[Receipt]]] = {
    TROUBLE_KIND: TroubleReceipt,
    EVALUATION_KIND: EvaluationReceipt,
}
"""What is no case and has a check code all the same."""


def _told_here(envelope: Envelope, code: str) -> Progress | KeptHere:
    """What the queue's own ledger says: delivered with the hub's receipt, or still here.

    A receipt does not know what was decided since: a date that has passed is not told from it.
    """
    if envelope.state is State.DELIVERED and envelope.receipt is not None:
        if envelope.kind in _TICKETS:
            ticket = _TICKETS[envelope.kind].model_validate_json(envelope.receipt)
            return Progress(
                check_code=code, what="ticket", state="received", number=None, received_at=ticket.received_at
            )
        receipt = SubmissionReceipt.model_validate_json(envelope.receipt)
        promised = receipt.promised_by
        return Progress(
            check_code=code,
            what="case",
            state="received",
            number=receipt.case_no,
            received_at=receipt.received_at,
            promised_by=promised if promised and promised >= datetime.now(CHINA_TIME).date() else None,
        )
    if envelope.lost:  # its row is new; its id, a UUIDv7, says when it was made (RFC 9562, section 5.7)
        return KeptHere(code, datetime.fromtimestamp((envelope.id.int >> 80) / 1000, UTC), "lost")
    since = datetime.fromtimestamp(envelope.created + (envelope.clock_offset or 0.0), UTC)
    return KeptHere(code, since, "held" if envelope.state is State.HELD else "kept")
