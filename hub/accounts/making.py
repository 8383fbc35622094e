"""Making an account on the command line; in the console see ``hub.accounts.managing``."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from hub.accounts.managing import one_time_password
from hub.accounts.models import Account, Organisation, root_organisation
from hub.audit.trail import record


class AccountRefused(Exception):
    """The account cannot be made; the message says why in words."""


@transaction.atomic
def make_account(
    username: str, password: str | None, role: str, organisation: str = ""
) -> tuple[Account, str | None]:
    """A user with a role below an organisation (by its name; else the root).

    Without ``password`` it gets one for the first login, which is returned. Raises ``AccountRefused``.
    """
    if User.objects.filter(username__iexact=username).exists():
        raise AccountRefused(f"there is a user {username} already")
    told = one_time_password() if password is None else None
    try:
        User.username_validator(username)
        if password is not None:
            validate_password(password, User(username=username))
    except ValidationError as error:
        raise AccountRefused(" ".join(error.messages)) from None
    user = User.objects.create_user(username, password=password or told, is_staff=True)
    account = Account.objects.create(
        user=user, role=role, organisation=_place(organisation), must_change_password=told is not None
    )
    record("command line", "account.added", account, name=username, role=role, place=account.organisation_id)
    return account, told


def _place(name: str) -> Organisation:
    if not name:
        return Organisation.objects.get(pk=root_organisation())
    found = list(Organisation.objects.filter(name=name)[:2])
    if len(found) != 1:
        raise AccountRefused(f"there is {'more than one' if found else 'no'} organisation {name}")
    return found[0]
