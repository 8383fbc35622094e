"""Where a matter stands, whether a paper is genuine: asked of the hub, and of this machine's own queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TypeVar

from kiosk.hub_client import HubClient, HubError
from kiosk.hub_link import HubLink
from kiosk.wire import (
    SUBMISSION_KIND,
    TROUBLE_KIND,
    Applicant,
    Progress,
    ResultQuery,
    SubmissionReceipt,
    TroubleReceipt,
    VerifiedCopy,
    check_code,
    normalise_check_code,
)
from offline_queue import Envelope, OfflineQueue, State, StorageFailed

R = TypeVar("R")


class Missing(Enum):
    """Why there is no answer."""

    NOTHING = "nothing"
    NO_NETWORK = "no-network"


@dataclass(frozen=True)
class KeptHere:
    """A matter that lies in this machine's queue and has not reached the hub; ``since`` by the kiosk's clock.

    ``held``: the hub refused it, and a person looks after it.
    """

    check_code: str
    since: datetime
    held: bool


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
        return await asyncio.to_thread(self._here, normalise_check_code(code)) or found

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
        except HubError:
            self._link.doubt()
            return Missing.NO_NETWORK
        return Missing.NOTHING if answer is None else answer

    def _here(self, code: str) -> Progress | KeptHere | None:
        try:
            envelopes = self._queue.envelopes()
        except StorageFailed:
            return None
        for envelope in envelopes:
            if envelope.kind in {SUBMISSION_KIND, TROUBLE_KIND} and check_code(envelope.id) == code:
                return _told_here(envelope, code)
        return None


def _told_here(envelope: Envelope, code: str) -> Progress | KeptHere:
    """What the queue's own ledger says: delivered with the hub's receipt, or still here."""
    if envelope.state is State.DELIVERED and envelope.receipt is not None:
        if envelope.kind == TROUBLE_KIND:
            ticket = TroubleReceipt.model_validate_json(envelope.receipt)
            return Progress(
                check_code=code, what="ticket", state="received", number=None, received_at=ticket.received_at
            )
        receipt = SubmissionReceipt.model_validate_json(envelope.receipt)
        return Progress(
            check_code=code,
            what="case",
            state="received",
            number=receipt.case_no,
            received_at=receipt.received_at,
            promised_by=receipt.promised_by,
        )
    since = datetime.fromtimestamp(envelope.created + (envelope.clock_offset or 0.0), UTC)
    return KeptHere(code, since, held=envelope.state is State.HELD)
