"""What a demonstration begins with: one decided case to collect, one item that is granted on the spot.

All fictional: the proof of social insurance of the demonstration resident, the yearly pension confirmation.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from hub.cases.handling import note_filed
from hub.cases.models import Case, CertificateTemplate, InstantRule, Result, resident_index
from hub.cases.numbers import next_case_no
from hub.catalogue.models import Publication
from kiosk.wire import check_code

CASE = UUID("019ab000-0000-7000-8000-000000000001")
RESULT = UUID("019ab000-0000-7000-8000-000000000002")
ITEM = "social-insurance-record"
INSTANT = "pension-qualification"
NUMBER, NAME = "11010519491231002X", "李桂兰"


@transaction.atomic
def seed_decided_case() -> Result:
    """The demonstration result; made once, found again later."""
    known = Result.objects.filter(id=RESULT).first()
    if known is not None:
        return known
    decided = timezone.now()
    filed = decided - timedelta(days=1)
    item = Publication.item(ITEM)
    case = Case.objects.create(
        id=CASE,
        case_no=next_case_no(filed),
        check_code=check_code(CASE),
        item_id=ITEM,
        item_version=item.version if item else 1,
        state=Case.State.DECIDED,
        outcome=Case.Outcome.GRANTED,
        decided_at=decided,
        captured_at=filed,
        received_at=filed,
        resident={"applicant": {"number": NUMBER, "name": NAME}},
        resident_index=resident_index(NUMBER),
    )
    note_filed(case, "demonstration")
    return Result.objects.create(id=RESULT, case=case, decided_at=decided, certificate=_certificate())


def seed_practice() -> None:
    """The certificate and the rule of the instant item; made once, and left as somebody has changed them."""
    CertificateTemplate.objects.get_or_create(
        item_id=INSTANT,
        defaults={
            "title_zh": "养老保险待遇领取资格认证回执",
            "title_en": "Confirmation of entitlement to a pension",
            "lines": "姓名 | Name | {name}\n证件号码 | Document number | {number}\n"
            "办件编号 | Case number | {case_no}\n认证日期 | Confirmed on | {date}",
            "body_zh": "本年度领取资格已经认证。演示数据，不作任何证明。",
            "body_en": "Confirmed for this year. Demonstration data, proof of nothing.",
            "authority_zh": "灯河区社会保险事业中心（演示）",
            "authority_en": "Denghe District Social Insurance Centre (demonstration)",
        },
    )
    InstantRule.objects.get_or_create(
        item_id=INSTANT,
        defaults={"conditions": "document resident_id\nanswer living", "active": True, "note": "演示"},
    )


def _certificate() -> dict[str, object]:
    def line(zh: str, en: str, value: str) -> dict[str, object]:
        return {"label": {"zh": zh, "en": en}, "value": value}

    return {
        "title": {"zh": "社会保险参保证明", "en": "Proof of social insurance"},
        "lines": [
            line("姓名", "Name", NAME),
            line("社会保障号码", "Social security number", f"{NUMBER[:3]}***********{NUMBER[-4:]}"),
            line("参保地", "Insured in", "灯河市"),
            line("险种", "Insurance", "城乡居民基本养老保险"),
            line("参保状态", "Status", "正常享受待遇"),
            line("参保时间", "Insured since", "2011-07"),
        ],
        "body": {
            "zh": "兹证明以上人员在本市参加社会保险，情况属实。演示数据，不作任何证明。",
            "en": "This person is insured in this city. Demonstration data, proof of nothing.",
        },
        "authority": {
            "zh": "灯河市社会保险中心（演示）",
            "en": "Denghe Social Insurance Centre (demonstration)",
        },
    }
