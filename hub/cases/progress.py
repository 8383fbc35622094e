"""Where a matter stands: from the check code on a receipt, or for a person whose card was read."""

from __future__ import annotations

from http import HTTPStatus

from hub.cases.models import Case, resident_index
from hub.cases.workflow import State
from hub.evaluations.progress import said_by_code
from hub.paging import newest_first
from hub.problems import ProblemError
from kiosk.wire import (
    Explanation,
    LackingMaterial,
    Progress,
    ProgressList,
    ResultQuery,
    SupplementNotice,
    normalise_check_code,
)


def by_code(typed: str) -> Progress:
    """The case, ticket or rating with this check code.

    Raises ``ProblemError``: 422 for what is no check code, 404 for one that nothing here has, 409 for
    one that two share.
    """
    try:
        code = normalise_check_code(typed)
    except ValueError as error:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "This is no check code", str(error)) from None
    cases = list(Case.objects.filter(check_code=code)[:2])
    said = said_by_code(code)
    if len(cases) + len(said) > 1:
        raise ProblemError(HTTPStatus.CONFLICT, "Two matters share this check code")
    for case in cases:
        return _of(case)
    for progress in said:
        return progress
    raise ProblemError(HTTPStatus.NOT_FOUND, "Nothing with this check code has arrived yet")


def by_person(query: ResultQuery, cursor: str = "", limit: int | None = None) -> ProgressList:
    """The cases of the person a card names, wherever filed: number and name must both be theirs.

    Raises ``ProblemError`` 422 for a cursor that is none.
    """
    wanted = (query.number, query.name)
    cases = Case.objects.filter(resident_index=resident_index(query.number)).prefetch_related("supplements")
    theirs = [
        (case.received_at, case.id, case)
        for case in cases
        if (case.resident["applicant"]["number"], case.resident["applicant"]["name"]) == wanted
    ]
    page, after = newest_first(theirs, cursor, limit)
    matters = tuple(map(_told_to_its_person, page))
    return ProgressList(matters=matters, next=after) if after else ProgressList(matters=matters)


def _of(case: Case) -> Progress:
    return Progress.model_validate(
        {
            "check_code": case.check_code,
            "what": "case",
            "state": case.state,
            "number": case.case_no,
            "received_at": case.received_at,
            "promised_by": None if case.paused_on else case.promised_by,
            "outcome": case.outcome or None,
            "supplement_due": case.supplement_due,
        }
    )


def _told_to_its_person(case: Case) -> Progress:
    more: dict[str, object] = {"item_id": case.item_id}
    if case.state == State.SUPPLEMENT_ASKED:
        more["supplement"] = _notice(case)
    if case.explanation:
        more["explanation"] = Explanation.model_validate(case.explanation)
    return _of(case).model_copy(update=more)


def _notice(case: Case) -> SupplementNotice | None:
    """What is asked for now: the newest request that has no answer."""
    asked = next((one for one in case.supplements.all() if one.answered_at is None and one.lines), None)
    if asked is None:
        return None
    return SupplementNotice(
        id=asked.id,
        lacking=tuple(
            LackingMaterial(**{**line, "material_id": line["material_id"] or None}) for line in asked.lines
        ),
    )
