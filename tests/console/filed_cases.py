"""Cases to work on in tests: filed the way a kiosk's queue files them, documents sealed. All fictional."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.utils import timezone

from hub.cases.models import Case
from hub.catalogue.models import File, Publication
from hub.intake.handlers import HANDLERS
from hub.intake.models import SealedFile
from hub.intake.opening import receive
from hub.kiosks.models import Kiosk
from kiosk.wire import SUBMISSION_KIND, IntakeEnvelope
from tests.hub.filings import ITEM, PAGE, payload
from tests.kiosk.items import item as demonstration_item

CANARY = "李桂兰"
NUMBER = "11010519491231002X"
PHONE = "13800000000"


def publish_item(**changes: Any) -> None:
    """Publish one item, promised within five working days and by law within twenty."""
    days = {"promised_days": 5, "legal_days": 20}
    item = demonstration_item(ITEM).model_copy(update={**days, **changes})
    items = json.dumps({item.id: item.model_dump(mode="json", exclude_defaults=True)}, ensure_ascii=False)
    digest = hashlib.sha256(items.encode()).hexdigest()
    file, _ = File.objects.get_or_create(sha256=digest, defaults={"content": b""})
    Publication.objects.create(
        version=Publication.newest_version() + 1,
        published_at=timezone.now(),
        notice="{}",
        file=file,
        items=items,
    )


def file_case(kiosk: Kiosk, *pages: bytes, **changes: Any) -> Case:
    """A case with these photographed pages, one where none is given."""
    pages = pages or (PAGE,)
    content = payload(*pages).model_copy(update=changes)
    envelope = sealed(kiosk, SUBMISSION_KIND, content, pages)
    receive(envelope, kiosk, HANDLERS)
    return Case.objects.get(pk=envelope.id)


def sealed(kiosk: Kiosk, kind: str, content: Any, pages: tuple[bytes, ...] = ()) -> IntakeEnvelope:
    """What a kiosk sends for a message; the pages are put before it."""
    item_id, sealer = uuid4(), settings.DATA.opener.sealers[0]
    names = []
    for part, page in enumerate(pages, start=1):
        closed = sealer.seal(page, item_id=item_id, kind=kind, schema=1, part=part)
        names.append(hashlib.sha256(closed).hexdigest())
        SealedFile.objects.create(sha256=names[-1], sealed=closed, kiosk=kiosk)
    body = sealer.seal(content.model_dump_json().encode(), item_id=item_id, kind=kind, schema=1, part=0)
    return IntakeEnvelope.model_validate(
        {
            "id": item_id,
            "kind": kind,
            "payload_schema": 1,
            "sealed": base64.b64encode(body).decode(),
            "attachments": tuple(names),
        }
    )


def request_of(user: User) -> Any:
    """A request as that user makes it."""
    request = RequestFactory().post("/console/")
    request.user = user
    return request
