"""The work lists of the queue: mine, nobody's, yellow, red, supplement came, and so on."""

from __future__ import annotations

from typing import Final

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hub.cases import cards
from hub.cases.models import Case
from hub.work_lists import WorkList, WorkLists

_UNDECIDED: Final = Q(state__in=(*cards.RUNNING, Case.State.SUPPLEMENT_ASKED))

WORK_LISTS: Final[WorkLists] = {
    "open": WorkList(_("all open"), lambda user: _UNDECIDED, counted=False),
    "mine": WorkList(_("mine"), lambda user: _UNDECIDED & Q(assignee_id=user.pk)),
    "unassigned": WorkList(_("nobody's"), lambda user: _UNDECIDED & Q(assignee=None)),
    "red": WorkList(_("red card"), lambda user: cards.red(cards.today()), tone="danger"),
    "yellow": WorkList(_("yellow card"), lambda user: cards.yellow(cards.today()), tone="warning"),
    "came": WorkList(_("supplement came"), lambda user: _UNDECIDED & Q(supplement_came=True), tone="info"),
    "lapsed": WorkList(
        _("supplement overdue"),
        lambda user: Q(state=Case.State.SUPPLEMENT_ASKED, supplement_due__lt=cards.today()),
    ),
    "decided": WorkList(_("decided"), lambda user: Q(state=Case.State.DECIDED), counted=False),
    "all": WorkList(_("all"), lambda user: Q(), counted=False),
}
"""By the word in the address; the first is shown where none is asked for."""
