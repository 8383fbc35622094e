"""Looking at residents' data: who may, why, for how long, and the record of it."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hub.audit.trail import record
from hub.cases.models import Case, Material
from hub.intake.opening import open_file
from kiosk.wire import SealBroken

GRANT: Final = 15 * 60
"""Seconds for which a reason that was given counts."""

_SESSION: Final = "cases.viewing"
_SHOWN: Final = frozenset({"image/jpeg", "image/png", "application/pdf"})
_MOST_PARTS: Final = 40


class Reason(models.TextChoices):
    """Why somebody looks at a case that is not theirs; words to choose from, so that none names a person."""

    DEPUTY = "deputy", _("I stand in for the clerk")
    ENQUIRY = "enquiry", _("the applicant asks")
    COMPLAINT = "complaint", _("a complaint is looked into")
    SUPERVISION = "supervision", _("supervision")


def give_reason(request: HttpRequest, case: Case, reason: Reason) -> None:
    """Let the user look at the case for ``GRANT`` seconds; recorded."""
    given = {key: one for key, one in request.session.get(_SESSION, {}).items() if one["until"] > _now()}
    given[str(case.pk)] = {"until": _now() + GRANT, "reason": reason.value}
    request.session[_SESSION] = given
    record(request, "case.reason_given", case, case_no=case.case_no, reason=reason.value)


def may_look(request: HttpRequest, case: Case) -> str | None:
    """Why the user may see the case's residents' data now: ``assignee``, the reason given, or ``None``."""
    if not request.user.has_perm("cases.view_personal"):
        return None
    if case.assignee_id == request.user.pk:
        return "assignee"
    given = request.session.get(_SESSION, {}).get(str(case.pk))
    return given["reason"] if given and given["until"] > _now() else None


def note_look(request: HttpRequest, case: Case, reason: str) -> None:
    """Record that the user was shown residents' data."""
    record(request, "case.personal_viewed", case, case_no=case.case_no, reason=reason)


def document(request: HttpRequest, material: Material, reason: str) -> HttpResponse:
    """The document itself, opened for this answer alone; recorded. Raises ``SealBroken``."""
    content = _content(material)
    record(
        request,
        "material.viewed",
        material.case,
        case_no=material.case.case_no,
        material=material.material_id,
        reason=reason,
    )
    shown = material.media_type if material.media_type in _SHOWN else "application/octet-stream"
    return HttpResponse(
        content,
        content_type=shown,
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": "inline" if shown in _SHOWN else "attachment",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _content(material: Material) -> bytes:
    if material.bound_to:
        return open_file(material.file, material.bound_to)
    # Taken in before the hub noted which part of its submission a file was.
    bound_to = {"item_id": str(material.case_id), "kind": "submission", "schema": 1}
    for part in range(1, _MOST_PARTS):
        try:
            return open_file(material.file, {**bound_to, "part": part})
        except SealBroken:
            continue
    raise SealBroken("sealed as something else")


def _now() -> int:
    return int(timezone.now().timestamp())
