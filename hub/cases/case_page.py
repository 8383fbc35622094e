"""What the page of one case shows: facts and history to everybody here, the resident's data on demand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest

from hub.cases import acting, viewing
from hub.cases.cards import Card, today
from hub.cases.deadlines import Deadline, deadline
from hub.cases.forms import ReasonForm
from hub.cases.models import Case, CaseEvent, Material
from hub.cases.wording import Row, Wording

_EMPTY: dict[str, Any] = {}


@dataclass(frozen=True)
class Personal:
    """What is shown of the resident; made only for somebody who may look, and recorded."""

    applicant: list[Row]
    answers: list[Row]
    supplements: list[tuple[Any, list[dict[str, str]]]]
    explanation: dict[str, str] | None
    certificate: dict[str, Any] | None


def context(request: HttpRequest, case: Case) -> dict[str, Any]:
    """The page's context; where the resident's data is part of it, that is recorded."""
    wording = Wording(case.item_id)
    looking = viewing.may_look(request, case) if case.erased_at is None else None
    personal = None
    if looking is not None:
        personal = _personal(case, wording)
        viewing.note_look(request, case, looking)
    may_ask = request.user.has_perm("cases.view_personal")
    when = deadline(case, today())
    return {
        "case": case,
        "item_name": wording.name,
        "other_version": wording.item is not None and wording.item.version != case.item_version,
        "deadline": when,
        "card_type": {Card.RED: "danger", Card.YELLOW: "warning"}.get(when.card) if when.card else None,
        "state_type": STATE_TYPES.get(case.state),
        "outcome_type": OUTCOME_TYPES.get(case.outcome),
        "personal": personal,
        "reason_form": (
            ReasonForm(initial={"revision": case.revision})
            if may_ask and looking is None and case.erased_at is None
            else None
        ),
        "materials": [_material(one, wording) for one in case.materials.order_by("pk")],
        "acts": acting.possible(request, case),
        "history": [_event(one, personal is not None) for one in case.events.order_by("-number")],
    }


STATE_TYPES: Final[dict[str, str]] = {
    Case.State.RECEIVED: "info",
    Case.State.IN_REVIEW: "primary",
    Case.State.SUPPLEMENT_ASKED: "warning",
    Case.State.DECIDED: "",
}
OUTCOME_TYPES: Final[dict[str, str]] = {Case.Outcome.GRANTED: "success", Case.Outcome.REFUSED: "danger"}
"""How unfold colours them; the words always stand beside the colour."""


def _personal(case: Case, wording: Wording) -> Personal:
    resident = case.resident or _EMPTY
    result = getattr(case, "result", None)
    return Personal(
        applicant=wording.applicant(resident.get("applicant", _EMPTY)),
        answers=wording.answers(resident.get("answers", _EMPTY)),
        supplements=[(one, one.lines or []) for one in case.supplements.all()],
        explanation=case.explanation,
        certificate=result.certificate if result is not None else None,
    )


def _material(material: Material, wording: Wording) -> dict[str, Any]:
    return {
        "pk": material.pk,
        "name": wording.material(material.material_id),
        "pages": material.pages,
        "supplement": material.supplement_id is not None,
    }


def _event(event: CaseEvent, with_note: bool) -> dict[str, Any]:
    note = event.note if with_note and event.note else _EMPTY
    return {
        "what": event.get_what_display(),
        "who": event.who,
        "at": event.at,
        "note": "  ".join(str(value) for value in note.values()),
        "after": event.get_after_display() if event.before != event.after else "",
    }


__all__ = ["OUTCOME_TYPES", "STATE_TYPES", "Deadline", "Personal", "context"]
