"""The work lists of complaints: open, mine, nobody's, yellow, red, by where they came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.evaluations import deadlines
from hub.evaluations.models import Complaint

Whose = User | AnonymousUser
_OPEN: Final = ~Q(state=Complaint.State.CLOSED)
Kind = Complaint.Kind


@dataclass(frozen=True)
class WorkList:
    """A list of complaints with something in common; ``counted``: their number stands beside its name."""

    name: str | Promise
    of: Callable[[Whose], Q]
    counted: bool = True
    tone: str = ""


WORK_LISTS: Final[Mapping[str, WorkList]] = {
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


def tabs(complaints: QuerySet[Complaint], user: Whose, chosen: str) -> list[Tab]:
    """Every work list with its number within ``complaints``."""
    return [
        Tab(
            word,
            str(one.name),
            _count(complaints.filter(one.of(user))) if one.counted else None,
            one.tone,
            word == chosen,
        )
        for word, one in WORK_LISTS.items()
    ]


def _count(complaints: QuerySet[Complaint]) -> str:
    found = complaints.order_by().values("pk")[: MOST + 1].count()
    return f"{MOST}+" if found > MOST else str(found)
