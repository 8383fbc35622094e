"""What the queue's commands share: where the queue is, who looks after it, and how an item is told."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from config.settings import SettingsError, Site, load_site
from kiosk.enrolment import IdentityDamaged
from offline_queue import Envelope, OfflineQueue, QueueError, Sealer

Command = TypeVar("Command", bound=Callable[..., Any])

_ROW: Final = ("id", "kind", "state", "created", "attempts", "next_attempt", "reason")


@dataclass(frozen=True)
class Place:
    """The data folder of a kiosk, and its site file if that is how it was named."""

    data: Path
    site: Site | None

    @property
    def queue(self) -> Path:
        """The folder of the queue itself."""
        return self.data / "queue"

    def wanted(self) -> None:
        """Raise ``ClickException`` if no queue is there."""
        if not self.queue.is_dir():
            raise click.ClickException(f"there is no queue in {self.data}")

    @contextmanager
    def opened(self) -> Iterator[OfflineQueue]:
        """The queue that is there."""
        self.wanted()
        with self.open(None) as queue:
            yield queue

    @contextmanager
    def open(self, sealer: Sealer | None) -> Iterator[OfflineQueue]:
        """The queue, made if need be; what comes to be held there is the site's keeper's, else the user's."""
        if self.site is None:
            queue = OfflineQueue(self.queue, sealer, keeper=user())
        else:
            hold_for = self.site.queue.hold_days * 86400.0
            queue = OfflineQueue(self.queue, sealer, keeper=self.site.kiosk.keeper, hold_for=hold_for)
        with closing(queue):
            yield queue


def at_place(command: Command) -> Command:
    """Give a command `--data DIR` and `--site FILE`, of which exactly one is wanted, as `place`."""
    folder = click.option(
        "--data", type=click.Path(file_okay=False, path_type=Path), help="Data folder of a kiosk."
    )
    site = click.option(
        "--site", metavar="FILE", type=click.Path(path_type=Path), help="Site file of the kiosk."
    )

    @click.pass_context
    def with_place(context: click.Context, /, *, data: Path | None, site: Path | None, **options: Any) -> Any:
        if (data is None) == (site is None):
            raise click.UsageError("name the queue by --data DIR or by --site FILE")
        try:
            loaded = load_site(site) if site else None
        except SettingsError as error:
            raise click.ClickException(str(error)) from None
        place = Place(loaded.data if loaded else data or Path(), loaded)
        try:
            return context.invoke(command, place=place, **options)
        except (QueueError, IdentityDamaged) as error:
            raise click.ClickException(str(error)) from None

    with_place.__name__, with_place.__doc__ = command.__name__, command.__doc__
    with_place.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    return folder(site(with_place))  # type: ignore[return-value]


def user() -> str:
    """Who is logged in, or at least their number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in a container
        return f"user {os.getuid()}"


def row_of(envelope: Envelope) -> dict[str, Any]:
    """What `queue list` tells of an item."""
    row = all_of(envelope)
    return {name: row[name] for name in _ROW}


def all_of(envelope: Envelope) -> dict[str, Any]:
    """All that can be read of an item, times in words."""
    times = {name: time_of(getattr(envelope, name)) for name in ("created", "next_attempt", "deadline")}
    return {**asdict(envelope), "id": str(envelope.id), "state": envelope.state.value, **times}


def time_of(seconds: float | None) -> str | None:
    """A moment (seconds since 1970) by ISO 8601, in UTC."""
    return (
        None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    )
