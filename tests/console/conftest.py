"""The hub from inside: accounts, places, a logged-in console. Run on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from typing import NamedTuple

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from hub.accounts.models import Account, Organisation, root_organisation
from hub.kiosks.models import Kiosk

PASSWORD = "a long enough password 7"


class Organisations(NamedTuple):
    """A small tree: a city, two of its districts, a branch in the first."""

    city: Organisation
    east: Organisation
    west: Organisation
    branch: Organisation


@pytest.fixture(autouse=True)
def everything_uses_the_database(db: None) -> None:
    """Every test here is in a transaction of its own."""


@pytest.fixture
def organisations() -> Organisations:
    city = Organisation.objects.get(pk=root_organisation())
    east = Organisation.objects.create(name="东区", kind="district", parent=city)
    west = Organisation.objects.create(name="西区", kind="district", parent=city)
    return Organisations(
        city, east, west, Organisation.objects.create(name="东街支行", kind="branch", parent=east)
    )


@pytest.fixture
def account() -> Callable[..., User]:
    """``account(role, organisation=None)``: a user with that role, who sees everything without a place."""
    numbers = count(1)

    def make(role: str, organisation: Organisation | None = None) -> User:
        user = User.objects.create_user(f"{role}-{next(numbers)}", password=PASSWORD, is_staff=True)
        place = organisation or Organisation.objects.get(pk=root_organisation())
        Account.objects.create(user=user, role=role, organisation=place)
        return user

    return make


@pytest.fixture
def console(account: Callable[..., User]) -> Callable[..., Client]:
    """``console(role, organisation=None)``: the console after both factors; also for a user."""

    def log_in(who: str | User, organisation: Organisation | None = None) -> Client:
        client, user = Client(), who if isinstance(who, User) else account(who, organisation)
        client.force_login(user)
        device, _made = TOTPDevice.objects.get_or_create(user=user, name="authenticator")
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
        return client

    return log_in


@pytest.fixture
def kiosk(organisations: Organisations) -> Kiosk:
    """A kiosk in the branch."""
    return Kiosk.objects.create(
        id="K0000001", public_key=os.urandom(32), place="东街支行大厅", organisation=organisations.branch
    )
