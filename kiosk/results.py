"""Results of decided cases: look, commit a numbered copy, and account for its paper."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from devices.identity import CHINA_TIME
from kiosk.hub_client import HubError
from kiosk.hub_link import HubLink
from kiosk.pages import Action, Answer, Choice, Choose, Idle, Notice, Step
from kiosk.paper_kinds import CHOOSE_NOTES, PaperKind, paper_here
from kiosk.submissions import Submissions
from kiosk.text import text
from kiosk.visit import Visit
from kiosk.wire import Applicant, CopyOutcome, CopyReport, CopyRequest, ResultCopy, ResultQuery, ResultSummary
from offline_queue import new_id


class Results:
    """What the hub has decided and residents may collect here."""

    def __init__(self, link: HubLink, submissions: Submissions) -> None:
        self._link = link
        self._submissions = submissions

    async def find(self, applicant: Applicant) -> tuple[ResultSummary, ...] | None:
        """What this person may collect; None when the hub cannot be asked now."""
        if self._link.client is None:
            return None
        try:
            return (await asyncio.to_thread(self._link.client.find_results, _query(applicant))).results
        except HubError as error:
            self._link.no_answer(error)
            return None

    async def commit(self, copy_id: UUID, result: ResultSummary, applicant: Applicant) -> ResultCopy | None:
        """Have the hub number one copy; the same id gives the same copy. None: it cannot be asked now."""
        if self._link.client is None:
            return None
        request = CopyRequest(copy_id=copy_id, result_id=result.result_id, holder=_query(applicant))
        try:
            return await asyncio.to_thread(self._link.client.make_copy, request)
        except HubError as error:
            self._link.no_answer(error)
            return None

    async def document(self, copy: ResultCopy) -> bytes | None:
        """The sealed PDF of a committed copy, in memory only; None: the hub does not give it now."""
        if self._link.client is None or copy.document is None:
            return None
        try:
            return await asyncio.to_thread(self._link.client.copy_document, copy.copy_id, copy.document)
        except HubError as error:
            self._link.no_answer(error)
            return None

    async def report(self, copy: ResultCopy, outcome: CopyOutcome) -> None:
        """Account for a copy; through the queue, so that it arrives however the network is."""
        await self._submissions.report_copy(
            CopyReport(copy_id=copy.copy_id, outcome=outcome, at=datetime.now(UTC))
        )


def _query(applicant: Applicant) -> ResultQuery:
    return ResultQuery(document=applicant.document, number=applicant.number, name=applicant.name)


async def choose_result(visit: Visit, applicant: Applicant, step: Step) -> ResultSummary | None:
    """Ask the hub what there is and let the resident choose; None when there is nothing to collect."""
    while True:
        page = Notice(
            name="fetching", title=text("results.fetching"), waiting=True, picture="sent", step=step
        )
        found = await visit.show_while(page, partial(visit.kiosk.results.find, applicant))
        if isinstance(found, tuple):
            break
        await visit.show(no_answer(visit), passing=True)
    if not found:
        return None
    page_of_results = Choose(
        name="choose-result",
        title=text("results.choose"),
        note=text(CHOOSE_NOTES[paper_here(visit.kiosk.devices)]),
        choices=tuple(
            Choice(
                str(result.result_id),
                result.title,
                text("results.decided", date=result.decided_at.astimezone(CHINA_TIME).date()),
                "document",
            )
            for result in found
        ),
        private=True,
        idle=Idle.PRIVATE,
        step=step,
    )
    answer = await visit.show(page_of_results)
    return next(result for result in found if str(result.result_id) == answer.id)


async def commit(visit: Visit, result: ResultSummary, applicant: Applicant, step: Step) -> ResultCopy:
    """Commit one copy: from here on it is numbered, and there is no way back."""

    async def new_copy_id() -> UUID:
        return new_id()

    copy_id = await visit.once("copy-id", new_copy_id)
    while True:
        page = Notice(
            name="committing", title=text("results.fetching"), waiting=True, picture="sent", step=step
        )
        copy = await visit.show_while(page, partial(visit.kiosk.results.commit, copy_id, result, applicant))
        if isinstance(copy, ResultCopy):
            visit.no_way_back()
            return copy
        await visit.show(no_answer(visit), passing=True)


def no_answer(visit: Visit) -> Notice:
    """The hub does not answer: what that means, what to do."""
    return Notice(
        name="no-network",
        title=text("no-network.title"),
        lines=(text("no-network.line"), text("help.line", phone=visit.kiosk.site.kiosk.helpline)),
        tone="warn",
        picture="out-of-service",
        main=Action("again", text("action.again"), "refresh"),
    )


async def take_paper(visit: Visit, kind: PaperKind, step: Step) -> bool:
    """Ask whether the resident has the paper; False: it did not come out or cannot be read."""
    answer: Answer = await visit.show(
        Notice(
            name="take-paper",
            title=text("take-paper.title"),
            note=text("take-paper.note-a4" if kind == "a4" else "take-paper.note"),
            picture="take-paper",
            main=Action("taken", text("take-paper.taken"), "check"),
            others=(Action("not-printed", text("take-paper.not-printed")),),
            idle=Idle.PRIVATE,
            private=True,
            step=step,
        ),
        passing=True,
    )
    return answer.id == "taken"
