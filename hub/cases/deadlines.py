"""A case's deadline as it is told to a clerk: the days, how many are left, and what is not sure of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.cases.cards import RUNNING, Card, card
from hub.cases.models import Case
from hub.cases.workflow import State
from hub.cases.working_days import is_known, working_days_between


@dataclass(frozen=True)
class Deadline:
    """``left`` is in words; ``unsure`` names the year whose holidays are not published yet, else ``None``."""

    card: Card | None
    promised_by: date | None
    legal_by: date | None
    supplement_due: date | None
    left: str
    paused: bool
    unsure: int | None


def deadline(case: Case, today: date) -> Deadline:
    """The deadline of a case on a day."""
    promised = case.promised_by
    paused = case.paused_on is not None and case.state == State.SUPPLEMENT_ASKED
    told = (case.supplement_due,) if paused else (promised, case.legal_by)
    years = {day.year for day in told if day is not None}
    return Deadline(
        card=card(case.state, promised, case.promised_days, today),
        promised_by=promised,
        legal_by=case.legal_by,
        supplement_due=case.supplement_due,
        left=_left(case, today),
        paused=paused,
        unsure=max(
            (year for year in years if case.state != State.DECIDED and not is_known(year)), default=None
        ),
    )


def _left(case: Case, today: date) -> str:
    if case.state == State.SUPPLEMENT_ASKED:
        return _("the clock stands still")
    if case.state not in RUNNING or case.promised_by is None:
        return ""
    days = working_days_between(today, case.promised_by)
    if case.promised_by < today:
        late = max(-days, 1)
        return ngettext("%d working day late", "%d working days late", late) % late
    if days == 0:
        return _("due today")
    return ngettext("%d working day left", "%d working days left", days) % days
