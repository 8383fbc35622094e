"""Every link that the console shows to somebody leads somewhere, for everybody who works with it."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.contrib import admin
from django.test import Client

from hub.accounts.models import Role
from hub.audit.models import Entry
from tests.console.conftest import Organisations
from tests.console.specimens import place, specimen

_LINK = re.compile(r'<a\s[^>]*?href="([^"#]+)')
_NUMBER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|K[0-9A-Z]{7}|\d+")


def shape(address: str) -> tuple[str, frozenset[str]]:
    """What two addresses have in common that differ in the row that they show, and in the words they pass."""
    parts = urlsplit(address)
    names = frozenset(name for name, _ in parse_qsl(parts.query, keep_blank_values=True))
    return _NUMBER.sub("#", parts.path), names


@pytest.mark.skipif("DATABASE_URL" in os.environ, reason="links do not hang on the database")
def test_every_link_leads_somewhere(organisations: Organisations, console: Callable[..., Client]) -> None:
    console("auditor").get("/console/")
    here = place(organisations.branch)
    for model in admin.site._registry:
        specimen(model, here)
    broken = []
    narrowed: set[object] = set()  # lists narrowed down are looked at by the first who is offered it
    for role in Role.values:
        client, todo = console(role), ["/console/"]
        client.raise_request_exception = False
        seen: set[object] = set()
        while todo:
            address = todo.pop()
            path, names = shape(address)
            looked_at = narrowed if names else seen
            narrowed_twice = len(names) > 1 and not path.endswith("/add/")
            if (path, names) in looked_at or narrowed_twice or not path.startswith("/console/"):
                continue
            looked_at.add((path, names))
            answer = client.get(address, follow=True)
            if answer.status_code != 200:
                broken.append(f"{role}: {answer.status_code} {address}")
            elif "html" in answer.headers["Content-Type"]:
                links = _LINK.findall(answer.content.decode())
                todo += [urljoin(address, html.unescape(one)) for one in links]
    assert len(narrowed) > 80
    assert not broken, "\n".join(broken)
    done = {one.rpartition(".")[2] for one in Entry.objects.values_list("action", flat=True)}
    assert done - {"done", "viewed", "exported", "ledger_exported"} == set(), "a link alone changes nothing"
