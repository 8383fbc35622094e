"""The work lists of complaints: open, mine, nobody's, yellow, red, by where they came from."""

from __future__ import annotations

from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hub.evaluations import deadlines
from hub.evaluations.models import Complaint
from hub.work_lists import WorkList, WorkLists

_OPEN: Final = ~Q(state=Complaint.State.CLOSED)
Kind = Complaint.Kind

WORK_LISTS: Final[WorkLists] = {
    "open": WorkList(_("all open"), lambda user: _OPEN, counted=False),
    "mine": WorkList(_("mine"), lambda user: _OPEN & Q(assignee_id=user.pk)),
    "unassigned": WorkList(_("nobody's"), lambda user: _OPEN & Q(assignee=None)),
    "red": WorkList(_("red card"), lambda user: deadlines.red(deadlines.today()), tone="danger"),
    "yellow": WorkList(_("yellow card"), lambda user: deadlines.yellow(deadlines.today()), tone="warning"),
    "bad": WorkList(_("bad ratings"), lambda user: _OPEN & Q(kind=Kind.BAD_RATING)),
    "call": WorkList(_("wishes to be called"), lambda user: _OPEN & Q(phone__isnull=False)),
    "trouble": WorkList(_("could not get it done"), lambda user: _OPEN & Q(kind=Kind.TROUBLE)),
    "closed": WorkList(_("settled"), lambda user: ~_OPEN, counted=False),
    "all": WorkList(_("all"), lambda user: Q(), counted=False),
}
"""By the word in the address; the first is shown where none is asked for."""
