"""Examples for the API's description: built from the messages themselves, so that they cannot go stale.

Everybody in them is fictional.
"""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel

from hub.channels.messages import Availability, GuideList, GuideSummary, KioskStanding
from kiosk.wire import (
    PROTOCOL,
    AttachmentReceipt,
    Bilingual,
    CheckIn,
    CheckInReply,
    Command,
    CommandReceipt,
    CommandReport,
    CopyReceipt,
    CopyReport,
    CopyRequest,
    DesiredSettings,
    EnrolmentReply,
    EnrolmentRequest,
    IntakeAnswer,
    IntakeAnswers,
    IntakeBatch,
    IntakeEnvelope,
    KeyReceipt,
    KeyRequest,
    Lack,
    Open,
    Problem,
    Progress,
    ProgressList,
    Publication,
    QueueReport,
    ResultCopy,
    ResultLine,
    ResultList,
    ResultQuery,
    ResultSummary,
    SettingsReport,
    SignedCommand,
    SubmissionReceipt,
    VerifiedCopy,
    check_code,
    publisher_text,
)

_ID: Final = UUID("01a1ff74-547a-755c-8c0a-a88537265c23")
_OTHER: Final = UUID("01a1ff74-9c1e-7b2d-9f3a-52c0d1e7a4b6")
_AT: Final = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
_KIOSK: Final = "K7M3Q9XA"
_SHA256: Final = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_KEY: Final = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
_INTAKE_KEY: Final = "X25519-HKDF_SHA256-AES_256_GCM B6N8vBQgk8i3VdwbEOhstCY3StFqqFPtC9/AsrhtHHw="
_WHO: Final = ResultQuery(document="resident_id", number="11010519491231002X", name="李桂兰")
_BASE64: Final = base64.b64encode(b"sealed to the hub's key").decode()


@cache
def examples() -> dict[str, tuple[Any, Any]]:
    """For each operation its request and its answer; ``None`` where there is none, or no JSON."""
    return {id_: (_json(request), _json(answer)) for id_, (request, answer) in _messages().items()}


PROBLEM: Final = Problem(
    title="The signature was made at another time", status=401, type="urn:yedeng:problem:clock"
).model_dump(mode="json")
"""How every error looks."""


def _json(message: BaseModel | None) -> Any:
    return None if message is None else message.model_dump(mode="json")


def _messages() -> dict[str, tuple[BaseModel | None, BaseModel | None]]:
    return _fleet() | _intake() | _residents() | _guides()


def _fleet() -> dict[str, tuple[BaseModel | None, BaseModel | None]]:
    public_key = publisher_text(_KEY)
    command = Command(
        id=_OTHER,
        kiosk_id=_KIOSK,
        action=Open(),
        reason="装修结束，恢复服务",
        issued_by="keeper",
        issued_at=_AT,
        expires_at=_AT.replace(hour=9),
    )
    settings = DesiredSettings.of({"kiosk.keeper_phone": "0531-5550123"})
    return {
        "enrol": (
            EnrolmentRequest.model_validate(
                {
                    "protocol": PROTOCOL,
                    "code": "7K3M-9QX2-P4C1",
                    "public_key": public_key,
                    "place": "经十路社区",
                    "software": "0.1",
                }
            ),
            EnrolmentReply(
                protocol=PROTOCOL,
                kiosk_id=_KIOSK,
                region="3701",
                intake_keys=(_INTAKE_KEY,),
                publishers=(public_key,),
                command_keys=(public_key,),
                hub_time=_AT,
            ),
        ),
        "checkIn": (
            CheckIn(
                protocol=PROTOCOL,
                session=_ID,
                sequence=42,
                sent_at=_AT,
                software="0.1",
                catalogue_version=3,
                queue=QueueReport(pending=0, held=0),
                lacks=(Lack(cause="camera", stops=True, items=("resident-medical-insurance-enrol",)),),
                settings=SettingsReport(in_force={"kiosk.keeper_phone": ""}),
            ),
            CheckInReply(
                kiosk_id=_KIOSK,
                hub_time=_AT,
                catalogue_version=3,
                next_in_seconds=27.5,
                intake_keys=(_INTAKE_KEY,),
                publishers=(public_key,),
                protocol=PROTOCOL,
                command_keys=(public_key,),
                settings=settings,
                commands=(SignedCommand.signed(_KEY, command),),
            ),
        ),
        "rollKey": (
            KeyRequest.of(_KIOSK, _KEY),
            KeyReceipt.model_validate({"public_key": public_key, "received_at": _AT}),
        ),
        "reportCommand": (
            CommandReport(outcome="done", at=_AT),
            CommandReceipt(id=_OTHER, outcome="done"),
        ),
    }


def _intake() -> dict[str, tuple[BaseModel | None, BaseModel | None]]:
    envelope = IntakeEnvelope.model_validate(
        {
            "id": _ID,
            "kind": "submission",
            "payload_schema": 1,
            "sealed": _BASE64,
            "attachments": [_SHA256],
            "age_seconds": 12.5,
        }
    )
    receipt = SubmissionReceipt(
        id=_ID,
        received_at=_AT,
        case_no="3701-20261120-000042-7",
        promised_by=date(2026, 12, 4),
        check_code=check_code(_ID),
    )
    problem = Problem(title="The item cannot be taken", status=422, detail="This kind is not known here")
    return {
        "putAttachment": (None, AttachmentReceipt(sha256=_SHA256)),
        "handIn": (envelope, receipt),
        "handInBatch": (
            IntakeBatch(items=(envelope,)),
            IntakeAnswers(
                answers=(
                    IntakeAnswer(id=_ID, receipt=receipt.model_dump(mode="json")),
                    IntakeAnswer(id=_OTHER, problem=problem),
                )
            ),
        ),
    }


def _residents() -> dict[str, tuple[BaseModel | None, BaseModel | None]]:
    title, authority = (
        Bilingual(zh="社会保险参保证明", en="Social insurance certificate"),
        Bilingual(zh="灯河市人社局"),
    )
    progress = Progress(
        check_code=check_code(_ID),
        what="case",
        state="received",
        number="3701-20261120-000042-7",
        received_at=_AT,
        promised_by=date(2026, 12, 4),
    )
    return {
        "findResults": (
            _WHO,
            ResultList(
                results=(
                    ResultSummary(
                        result_id=_OTHER,
                        item_id="social-insurance-certificate",
                        title=title,
                        case_no="3701-20261102-000007-1",
                        decided_at=_AT,
                        copies=0,
                    ),
                )
            ),
        ),
        "findProgress": (None, progress),
        "findMatters": (_WHO, ProgressList(matters=(progress,))),
        "verifyCopy": (
            None,
            VerifiedCopy(
                verification_code="7K3M-9QX2-P4C1",
                title=title,
                authority=authority,
                holder="李**",
                copy_no=1,
                issued_at=_AT,
            ),
        ),
        "makeCopy": (
            CopyRequest(copy_id=_ID, result_id=_OTHER, holder=_WHO),
            ResultCopy(
                copy_id=_ID,
                result_id=_OTHER,
                copy_no=1,
                case_no="3701-20261102-000007-1",
                title=title,
                lines=(ResultLine(label=Bilingual(zh="姓名", en="Name"), value="李桂兰"),),
                body=Bilingual(zh="兹证明上述人员已参保。"),
                authority=authority,
                issued_at=_AT,
                verification_code="7K3M-9QX2-P4C1",
            ),
        ),
        "reportCopy": (
            CopyReport(copy_id=_ID, outcome="taken", at=_AT),
            CopyReceipt(id=_ID, received_at=_AT),
        ),
    }


def _guides() -> dict[str, tuple[BaseModel | None, BaseModel | None]]:
    summary = GuideSummary(
        id="elderly-card",
        version=2,
        name=Bilingual(zh="老年人优待证办理", en="Senior citizen card"),
        short_name=Bilingual(zh="老年证"),
        domain=Bilingual(zh="养老"),
        summary=Bilingual(zh="60 岁以上老年人可免费办理。"),
        common_names=("老年卡",),
        self_service="submit",
    )
    standing = KioskStanding(
        kiosk=_KIOSK,
        place="经十路社区",
        address="灯河区经十路 1 号",
        organisation="灯河区",
        can="yes",
        cause="",
        since=_AT,
    )
    return {
        "catalogue": (
            None,
            Publication.signed(_KEY, b"a catalogue", version=3, published_at=_AT, items=120),
        ),
        "listGuides": (
            None,
            GuideList(catalogue_version=3, guides=(summary,), next="WyJlbGRlcmx5LWNhcmQiXQ"),
        ),
        "availability": (
            None,
            Availability(item_id="elderly-card", at=_AT, kiosks=(standing,), next=None),
        ),
    }
