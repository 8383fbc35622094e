"""Addresses of the console that nobody meant: pages all the same, or words that there is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from hub.accounts.models import Role

UNMEANT = ("x", "-1", "9" * 40, "2026-99-99 99:99", "2026-11-22 19:48")


@pytest.fixture
def forms(console: Callable[..., Client]) -> dict[str, tuple[Client, list[str]]]:
    """By address the forms of new rows: somebody who may open one, and the names of its fields."""
    found: dict[str, tuple[Client, list[str]]] = {}
    for role in Role.values:
        client = console(role)
        client.get("/console/")
        for model in admin.site._registry:
            address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
            answer = client.get(address) if address not in found else None
            if answer is not None and answer.status_code == 200:
                found[address] = client, list(answer.context["adminform"].form.fields)
    return found


def test_a_form_opens_whatever_its_address_says(forms: dict[str, tuple[Client, list[str]]]) -> None:
    assert len(forms) > 10
    for address, (client, fields) in forms.items():
        for words in UNMEANT:
            assert client.get(address, dict.fromkeys(fields, words)).status_code == 200, (address, words)


def test_what_the_address_says_of_a_time_stands_in_the_form(console: Callable[..., Client]) -> None:
    client = console("administrator")
    page = client.get("/console/alerts/alertsilence/add/", {"until": "2030-01-31 19:48"}).content.decode()
    assert 'value="2030/01/31"' in page
    assert 'value="19:48' in page


@pytest.mark.parametrize(
    "address",
    [
        "/console/kiosks/kiosk/?q=%00",
        "/console/alerts/alertsilence/add/?kiosk=%00",
        "/console/kiosks/kiosk/matrix/?rows=kiosks&at=%00x",
        "/console/kiosks/kiosk/day/?at=%00",
        "/console/kiosks/kiosk/%00/change/",
        "/console/login/?next=%00",
    ],
)
def test_a_character_that_cannot_be_stored_is_not_found(console: Callable[..., Client], address: str) -> None:
    answer = console("administrator").get(address)
    assert answer.status_code == 404
    assert "没有这个页面" in answer.content.decode()
