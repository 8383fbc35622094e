"""Lists of work above a console page: mine, nobody's, red, yellow, and what else a subject names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.contrib import admin
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Whose = User | AnonymousUser

FIRST: Final = "open"
"""The list that is shown where none is asked for."""
MOST: Final = 999
"""Where counting ends: beyond, the number says no more to anybody."""


@dataclass(frozen=True)
class WorkList:
    """Rows with something in common; ``counted``: how many there are is shown beside its name."""

    name: str | Promise
    of: Callable[[Whose], Q]
    counted: bool = True
    tone: str = ""


WorkLists = Mapping[str, WorkList]
"""Lists by the word in the address; ``FIRST`` and ``all`` are among them."""


@dataclass(frozen=True)
class Tab:
    """A work list as the page offers it; ``count`` is ``None`` where it is not counted."""

    word: str
    name: str
    count: str | None
    tone: str
    chosen: bool


def tabs(lists: WorkLists, rows: QuerySet[Any], request: HttpRequest) -> list[Tab]:
    """Every list with its number within ``rows``; the one that the request asks for is chosen."""
    chosen = request.GET.get("list", FIRST)
    return [
        Tab(
            word,
            str(one.name),
            _count(rows.filter(one.of(request.user))) if one.counted else None,
            one.tone,
            word == chosen,
        )
        for word, one in lists.items()
    ]


def _count(rows: QuerySet[Any]) -> str:
    found = rows.order_by().values("pk")[: MOST + 1].count()
    return f"{MOST}+" if found > MOST else str(found)


class WorkListFilter(admin.SimpleListFilter):
    """The work list that the tabs choose; what is searched for is looked for in all."""

    title = _("work list")
    parameter_name = "list"
    lists: ClassVar[WorkLists]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every work list."""
        return [(word, str(one.name)) for word, one in self.lists.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows of the chosen list."""
        word = self.value() or ("all" if request.GET.get("q") else FIRST)
        chosen = self.lists.get(word) or self.lists[FIRST]
        return queryset.filter(chosen.of(request.user))
