"""What can be wrong with the hub itself. It belongs to the root of the organisations."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography.x509 import load_pem_x509_certificates
from django.conf import settings

from hub.accounts.models import Organisation
from hub.alerts.choices import Delivery
from hub.alerts.models import Notification, Round
from hub.alerts.symptoms.sign import Sign
from hub.audit.models import Entry
from hub.audit.trail import faults
from hub.backup import BACKUP_MARK

_TRAIL_EVERY: Final = timedelta(hours=24)
_LOCKED_WITHIN: Final = timedelta(hours=1)
_TRIED_OFTEN: Final = 5


def logins_locked(now: datetime, count: float, organisation: Organisation) -> Iterator[Sign]:
    """More logins locked within the last hour than this; whose is in the audit trail alone."""
    locked = Entry.objects.filter(action="login.locked", at__range=(now - _LOCKED_WITHIN, now)).count()
    if locked > count:
        yield _of_the_hub("logins", organisation, locked)


def trail_broken(now: datetime, _threshold: float, organisation: Organisation) -> Iterator[Sign]:
    """The audit trail was changed behind our back; it is read whole once a day."""
    last, _created = Round.objects.get_or_create(id=1)
    if last.trail_checked_at is None or now - last.trail_checked_at >= _TRAIL_EVERY:
        last.trail_checked_at, last.trail_faults = now, sum(1 for _fault in faults())
        last.save(update_fields=["trail_checked_at", "trail_faults"])
    if last.trail_faults:
        yield _of_the_hub("audit", organisation, last.trail_faults)


def disk_low(now: datetime, percent: float, organisation: Organisation) -> Iterator[Sign]:
    """Less of the disk with the data folder is free than this."""
    free = free_percent()
    if free < percent:
        yield _of_the_hub("disk", organisation, round(free, 1))


def backup_old(now: datetime, hours: float, organisation: Organisation) -> Iterator[Sign]:
    """The last backup, or, without any, the data folder, is older than this."""
    folder: Path = settings.DATA.folder
    marks = [file for file in (folder / BACKUP_MARK, folder / "secret.key") if file.exists()]
    if not marks:
        return
    age = now - datetime.fromtimestamp(marks[0].stat().st_mtime, UTC)
    if age > timedelta(hours=hours):
        yield _of_the_hub("backup", organisation, round(age / timedelta(hours=1)))


def seal_expiring(now: datetime, days: float, organisation: Organisation) -> Iterator[Sign]:
    """Certificates in the data folder that end in fewer days than this."""
    folder: Path = settings.DATA.folder
    for file in sorted((*folder.rglob("*.crt"), *folder.rglob("*.pem"))):
        ends = _ends(file)
        if ends is not None and ends - now < timedelta(days=days):
            left = round((ends - now) / timedelta(days=1))
            yield Sign(f"certificate/{file.name}", file.name, organisation.pk, value=left)


def untold(now: datetime, _threshold: float, organisation: Organisation) -> Iterator[Sign]:
    """Contacts to whom something could not be delivered in five tries, or was given up within a day."""
    rows = Notification.objects.filter(attempts__gte=_TRIED_OFTEN, created_at__gte=now - timedelta(days=1))
    failed = rows.exclude(delivery=Delivery.SENT).filter(
        contact__organisation__path__startswith=organisation.path
    )
    contacts = {one.contact for one in failed.select_related("contact")}
    for contact in sorted(contacts, key=lambda one: one.name):
        yield Sign(str(contact.pk), contact.name, contact.organisation_id)


def free_percent() -> float:
    """How much of the disk with the data folder is free, in hundredths."""
    usage = shutil.disk_usage(settings.DATA.folder)
    return 100 * usage.free / usage.total


def _ends(file: Path) -> datetime | None:
    """When the first certificate of a file ends; ``None`` for a file that holds none."""
    try:
        content = file.read_bytes()
        if b"BEGIN CERTIFICATE" not in content:
            return None
        return min(one.not_valid_after_utc for one in load_pem_x509_certificates(content))
    except (OSError, ValueError):
        return None


def _of_the_hub(key: str, organisation: Organisation, value: float) -> Sign:
    return Sign(key, "", organisation.pk, value=value)
