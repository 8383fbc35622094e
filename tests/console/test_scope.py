"""Who sees what: the tree of organisations, roles that stay apart."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from hub.accounts.models import Organisation
from hub.accounts.roles import PERMISSIONS
from hub.accounts.scope import within
from hub.kiosks.models import Kiosk
from tests.console.conftest import Organisations


class TestTheTree:
    def test_moving_a_place_moves_all_below_it(self, organisations: Organisations) -> None:
        organisations.east.parent = organisations.west
        organisations.east.save()
        below = within(Organisation.objects.all(), _someone(organisations.west), "")
        assert {one.name for one in below} == {"西区", "东区", "东街支行"}

    def test_no_place_belongs_to_itself(self, organisations: Organisations) -> None:
        organisations.east.parent = organisations.branch
        with pytest.raises(ValueError, match="itself"):
            organisations.east.save()


class TestScope:
    def test_another_district_is_not_there(
        self, console: Callable[..., Client], kiosk: Kiosk, organisations: Organisations
    ) -> None:
        elsewhere = Kiosk.objects.create(
            id="K0000002", public_key=os.urandom(32), organisation=organisations.west
        )
        of_the_east = console("administrator", organisations.east)
        assert of_the_east.get(f"/console/kiosks/kiosk/{kiosk.id}/change/").status_code == 200
        # The console answers as for a number that never was: back to its first page.
        unknown = of_the_east.get("/console/kiosks/kiosk/K9999999/change/")
        other = of_the_east.get(f"/console/kiosks/kiosk/{elsewhere.id}/change/")
        assert (other.status_code, other.headers["Location"]) == (302, unknown.headers["Location"])
        listed = console("administrator", organisations.east).get("/console/kiosks/kiosk/").content.decode()
        assert kiosk.id in listed
        assert elsewhere.id not in listed

    def test_without_an_account_there_is_nothing(self, kiosk: Kiosk) -> None:
        user = User.objects.create_user("nobody", is_staff=True)
        assert not within(Kiosk.objects.all(), user).exists()
        assert not user.has_perm("kiosks.view_kiosk")


def test_no_role_may_both_decide_and_keep_the_record() -> None:
    for role, permissions in PERMISSIONS.items():
        apps = {one.partition(".")[0] for one in permissions}
        assert not ("cases" in apps and "audit" in apps), role
        assert not ("accounts.add_account" in permissions and "cases" in apps), role


def _someone(organisation: Organisation) -> User:
    from hub.accounts.models import Account

    user = User.objects.create_user(f"of {organisation.name}")
    Account.objects.create(user=user, role="administrator", organisation=organisation)
    return user
