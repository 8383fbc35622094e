"""What a new text of the catalogue begins with: everything that must be there, to be filled in."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.utils import timezone

from kiosk.wire.source import kind_of

_ITEM = """id = "{id}"
version = 1
name.zh = "事项全称"
name.en = "Name of the item"
short_name.zh = "简称"
short_name.en = "Short name"
domain.zh = "民政"
domain.en = "Family and welfare"
audience = ["person"]
kind = "promised"
self_service = "window"
summary.zh = "一两句话说清这是什么。"
summary.en = "What it is, in a sentence or two."
fee.text.zh = "不收费"
fee.text.en = "Free"
fee.free = true
result.zh = "办好后拿到什么"
result.en = "What one gets"
renderings = ["plain"]
updated = {today}
source.zh = "依据来源"
source.en = "Where this comes from"

[window]
name.zh = "窗口名称"
name.en = "Name of the window"
address.zh = "窗口地址"
address.en = "Address of the window"
hours.zh = "周一至周五 9:00–17:00，法定节假日休息"
hours.en = "Monday to Friday 9:00–17:00, closed on public holidays"
phone = "12345"

[[materials]]
id = "id-card"
name.zh = "居民身份证"
name.en = "ID card"

[[steps]]
picture = "id-card"
text.zh = "第一步做什么。"
text.en = "What to do first."
"""
_OFFICE = """id = "{id}"
name.zh = "地点名称"
name.en = "Name of the place"
address.zh = "地址"
address.en = "Address"
hours.zh = "周一至周五 9:00–17:00，法定节假日休息"
hours.en = "Monday to Friday 9:00–17:00, closed on public holidays"
phone = "12345"

[[open]]
days = [1, 2, 3, 4, 5]
opens = 09:00:00
closes = 17:00:00
"""


def beginning(path: str) -> str:
    """The text with which a new file of this path begins; nothing for a form, card or video."""
    texts = {"item": _ITEM, "office": _OFFICE}
    text = texts.get(str(kind_of(path)), "")
    return text.format(id=PurePosixPath(path).stem, today=timezone.localdate().isoformat())
