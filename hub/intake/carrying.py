"""Items carried here by hand, in the files that `queue export` writes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.db import transaction
from pydantic import ValidationError

from hub.intake.handlers import HANDLERS
from hub.intake.models import SealedFile
from hub.intake.opening import receive
from hub.kiosks.models import Kiosk
from hub.problems import ProblemError
from kiosk.wire import CarriedItem, Receipt


class NotCarried(Exception):
    """A file that cannot be taken in; the message says why."""


@transaction.atomic
def take_in(file: Path) -> dict[str, object]:
    """Take in one carried item like one that was sent; its receipt. Raises ``NotCarried``."""
    try:
        item = CarriedItem.model_validate_json(file.read_bytes())
    except OSError as error:
        raise NotCarried(str(error.strerror)) from None
    except ValidationError:
        raise NotCarried("it is no item that `queue export` wrote") from None
    kiosk = Kiosk.objects.filter(id=item.kiosk_id).first()
    if kiosk is None:
        raise NotCarried(f"kiosk {item.kiosk_id or 'without a number'} is not known here")
    for sealed in item.files:
        name = hashlib.sha256(sealed).hexdigest()
        SealedFile.objects.get_or_create(sha256=name, defaults={"sealed": sealed, "kiosk": kiosk})
    try:
        receipt = receive(item.envelope, kiosk, HANDLERS)
    except ProblemError as error:
        raise NotCarried(f"{error.problem.title}: {error.problem.detail}".rstrip(": ")) from None
    return receipt.model_dump(mode="json") if isinstance(receipt, Receipt) else receipt
