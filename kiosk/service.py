"""Whether the kiosk serves: is somebody being served, was it closed, is something being tested just now.

Whoever does something to the kiosk that a resident would notice waits until nobody is served, and says what
is going on; visits wait for that. All of it happens in one event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import structlog
from pydantic import ValidationError

from kiosk.enrolment import write_whole
from kiosk.wire import Close

log = structlog.get_logger(__name__)

FILE: Final = "closed.json"
CLOSED: Final = "closed-by-hub"
"""What the hub is told while the kiosk is closed (``CheckIn.out_of_service``)."""


class Service:
    """The kiosk's open or closed door. ``folder`` keeps over a restart that it was closed."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self.closed = self._load()
        self.working = False
        self.restart_wanted = asyncio.Event()
        self._visiting = False
        self._changed = asyncio.Event()

    @property
    def interrupted(self) -> bool:
        """Whether no visit may begin now."""
        return self.closed is not None or self.working or self.restart_wanted.is_set()

    @property
    def quiet(self) -> bool:
        """Whether nobody is being served."""
        return not self._visiting

    def close(self, order: Close) -> None:
        """Serve nobody from now on. Raises ``OSError`` when it could not be kept over a restart."""
        write_whole(self._file, order.model_dump_json().encode())
        self.closed = order
        self._tell()

    def open(self) -> None:
        """Serve again. Raises ``OSError``."""
        self._file.unlink(missing_ok=True)
        self.closed = None
        self._tell()

    def restart(self) -> None:
        """End the day; whoever runs the kiosk starts it again."""
        self.restart_wanted.set()
        self._tell()

    @contextmanager
    def visit(self) -> Iterator[None]:
        """Somebody is being served."""
        self._visiting = True
        try:
            yield
        finally:
            self._visiting = False
            self._tell()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Something is being done that a resident would notice; only while it is ``quiet``."""
        assert self.quiet, "a visit is going on"
        self.working = True
        self._tell()
        try:
            yield
        finally:
            self.working = False
            self._tell()

    async def until_quiet(self) -> None:
        """Wait until nobody is being served. Nothing else runs before the caller's next ``await``."""
        while not self.quiet:
            await self.changed()

    async def changed(self) -> None:
        """Wait until any of this has changed."""
        await self._changed.wait()

    def _tell(self) -> None:
        event, self._changed = self._changed, asyncio.Event()
        event.set()

    def _load(self) -> Close | None:
        try:
            return Close.model_validate_json(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValidationError) as error:
            # Somebody closed it: it stays closed, without their words.
            log.error("service.notice_not_read", error=type(error).__name__)  # noqa: TRY400
            return Close()
