"""Submissions to file in tests. The resident is fictional."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from uuid import UUID

from kiosk.wire import SUBMISSION_KIND, Applicant, ConsentGiven, MaterialFile, SubmissionPayload
from offline_queue import OfflineQueue, new_id

PAGE = b"\xff\xd8 a photographed page \xff\xd9"
ITEM = "resident-medical-insurance-enrol"


def payload(*pages: bytes, name: str = "李桂兰") -> SubmissionPayload:
    """A submission with these photographed pages."""
    now = datetime.now(UTC)
    return SubmissionPayload(
        item_id=ITEM,
        item_version=1,
        applicant=Applicant(
            document="resident_id",
            number="11010519491231002X",
            name=name,
            sex="female",
            ethnicity="汉",
            birth_date=date(1949, 12, 31),
            address="灯河市灯河区明灯路 1 号",
            how_read="id_card",
        ),
        answers={"phone": "13800000000"},
        materials=tuple(
            MaterialFile(
                material_id="hukou", sha256=hashlib.sha256(page).hexdigest(), media_type="image/jpeg"
            )
            for page in pages
        ),
        consent=ConsentGiven(version="1", text_sha256="0" * 64, at=now),
        captured_at=now,
        kiosk_id="K0000000",
        visit_language="zh",
    )


def put(queue: OfflineQueue, *pages: bytes, name: str = "李桂兰") -> UUID:
    """File a submission into a kiosk's queue."""
    content = payload(*pages, name=name).model_dump_json().encode()
    return queue.put(new_id(), SUBMISSION_KIND, content, pages).id
