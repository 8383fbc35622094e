"""Carrying out what the hub asks for: signed, for this kiosk, in time, once, while nobody is being served.

What was carried out is kept in ``commands.json`` of the data folder until the hub has heard of it and a month
is over, so that neither a restart nor an answer that was lost makes anything happen twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog
from pydantic import AwareDatetime, Field, ValidationError

from kiosk.enrolment import write_whole
from kiosk.service import Service
from kiosk.wire import Command, CommandOutcome, CommandReport, Message, NotCommanded, SignedCommand

log = structlog.get_logger(__name__)

FILE: Final = "commands.json"
_KEEP: Final = timedelta(days=31)
_LONGEST_DETAIL: Final = 400

Act = Callable[[Command], Awaitable[CommandReport]]
"""Carries one command out. What it raises is a failure of the command, told by the error's name."""


class CommandFailed(Exception):
    """What was asked for did not work; the message is a key or short words, with nothing personal."""


class _Known(Message):
    """A command that was met: when, and what is to be said of it (``None`` while it is being carried out)."""

    at: AwareDatetime
    report: CommandReport | None = None
    told: bool = False


class _Record(Message):
    commands: dict[UUID, _Known] = Field(default_factory=dict)


class RemoteCommands:
    """Takes commands, carries them out one after the other, keeps what became of them.

    ``acts``: what to do for each type. ``now`` is the time by the hub's clock, as far as it is known.
    """

    def __init__(
        self, folder: Path, service: Service, acts: Mapping[str, Act], now: Callable[[], datetime]
    ) -> None:
        self._file = folder / FILE
        self._service = service
        self._acts = acts
        self._now = now
        self._waiting: asyncio.Queue[Command] = asyncio.Queue()
        self._known = self._load()
        self._after_restart()

    def take(self, commands: Iterable[SignedCommand], keys: tuple[str, ...], kiosk_id: str) -> None:
        """Take what the hub has told; what is known already is not taken again. Raises ``OSError``."""
        for signed in commands:
            if signed.id not in self._known:
                self._take(signed, keys, kiosk_id)

    def untold(self) -> dict[UUID, CommandReport]:
        """What the hub has not heard yet."""
        return {id_: one.report for id_, one in self._known.items() if one.report and not one.told}

    def told(self, command_id: UUID) -> None:
        """The hub has heard what became of this one. Raises ``OSError``."""
        self._keep(command_id, self._known[command_id].model_copy(update={"told": True}))

    async def work(self) -> None:
        """Carry out what was taken, until cancelled."""
        while True:
            command = await self._waiting.get()
            left = (command.expires_at - self._now()).total_seconds()
            try:
                await asyncio.wait_for(self._service.until_quiet(), max(left, 0.0))
            except TimeoutError:
                self._note(command.id, "expired", "somebody was being served all the time")
                continue
            await self._carry_out(command)

    async def _carry_out(self, command: Command) -> None:
        if self._now() >= command.expires_at:
            self._note(command.id, "expired")
            return
        log.info("command.begun", command=str(command.id), type=command.action.type)
        try:
            report = await self._acts[command.action.type](command)
        except CommandFailed as error:
            self._note(command.id, "failed", str(error))
        except Exception as error:  # noqa: BLE001 - whatever a command meets, the kiosk goes on serving
            self._note(command.id, "failed", type(error).__name__)
        else:
            self._settle(command.id, report)
        log.info("command.ended", command=str(command.id))

    def _take(self, signed: SignedCommand, keys: tuple[str, ...], kiosk_id: str) -> None:
        try:
            command = signed.read(keys)
        except NotCommanded as error:
            self._note(signed.id, "refused", str(error))
        except ValidationError:
            self._note(signed.id, "refused", "this kiosk's software does not know this command")
        else:
            if command.kiosk_id != kiosk_id:
                self._note(signed.id, "refused", "the command is for another kiosk")
            elif self._now() >= command.expires_at:
                self._note(signed.id, "expired")
            else:
                self._keep(command.id, _Known(at=self._now()))
                self._waiting.put_nowait(command)

    def _after_restart(self) -> None:
        """What was under way when the software ended: a restart has come true, the rest is not known."""
        for id_, one in self._known.items():
            if one.report is None:
                self._note(id_, "failed", "the software was stopped before it was done")

    def _note(self, command_id: UUID, outcome: CommandOutcome, detail: str = "") -> None:
        report = CommandReport(outcome=outcome, detail=detail[:_LONGEST_DETAIL], at=self._now())
        self._settle(command_id, report)

    def _settle(self, command_id: UUID, report: CommandReport) -> None:
        """Keep what became of a command; on a full disk at least until the software ends."""
        try:
            self._keep(command_id, _Known(at=self._now(), report=report))
        except OSError as error:
            log.error("commands.not_kept", error=type(error).__name__)  # noqa: TRY400

    def _keep(self, command_id: UUID, known: _Known) -> None:
        old = self._now() - _KEEP
        kept = {id_: one for id_, one in self._known.items() if one.at > old or not one.told}
        self._known = kept | {command_id: known}
        write_whole(self._file, _Record(commands=self._known).model_dump_json().encode())

    def _load(self) -> dict[UUID, _Known]:
        try:
            return _Record.model_validate_json(self._file.read_text(encoding="utf-8")).commands
        except FileNotFoundError:
            return {}
        except (OSError, ValidationError) as error:
            # Commands are short-lived: what was done long ago has expired and is not done again.
            log.error("commands.not_read", error=type(error).__name__)  # noqa: TRY400 its words may be long
            return {}


def done(detail: str = "") -> CommandReport:
    """The report of a command that was carried out."""
    return CommandReport(outcome="done", detail=detail[:_LONGEST_DETAIL], at=datetime.now(UTC))
