"""A small published catalogue, and what kiosks say at their check-ins."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.accounts.models import Organisation
from hub.catalogue.models import File, Publication
from hub.kiosks.models import Kiosk
from hub.kiosks.watching import note_check_in
from kiosk.wire import CheckIn, DeviceCounts, DeviceReport, Lack, QueueReport

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
"""Noon in China."""

ITEMS = ("medical", "record", "elderly-card")
NEEDS = {
    "medical": ["id_card"],
    "record": ["id_card", "document_printer"],
    "elderly-card": ["id_card", "camera"],
}


def publish(*items: str, version: int = 1) -> None:
    """Publish a catalogue of these items, all of them printed at kiosks, and of one for the window."""
    content = f"{version} {items}".encode()
    file = File.objects.create(sha256=hashlib.sha256(content).hexdigest(), content=content)
    entries = {one: _item(one, "print") for one in items} | {"marriage": _item("marriage", "window")}
    Publication.objects.create(
        version=version, published_at=NOW, notice="{}", file=file, items=json.dumps(entries)
    )


def _item(item: str, self_service: str) -> dict[str, Any]:
    return {
        "id": item,
        "version": 1,
        "name": {"zh": f"事项{item}", "en": item},
        "short_name": {"zh": f"事项{item}", "en": f"Item {item}"},
        "domain": {"zh": "社会保障", "en": "Social security"},
        "department": {"zh": "社保局", "en": "Social security office"},
        "audience": ["person"],
        "kind": "instant",
        "self_service": self_service,
        "needs": NEEDS.get(item, []),
        "summary": {"zh": "概述"},
        "fee": {"text": {"zh": "免费"}, "free": True},
        "result": {"zh": "证明"},
        "window": {
            "name": {"zh": "窗口"},
            "address": {"zh": "地址"},
            "hours": {"zh": "工作日"},
            "phone": "12345",
        },
        "updated": "2026-01-01",
        "source": {"zh": "来源"},
    }


def make_kiosk(number: int, organisation: Organisation, **fields: Any) -> Kiosk:
    return Kiosk.objects.create(
        id=f"K{number:07d}",
        public_key=os.urandom(32),
        place=f"地点 {number}",
        organisation=organisation,
        **fields,
    )


def device(name: str = "receipt-printer", **words: Any) -> DeviceReport:
    """A device's report; ``printed`` and ``read`` are its counters."""
    done = {"print_document": words.pop("printed", 0), "read": words.pop("read", 0)}
    families = {"receipt-printer": "ReceiptPrinter", "id-reader": "IdCardReader", "camera": "Camera"}
    said = {"driver": "simulated", "device": "online", "fitness": "ok", "family": families[name], **words}
    counts = DeviceCounts(since=NOW - timedelta(days=100), done=done)
    return DeviceReport(name=name, counts=counts, **said)


def report(**fields: Any) -> CheckIn:
    usual: dict[str, Any] = {
        "sent_at": datetime(1970, 1, 1, tzinfo=UTC),  # a kiosk's clock is believed in nothing
        "software": "0.1",
        "catalogue_version": 1,
        "queue": QueueReport(pending=0, held=0),
        "lacks": (),
        "up_seconds": 1e6,
    }
    return CheckIn(**{**usual, **fields})


def missing(cause: str, *items: str, at: str = "", stops: bool = True) -> Lack:
    return Lack(cause=cause, device=at, stops=stops, items=items)


def check_in(kiosk: Kiosk, at: datetime, **fields: Any) -> None:
    """A check-in as the API stores it."""
    note_check_in(Kiosk.objects.get(pk=kiosk.pk), report(**fields), at)
