"""Making an account."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from hub.accounts.models import Account, Organisation, root_organisation


class AccountRefused(Exception):
    """The account cannot be made; the message says why in words."""


@transaction.atomic
def make_account(username: str, password: str, role: str, organisation: str = "") -> Account:
    """A user with a role below an organisation (by its name; else the root). Raises ``AccountRefused``."""
    if User.objects.filter(username=username).exists():
        raise AccountRefused(f"there is a user {username} already")
    try:
        validate_password(password, User(username=username))
    except ValidationError as error:
        raise AccountRefused(" ".join(error.messages)) from None
    user = User.objects.create_user(username, password=password, is_staff=True)
    return Account.objects.create(user=user, role=role, organisation=_place(organisation))


def _place(name: str) -> Organisation:
    if not name:
        return Organisation.objects.get(pk=root_organisation())
    found = list(Organisation.objects.filter(name=name)[:2])
    if len(found) != 1:
        raise AccountRefused(f"there is {'more than one' if found else 'no'} organisation {name}")
    return found[0]
