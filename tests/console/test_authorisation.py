"""Every address of the hub, for every role, inside and outside of its scope.

The addresses are those that Django resolves, the expectations are those of the table of roles: a new address
that is none of an admin page's usual ones fails here until ``OWN_PAGES`` names the permission that it needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

import hub.urls  # noqa: F401 - reads the console's pages
from hub.accounts.policy import ROLES
from hub.accounts.roles import PERMISSIONS
from hub.cases.models import Copy
from tests.console.conftest import Organisations
from tests.console.specimens import Place, place, specimen

USUAL = {
    "changelist": "view",
    "change": "view",
    "add": "add",
    "delete": "delete",
    "history": "audit.view_entry",
}
"""The verbs of an admin page, and what they need."""

EVERYBODY = frozenset(
    {
        "index",
        "login",
        "logout",
        "jsi18n",
        "search",
        "autocomplete",
        "view_on_site",
        "app_list",
        "second_factor",
        "second_factor_set_up",
        "recovery_codes",
        "my_account",
        "end_other_sessions",
        "password_change",
        "password_change_done",
    }
)
"""Pages of the console for every account: they show what is one's own, or ask for themselves."""

OWN_PAGES: dict[str, str] = {
    "alerts_alert_acknowledge": "alerts.acknowledge_alert",
    "accounts_account_do": "accounts.change_account",
    "cases_case_look": "cases.view_personal",
    "cases_case_document": "cases.view_personal",
    "cases_case_act": "cases.view_case",
    "cases_result_document": "cases.view_personal",
    "catalogue_sourcefile_new": "catalogue.write_sourcefile",
    "catalogue_sourcefile_publish": "catalogue.publish_sourcefile",
    "catalogue_sourcefile_missing": "catalogue.view_sourcefile",
    "catalogue_sourcefile_import": "catalogue.write_sourcefile",
    "catalogue_sourcefile_export": "catalogue.view_sourcefile",
    "catalogue_sourcefile_overview": "catalogue.view_sourcefile",
    "catalogue_sourcefile_edit": "catalogue.write_sourcefile",
    "catalogue_sourcefile_compare": "catalogue.view_sourcefile",
    "catalogue_sourcefile_preview": "catalogue.view_sourcefile",
    "catalogue_sourcefile_file": "catalogue.view_sourcefile",
    "catalogue_sourcefile_restart": "catalogue.write_sourcefile",
    "catalogue_sourcefile_step": "catalogue.write_sourcefile",
    "catalogue_sourcefile_picture": "catalogue.view_sourcefile",
    "catalogue_sourcefile_to_new": "catalogue.write_sourcefile",
    "catalogue_sourcefile_to_publish": "catalogue.publish_sourcefile",
    "catalogue_sourcefile_to_missing": "catalogue.view_sourcefile",
    "catalogue_sourcefile_to_import": "catalogue.write_sourcefile",
    "kiosks_overview": "kiosks.view_kiosk",
    "kiosks_places": "kiosks.view_kiosk",
    "kiosks_matrix": "kiosks.view_kiosk",
    "kiosks_filters": "kiosks.view_kiosk",
    "kiosks_identity": "kiosks.change_kiosk",
    "kiosks_day": "kiosks.view_kiosk",
    "kiosks_ledger": "kiosks.view_kiosk",
    "kiosks_kioskcommand_add": "kiosks.command_kiosk",
    "channels_channel_make_token": "channels.change_channel",
    "complaint_phone": "evaluations.view_phone",
    "complaint_evidence": "evaluations.view_phone",
    "complaint_act": "evaluations.view_complaint",
    "evaluations_figures": "evaluations.view_figures",
}
"""What a page beside the usual ones needs."""

LEADS_ON = frozenset({"catalogue_sourcefile_to_missing", "cases_result_document"})
"""Pages that send who may not see them to a page that is guarded."""

OPEN = frozenset({"healthz", "openapi-json", "api-root", "set_language", "abilities"})
"""Addresses outside of the console that ask nobody who they are."""

OF_ANOTHER_TABLE = {"copy_id": Copy}
FILLED_IN = {"word": "note", "deed": "unlock", "name": "submit", "key": "k", "number": "1"}
REFUSED = {403, 404, 405}


class Address(NamedTuple):
    """A route of the console."""

    route: str
    name: str

    @property
    def model(self) -> type[Model] | None:
        """The table it is about."""
        parts = self.route.split("/")
        try:
            return apps.get_model(parts[1], parts[2])
        except (LookupError, IndexError):
            return None

    @property
    def needs(self) -> str:
        """The permission."""
        if self.name in OWN_PAGES:
            return OWN_PAGES[self.name]
        model, verb = self.model, USUAL[self.name.rpartition("_")[2]]
        assert model is not None
        return verb if "." in verb else f"{model._meta.app_label}.{verb}_{model._meta.model_name}"

    @property
    def table(self) -> type[Model] | None:
        """The table whose row it names."""
        names = re.findall(r"<(?:\w+:)?(\w+)>", self.route)
        if not names or names[0] in FILLED_IN:
            return None
        return OF_ANOTHER_TABLE.get(names[0], self.model)

    def at(self, key: object) -> str:
        """The path with a row's key."""

        def fill(found: re.Match[str]) -> str:
            return FILLED_IN.get(found[1], "" if found[1] == "file_id" else str(key)) or str(_NOBODY)

        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", fill, self.route)


_NOBODY = "00000000-0000-4000-8000-000000000000"


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, str | None]]:
    """Everything that Django resolves: route and name."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from routes(one, before + str(one.pattern))
        elif isinstance(one, URLPattern):
            yield before + str(one.pattern), one.name


def declared() -> list[Address]:
    """The console's addresses of which it is known what they need."""
    usual = [one for one in console_addresses() if one.name.rpartition("_")[2] in USUAL]
    return [*usual, *(one for one in console_addresses() if one.name in OWN_PAGES and one not in usual)]


def console_addresses() -> list[Address]:
    """The console's addresses that are about something."""
    found = [Address(route, name) for route, name in routes() if route.startswith("console/") and name]
    return [one for one in found if one.name not in EVERYBODY]


def test_every_address_is_declared() -> None:
    registered = {
        f"{model._meta.app_label}_{model._meta.model_name}_{verb}"
        for model in admin.site._registry
        for verb in USUAL
    }
    names = {one.name for one in console_addresses()}
    assert names - registered - set(OWN_PAGES) == set()


def test_only_pages_of_our_own_are_in_the_console() -> None:
    """Django's and the libraries' pages about users and devices would go past the security officer's."""
    assert {type(one).__module__.partition(".")[0] for one in admin.site._registry.values()} == {"hub"}


@pytest.fixture
def inside(organisations: Organisations) -> Place:
    return place(organisations.branch)


@pytest.fixture
def outside(organisations: Organisations) -> Place:
    return place(organisations.west)


@pytest.mark.parametrize("part", ["refused", "inside", "outside"])
@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_what_its_row_says_and_only_in_its_scope(
    role: str,
    part: str,
    account: Callable[..., User],
    console: Callable[..., Client],
    organisations: Organisations,
    inside: Place,
    outside: Place,
) -> None:
    client, key = console(account(role, organisations.east)), cache(_key)
    where, seen = (outside, False) if part == "outside" else (inside, True)
    wrong: list[str] = []
    for address in (one for one in declared() if _belongs_to(part, one, role)):
        path = address.at(key(address.table, where))
        statuses = [client.get(path).status_code]
        if part != "inside" and not address.name.endswith(("_changelist", "_history")):
            statuses.append(client.post(path, {"post": "yes"}).status_code)
        wrong += [
            f"{path} ({address.name}): {status}"
            for status in statuses
            if not _fits(status, may=part != "refused", seen=seen)
            and (status != 302 or address.name not in LEADS_ON)
        ]
    assert wrong == []


def _belongs_to(part: str, address: Address, role: str) -> bool:
    """Who may not is refused anywhere; that a page comes for who may is looked at for one role.

    The forms that add and remove are their owners' to test: they are the dearest pages.
    """
    may = address.needs in PERMISSIONS[role]
    if part == "refused" or not may:
        return part == "refused" and not may
    if part == "outside":
        return address.table is not None and _is_scoped(address)
    dear = address.name.endswith(("_add", "_delete"))
    return not dear and role == next(one for one in ROLES if address.needs in PERMISSIONS[one])


def _fits(status: int, *, may: bool, seen: bool) -> bool:
    if not may:
        return status in REFUSED
    # Django's own pages lead who asks for what is not there back to the first page.
    return status < 500 and (seen or status in {*REFUSED, 302})


def _key(table: type[Model] | None, where: Place) -> object:
    return specimen(table, where).pk if table is not None else _NOBODY


def _is_scoped(address: Address) -> bool:
    page: Any = admin.site._registry.get(address.model) if address.model else None
    return page is not None and getattr(page, "scope", None) is not None


def test_nobody_gets_in_without_a_login_or_a_second_factor(
    account: Callable[..., User], inside: Place
) -> None:
    half = Client()
    half.force_login(account("administrator"))
    nobody, key = Client(), cache(_key)
    for address in console_addresses():
        path = address.at(key(address.table, inside))
        for client, to in ((nobody, "/console/login/"), (half, "/console/second-factor/set-up/")):
            answer = client.get(path) if client is nobody else client.post(path)
            assert answer.status_code == 302, path
            assert answer.headers["Location"].startswith(to), path


def test_the_api_answers_nobody_whom_it_does_not_know() -> None:
    client = Client()
    paths = {
        "/" + re.sub(r"<(?:\w+:)?\w+>", _NOBODY, route): name
        for route, name in routes()
        if not route.startswith("console/") and name not in OPEN and name is not None
    }
    wrong = []
    for path in paths:
        for method in ("get", "post", "put", "patch", "delete", "head"):
            answer = getattr(client, method)(path, content_type="application/json")
            if answer.status_code not in {401, 403, 405, 422}:
                wrong.append(f"{method} {path}: {answer.status_code}")
    assert wrong == []
