"""Where a matter stands, and whether a paper is genuine: asked by its code, or by who proved who they are."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from kiosk.wire.base import Bilingual, Message, Name, PersonalMessage


class Progress(Message):
    """Where a matter stands. Asked by its check code, it says nothing of whom or what it is about.

    ``number`` is the case number; null for a ticket, which has none. ``item_id`` is told only to a person
    whose card was read.
    """

    check_code: str
    what: Literal["case", "ticket"]
    state: Literal["received", "decided"]
    number: str | None
    received_at: AwareDatetime
    promised_by: date | None = None
    item_id: Name | None = None


class ProgressList(Message):
    """Every matter of the person who asked, the newest first."""

    matters: tuple[Progress, ...]


class VerifiedCopy(PersonalMessage):
    """A copy that the hub issued, by the code on it: enough to hold against the paper, and no more.

    ``holder`` is the masked name (王*).
    """

    verification_code: str
    title: Bilingual
    authority: Bilingual
    holder: str
    copy_no: int = Field(ge=1)
    issued_at: AwareDatetime
