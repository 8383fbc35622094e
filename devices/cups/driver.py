"""A4 printers through CUPS, or any printer that speaks IPP itself.

CUPS spools: a document is a file on its disk until its job ends. Nothing here leaves it there: whatever
becomes of a job, it is purged before the verb returns, and what a power cut or a dead server left behind is
purged when the server answers again.
"""

from __future__ import annotations

import time
from typing import ClassVar, Literal

import structlog
from pydantic import Field

from devices.contract import DriverOptions
from devices.cups.queue import Place, Queue
from devices.cups.state import Job, JobStage
from devices.document import Document
from devices.errors import CompletionCode, DeviceCancelled, DeviceError, JobState, KeeperAction, PrintStopped
from devices.printers import DocumentPrinter, PrintProof, stopping
from devices.selftest import Finding, Verdict
from devices.status import DeviceStatus
from devices.transports.tcp import TcpLine
from devices.worker import Turn

log = structlog.get_logger("yedeng.devices")

_LOOK_EVERY = 0.1
"""Seconds between two looks at a job."""

_ENDS = {
    JobStage.CANCELED: "job-canceled",
    JobStage.ABORTED: "job-aborted",
}
_WAITS = {
    JobStage.HELD: "job-held",
    JobStage.STOPPED: "job-stopped",
}


class CupsPrinter(DocumentPrinter):
    """A queue of a CUPS server."""

    driver: ClassVar[str] = "cups"

    class Options(DriverOptions):
        """Which queue it is, and what its printer can tell."""

        queue: str = Field(
            min_length=1,
            max_length=127,
            pattern=r"^[^\s/?#%]+(/[^\s/?#%]+)*$",
            description="Name of the queue (lpstat -e), or the path of a printer without one: ipp/print.",
        )
        host: str = Field(
            default="127.0.0.1", min_length=1, description="Name or address of the print server."
        )
        port: int = Field(default=631, ge=1, le=65535, description="TCP port of the print server.")
        user: str = Field(
            default="yedeng",
            min_length=1,
            max_length=63,
            description="Name under which jobs are kept and purged; its own for each kiosk of a server.",
        )
        media: str = Field(
            default="iso_a4_210x297mm",
            pattern=r"^[a-z0-9][a-z0-9_.-]*$",
            description="Paper in the tray, by its standard name (PWG 5101.1).",
        )
        proof: Literal["impressions", "none"] = Field(
            default="impressions",
            description="Whether the pages that the server counts as printed can be believed.",
        )
        tells_paper: bool = Field(
            default=False, description="The printer tells of an empty tray while it is at rest."
        )
        obstacle_timeout: float = Field(
            default=15,
            gt=0,
            le=60,
            description="Seconds that a job waits for paper, toner or a closed cover.",
        )
        job_timeout: float = Field(default=90, gt=0, le=110, description="Seconds that a whole job may take.")
        forget_after: float = Field(
            default=600,
            ge=0,
            description="Seconds after which the last complaint of a resting queue is no longer believed.",
        )
        answer_timeout: float = Field(
            default=3, gt=0, le=30, description="Seconds to wait for an answer of the print server."
        )

    options: Options
    _queue: Queue | None = None
    _unwiped = True
    """The server may still keep a document of ours."""

    def _open(self, turn: Turn) -> None:
        options = self.options
        path = f"/{options.queue}" if "/" in options.queue else f"/printers/{options.queue}"
        place = Place(options.host, options.port, path, options.user)
        self._queue = Queue(place, self._connect, options.answer_timeout)
        self._unwiped = True
        self._wipe(turn)

    def _close(self, _turn: Turn) -> None:
        self._queue = None

    def _connect(self, turn: Turn) -> TcpLine:
        options = self.options
        return TcpLine(options.host, options.port, min(options.answer_timeout, max(0.1, turn.remaining)))

    @property
    def _open_queue(self) -> Queue:
        assert self._queue is not None, "verbs run on open devices only"
        return self._queue

    def _wipe(self, turn: Turn) -> None:
        """Purge what an earlier run, or an earlier silence of the server, left in its spool."""
        if self._unwiped:
            self._open_queue.purge_mine(turn)
            self._unwiped = False

    def _check(self, turn: Turn) -> DeviceStatus:
        self._wipe(turn)
        found = self._open_queue.printer(turn)
        return found.status(tells_paper=self.options.tells_paper, forget_after=self.options.forget_after)

    def _test(self, turn: Turn) -> tuple[Finding, ...]:
        findings = super()._test(turn)
        kept = len(self._open_queue.mine(turn))
        return (*findings, Finding("spool-empty", Verdict.FAILED if kept else Verdict.GOOD))

    def _print_document(self, turn: Turn, document: Document) -> PrintProof:
        queue, options = self._open_queue, self.options
        with stopping(JobState.NOT_STARTED):
            self._wipe(turn)
            found = queue.printer(turn)
            if found.stopped or not found.accepts:
                raise PrintStopped(
                    CompletionCode.DEVICE_NOT_READY,
                    found.obstacle or "printer-paused",
                    job=JobState.NOT_STARTED,
                )
            turn.check()
            self._unwiped = True
            number = queue.create(document, options.media, round(self.print_limit), turn)
        try:
            return self._carry(number, document, turn)
        finally:
            self._forget(number)

    def _carry(self, number: int, document: Document, turn: Turn) -> PrintProof:
        """Hand a job's document over and see it printed, or stop it and say how far it came."""
        try:
            self._open_queue.send(number, document.pdf, turn)
            return self._follow(number, document, turn.within(min(self.options.job_timeout, turn.remaining)))
        except DeviceError as error:
            ended = self._stop(number)
            if (
                ended is not None
                and ended.stage is JobStage.COMPLETED
                and not isinstance(error, DeviceCancelled)
            ):
                return self._proof(ended, document)  # it was finished while we gave it up
            if isinstance(error, PrintStopped | DeviceCancelled):
                raise
            raise PrintStopped(
                error.completion_code, error.detail, job=_how_far(ended), state=error.state
            ) from None

    def _follow(self, number: int, document: Document, turn: Turn) -> PrintProof:
        """Look at the job until it has ended. Raises DeviceError when it does not."""
        hindered: tuple[str, float] | None = None
        while True:
            job = self._open_queue.job(number, turn)
            if job is None:
                raise _failed("job-lost")
            if job.stage is JobStage.COMPLETED:
                return self._proof(job, document)
            if job.stage in _ENDS:
                raise _failed(_ENDS[job.stage])
            obstacle = self._open_queue.printer(turn).obstacle or _WAITS.get(job.stage)
            if obstacle is None:
                hindered = None
            elif hindered is None:
                # The queue may still repeat what it heard during the job before: it gets time to hear better.
                hindered = (obstacle, time.monotonic())
            elif time.monotonic() - hindered[1] > self.options.obstacle_timeout:
                raise _failed(obstacle)
            turn.pause(_LOOK_EVERY)

    def _proof(self, job: Job, document: Document) -> PrintProof:
        counted = self.options.proof == "impressions" and (job.impressions or 0) >= document.impressions
        return PrintProof.PRINTED if counted else PrintProof.SENT

    def _stop(self, number: int) -> Job | None:
        """Cancel a job, whoever still waits; how it was then, ``None`` when the server does not say."""
        turn = Turn(self.options.answer_timeout)
        try:
            self._open_queue.cancel(number, turn)
            return self._open_queue.job(number, turn)
        except DeviceError:
            return None

    def _forget(self, number: int) -> None:
        """Have the server delete the document; if it does not answer, `_wipe` asks again when it does."""
        try:
            self._open_queue.purge(number, Turn(self.options.answer_timeout))
        except DeviceError as error:
            log.warning("printer.spool_not_wiped", device=self.name, detail=error.detail)
        else:
            self._unwiped = False


def _how_far(ended: Job | None) -> JobState:
    if ended is None:
        return JobState.UNKNOWN
    return JobState.INCOMPLETE if ended.begun else JobState.NOT_STARTED


def _failed(detail: str) -> KeeperAction:
    return KeeperAction(CompletionCode.HARDWARE_ERROR, detail)
