"""What other channels read."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime

from kiosk.wire import Bilingual, Message, ServiceItem


class GuideSummary(Message):
    """A guide in the list. ``self_service`` is what kiosks do of it."""

    id: str
    version: int
    name: Bilingual
    short_name: Bilingual
    domain: Bilingual
    summary: Bilingual
    common_names: tuple[str, ...]
    self_service: str


class GuideList(Message):
    """A page of the published guides, by id. ``next`` is the cursor of the next page, null on the last."""

    catalogue_version: int
    guides: tuple[GuideSummary, ...]
    next: str | None


class PublishedGuide(Message):
    """A guide as the kiosks show it, in the words of the published catalogue."""

    catalogue_version: int
    guide: ServiceItem


class KioskStanding(Message):
    """Whether an item can be done at a kiosk now.

    ``can``: ``yes``; ``limited``, with something less such as no paper receipt; ``no``; ``not-known`` where
    the kiosk is silent. ``cause`` says what is missing (``id_card``, ``camera``, ``paper``, ``closed``, …).
    """

    kiosk: str
    place: str
    address: str
    organisation: str
    can: Literal["yes", "limited", "no", "not-known"]
    cause: str
    since: AwareDatetime | None


class Availability(Message):
    """A page of the kiosks with how an item stands there, by number; ``at`` is the hub's time."""

    item_id: str
    at: AwareDatetime
    kiosks: tuple[KioskStanding, ...]
    next: str | None
