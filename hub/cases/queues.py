"""The work lists of the queue: mine, nobody's, yellow, red, supplement came, and so on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.cases import cards
from hub.cases.models import Case

Whose = User | AnonymousUser
_UNDECIDED: Final = Q(state__in=(*cards.RUNNING, Case.State.SUPPLEMENT_ASKED))


@dataclass(frozen=True)
class WorkList:
    """A list of cases with something in common; ``counted``: how many there are is shown beside its name."""

    name: str | Promise
    of: Callable[[Whose], Q]
    counted: bool = True
    tone: str = ""


WORK_LISTS: Final[Mapping[str, WorkList]] = {
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

FIRST: Final = "open"
MOST: Final = 999
"""Where counting ends: beyond, the number says no more to anybody."""


@dataclass(frozen=True)
class Tab:
    """A work list as the page offers it; ``count`` is ``None`` where it is not counted."""

    word: str
    name: str
    count: str | None
    tone: str
    chosen: bool


def tabs(cases: QuerySet[Case], user: Whose, chosen: str) -> list[Tab]:
    """Every work list with its number within ``cases``."""
    return [
        Tab(
            word,
            str(one.name),
            _count(cases.filter(one.of(user))) if one.counted else None,
            one.tone,
            word == chosen,
        )
        for word, one in WORK_LISTS.items()
    ]


def _count(cases: QuerySet[Case]) -> str:
    found = cases.order_by().values("pk")[: MOST + 1].count()
    return f"{MOST}+" if found > MOST else str(found)
