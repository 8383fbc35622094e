"""What the catalogue's tests have in common: a small source folder, and its way through four eyes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.contrib.auth.models import User
from django.http import HttpRequest

from hub.catalogue import workflow
from hub.catalogue.models import Publication, Version
from hub.catalogue.publishing import plan, publish

PNG: Final = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def item(item_id: str = "lamp-permit", *, name: str = "夜灯许可", more: str = "") -> str:
    """The source of a small item; ``more`` stands before its tables."""
    return f'''id = "{item_id}"
version = 1
name.zh = "{name}"
name.en = "Lamp permit"
short_name.zh = "夜灯"
domain.zh = "民政"
audience = ["person"]
kind = "promised"
self_service = "window"
summary.zh = "夜里点灯用的许可。"
fee.text.zh = "不收费"
fee.free = true
result.zh = "许可证"
updated = 2026-01-01
source.zh = "演示"
{more}
[window]
name.zh = "一号窗口"
address.zh = "明灯路 1 号"
hours.zh = "周一至周五"
phone = "12345"

[[materials]]
id = "id-card"
name.zh = "身份证"
'''


def as_(user: User) -> HttpRequest:
    """A request of this user."""
    request = HttpRequest()
    request.user = user
    request.META["REMOTE_ADDR"] = "127.0.0.1"
    return request


def approved(author: User, reviewer: User, sources: Mapping[str, str]) -> list[Version]:
    """Versions that one account wrote and another approved."""
    versions = []
    for path, text in sources.items():
        version = workflow.write(as_(author), path, text=text)
        workflow.submit(as_(author), version)
        workflow.approve(as_(reviewer), version, version.sha256)
        versions.append(version)
    return versions


def published(author: User, reviewer: User, sources: Mapping[str, str]) -> Publication:
    """The same, published by the reviewer."""
    approved(author, reviewer, sources)
    return publish(as_(reviewer), plan(as_(reviewer)))
