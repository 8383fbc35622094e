"""Where a matter stands, and whether a paper is genuine: asked by its code, or by who proved who they are."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from kiosk.wire.base import Bilingual, Message, Name, PersonalMessage


class LackingMaterial(PersonalMessage):
    """One line of a one-time notice (一次性告知): what is missing or wrong, and what to do about it.

    ``material_id`` is a material of the item; null for anything else.
    """

    name: str
    problem: str
    remedy: str = ""
    material_id: Name | None = None


class SupplementNotice(PersonalMessage):
    """The complete list of what is missing; it is asked for once."""

    id: UUID
    lacking: tuple[LackingMaterial, ...]


class Explanation(PersonalMessage):
    """Why a case was not granted, on which basis, and where to complain."""

    reason: str
    basis: str = ""
    complain: str = ""


class Progress(PersonalMessage):
    """Where a matter stands. Asked by its check code, it says nothing of whom or what it is about.

    ``number`` is the case number, of a rating that of the case it is about; null for a ticket. A ticket or a
    rating is in review while somebody looks into it, and decided once that is closed; one that needs nothing
    is received. While a supplement is asked for the clock stands still: ``promised_by`` is null and
    ``supplement_due`` is the last day to bring it.
    ``item_id``, ``supplement`` and ``explanation`` are told only to a person whose card was read.
    """

    check_code: str
    what: Literal["case", "ticket", "evaluation"]
    state: Literal["received", "in_review", "supplement_asked", "decided"]
    number: str | None
    received_at: AwareDatetime
    promised_by: date | None = None
    outcome: Literal["granted", "refused", "not_accepted", "withdrawn"] | None = None
    supplement_due: date | None = None
    item_id: Name | None = None
    supplement: SupplementNotice | None = None
    explanation: Explanation | None = None


class ProgressList(Message):
    """Every matter of the person who asked, the newest first; ``next`` is the cursor of the next page."""

    matters: tuple[Progress, ...]
    next: str | None = None


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
