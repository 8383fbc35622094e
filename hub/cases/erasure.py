"""Erasing residents' data: when its time is over, or because they ask. Number, item and dates stay.

On SQLite what is erased is overwritten at once (``secure_delete``), and the log beside the database is
emptied after every run. On PostgreSQL it lies in the files until VACUUM has been there and the log was
recycled; it is ciphertext there, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from hub.audit.trail import record
from hub.cases.handling import CaseChanged, What, note_erased
from hub.cases.models import Case, ErasureRun, RetentionPolicy, SealedCopy
from hub.intake.models import SealedFile

BATCH: Final = 200
"""Cases that a run erases at most while a kiosk waits for its answer; the command goes on to the end."""


class OnHold(Exception):
    """The case is on legal hold: nothing was erased."""


def due(now: datetime) -> QuerySet[Case]:
    """The cases whose data has been kept long enough, those on legal hold included."""
    wanted = Q(pk__in=())
    policies = {one.item_id: one.days for one in RetentionPolicy.objects.all()}
    general = policies.pop("", None)
    for item_id, days in policies.items():
        wanted |= Q(item_id=item_id, decided_at__lt=now - timedelta(days=days))
    if general is not None:
        wanted |= Q(decided_at__lt=now - timedelta(days=general)) & ~Q(item_id__in=list(policies))
    return Case.objects.filter(wanted, erased_at=None, state=Case.State.DECIDED)


def erase_due(now: datetime, most: int | None = None) -> ErasureRun | None:
    """Erase what is due, ``most`` cases at most; what was counted, ``None`` where nothing was due."""
    waiting = due(now)
    erased = files = 0
    for case_id in list(_ids(waiting.filter(legal_hold=False), most)):
        with transaction.atomic():
            case = Case.objects.select_for_update().get(pk=case_id)
            if case.erased_at is not None or case.legal_hold:
                continue
            files += _erase(case, now, "retention policy")
        erased += 1
    on_hold = waiting.filter(legal_hold=True).count()
    if not erased:
        return None
    left = waiting.filter(legal_hold=False).count()
    run = ErasureRun.objects.create(at=now, erased=erased, files=files, on_hold=on_hold, left=left)
    record("hub", "cases.erased", erased=erased, files=files, on_hold=on_hold, left=left)
    empty_log()
    return run


@transaction.atomic
def erase_on_request(who: HttpRequest | str, case_id: UUID, revision: int | None, reason: str) -> Case:
    """Erase one case's data because its person asks; ``reason`` is kept with the case, not in the trail.

    Raises ``CaseChanged``, also for one that is still open or erased already, and ``OnHold``.
    """
    case = Case.objects.select_for_update().get(pk=case_id)
    if (
        revision not in {None, case.revision}
        or case.state != Case.State.DECIDED
        or case.erased_at is not None
    ):
        raise CaseChanged
    if case.legal_hold:
        raise OnHold
    _erase(case, timezone.now(), who, reason)
    transaction.on_commit(empty_log)
    return case


def empty_log() -> None:
    """Let SQLite's write-ahead log, where old pages may still lie, begin anew; nothing on PostgreSQL."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _erase(case: Case, now: datetime, who: HttpRequest | str, reason: str = "") -> int:
    """Erase the data of a locked case; how many documents that were."""
    names = list(case.materials.values_list("file_id", flat=True))
    case.materials.all().delete()
    gone = SealedFile.objects.filter(sha256__in=names, material__isnull=True)
    files = gone.count()
    gone.delete()
    case.supplements.update(lines=None)
    case.events.update(note=None)
    result = getattr(case, "result", None)
    if result is not None:
        SealedCopy.objects.filter(copy__result=result).delete()
        result.certificate = {}
        result.save(update_fields=["certificate"])
    case.resident, case.resident_index = {}, ""
    case.explanation = None
    case.erased_at = now
    case.revision += 1
    case.save(update_fields=["resident", "resident_index", "explanation", "erased_at", "revision"])
    note_erased(case, who, reason)
    record(who, f"case.{What.ERASED.value}", case, case_no=case.case_no, files=files)
    return files


def _ids(cases: QuerySet[Case], most: int | None) -> Iterator[UUID]:
    ordered = cases.order_by("decided_at").values_list("pk", flat=True)
    return iter(ordered if most is None else ordered[:most])
