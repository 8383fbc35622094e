"""The console's menu says where one is: one entry is marked, the nearest."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

FLEET = "/console/kiosks/kiosk/"


@pytest.mark.parametrize(
    ("page", "entry"),
    [
        (FLEET, FLEET),
        (f"{FLEET}places/", FLEET),  # a page below an entry, with none of its own
        (f"{FLEET}matrix/", f"{FLEET}matrix/"),  # an entry below another one
        (f"{FLEET}overview/", f"{FLEET}overview/"),
        ("/console/cases/case/?state=open", "/console/cases/case/"),
    ],
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_nearest_entry_alone_is_marked(
    console: Callable[..., Client], page: str, entry: str, language: str
) -> None:
    client = console("administrator")
    client.cookies["django_language"] = language
    shown = client.get(page, follow=True).content.decode()
    assert re.findall(r'<a href="([^"]+)" class="[^"]* active"', shown) == [entry]
