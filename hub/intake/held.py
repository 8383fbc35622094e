"""Held submissions: what was refused for good gets an owner here, a due day, and who is asked next."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from hub.accounts.models import Organisation, Role
from hub.audit.trail import record
from hub.cases.working_days import working_days_after
from hub.intake.models import HeldSubmission
from hub.kiosks.models import Kiosk
from kiosk.wire import HeldItem, IntakeEnvelope, Problem

REFUSED: Final = frozenset({HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})
"""The answers after which a kiosk holds an item for a person."""

_LONGEST_REASON: Final = 400


def note_refused(envelope: IntakeEnvelope, kiosk: Kiosk, problem: Problem) -> None:
    """An item the hub has just refused for good becomes somebody's; other refusals are no end of it."""
    if problem.status in REFUSED:
        reason = f"{problem.title}: {problem.detail}".rstrip(": ")
        _note(envelope.id, kiosk, envelope.kind, reason, timezone.now())


def note_held(kiosk: Kiosk, held: Sequence[HeldItem], count: int, now: datetime) -> None:
    """What a kiosk reports that it holds; what it holds no longer is solved.

    ``count`` is how many it holds in all: a report that does not name all of them solves none.
    """
    for item in held:
        _note(item.id, kiosk, item.kind, item.reason, now)
    if count <= len(held):
        gone = HeldSubmission.objects.filter(kiosk=kiosk, solved_at=None, reported_at__lt=now)
        gone.exclude(id__in=[item.id for item in held]).update(solved_at=now)


def escalate(now: datetime) -> int:
    """Give what is overdue to an administrator one level higher; how many that were."""
    today = timezone.localdate(now)
    overdue = HeldSubmission.objects.filter(solved_at=None, due__lt=today).select_related(
        "kiosk__organisation"
    )
    count = 0
    for one in overdue:
        owner = _administrator(_above(one)) or one.owner
        # Another worker may be at the same: the day that was seen decides who of them it is.
        mine = HeldSubmission.objects.filter(pk=one.pk, due=one.due, solved_at=None)
        if not mine.update(owner=owner, escalated=one.escalated + 1, due=_due(today)):
            continue
        record("hub", "held.escalated", one, kiosk=one.kiosk_id, owner=str(owner or ""))
        count += 1
    return count


def default_owner(organisation: Organisation) -> User | None:
    """The administrator of a place, or of the nearest place above it that has one."""
    return _administrator(organisation.path)


def _note(item_id: UUID, kiosk: Kiosk, kind: str, reason: str, now: datetime) -> None:
    known = HeldSubmission.objects.filter(id=item_id).first()
    if known is not None:
        if known.solved_at is not None:  # it came back: the kiosk holds it still
            known.solved_at = None
            known.due = _due(timezone.localdate(now))
            known.save(update_fields=["solved_at", "due"])
        return
    owner = default_owner(kiosk.organisation)
    made = HeldSubmission.objects.create(
        id=item_id,
        kiosk=kiosk,
        kind=kind,
        reason=reason[:_LONGEST_REASON],
        reported_at=now,
        owner=owner,
        due=_due(timezone.localdate(now)),
    )
    record("hub", "held.assigned", made, kiosk=kiosk.id, owner=str(owner or ""))


def _above(one: HeldSubmission) -> str:
    """The path of the place above the present owner's, or above the kiosk's where nobody owns it."""
    account = getattr(one.owner, "account", None)
    place = account.organisation if account is not None else one.kiosk.organisation
    return place.parent.path if place.parent is not None else ""


def _administrator(path: str) -> User | None:
    nearest = [int(part) for part in path.split("/") if part][::-1]
    administrators = User.objects.filter(is_active=True, account__role=Role.ADMINISTRATOR)
    for place in nearest:
        found = administrators.filter(account__organisation_id=place).order_by("pk").first()
        if found is not None:
            return found
    return None


def _due(today: date) -> date:
    return working_days_after(today, settings.HELD_DAYS)
