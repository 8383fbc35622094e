"""What a user sees: their own organisation and everything below it."""

from __future__ import annotations

from typing import TypeVar

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Model, Q, QuerySet

from hub.accounts.models import Organisation
from hub.accounts.roles import account_of

M = TypeVar("M", bound=Model)


def within(
    queryset: QuerySet[M], user: User | AnonymousUser, organisation: str = "organisation"
) -> QuerySet[M]:
    """The rows that lie in the user's scope.

    ``organisation`` is the lookup from the model to its place; empty where the row itself is one.
    """
    account = account_of(user)
    if account is None:
        return queryset.none()
    lookup = f"{organisation}__path__startswith" if organisation else "path__startswith"
    return queryset.filter(Q(**{lookup: account.organisation.path}))


def in_scope(user: User | AnonymousUser, organisation: Organisation | None) -> bool:
    """Whether a place lies in the user's scope; what has no place lies in that of the root alone."""
    account = account_of(user)
    if account is None:
        return False
    if organisation is None:
        return account.organisation.parent_id is None
    return organisation.path.startswith(account.organisation.path)
