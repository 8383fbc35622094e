"""A hundred hostile texts in every field of words: as text on the console's pages, in tables, on paper."""

from __future__ import annotations

import csv
import io
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client

import hub.urls  # noqa: F401 - reads the console's pages
from hub.accounts.policy import ROLES
from hub.accounts.roles import PERMISSIONS
from hub.seals.certificate import draw_certificate
from hub.tables import table_cell
from kiosk.wire import ResultCopy
from tests.console.conftest import Organisations
from tests.console.payloads import PAYLOADS
from tests.console.specimens import Place, place, specimen

_STRIDE = 7
"""Tables share the console's templates: of most, every seventh text is shown, in every field at once."""
ON_A_PAGE = [text.replace("\x00", "") for text in PAYLOADS if len(text) < 1000]


LEADING = frozenset({"href", "src", "data", "action", "formaction", "xlink:href", "srcdoc"})


class Seen(HTMLParser):
    """What a browser would make of a page: elements and attributes that only a payload brings."""

    def __init__(self) -> None:
        super().__init__()
        self.hostile: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            words = value or ""
            runs = re.match(r"\s*(javascript:|data:text/html)", words, re.IGNORECASE) and name in LEADING
            moves = "alert(" in words and (name.startswith(("x-", ":", "@", "hx-")) or name == "style")
            leaves = name in LEADING and "evil.example" in urlsplit(words).netloc
            if name.startswith("on") or runs or moves or leaves:
                self.hostile.append(f"<{tag} {name}={words}>")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script" and "alert(" in data:
            self.hostile.append(f"<script>{data}")


def hostile_in(page: str) -> list[str]:
    seen = Seen()
    seen.feed(page)
    return seen.hostile


def test_there_are_a_hundred() -> None:
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 100


def registered() -> list[type[Model]]:
    return [model for model in admin.site._registry if _reader(model) is not None]


def _reader(model: type[Model]) -> str | None:
    needed = f"{model._meta.app_label}.view_{model._meta.model_name}"
    return next((role for role in ROLES if needed in PERMISSIONS[role]), None)


@pytest.fixture
def here(organisations: Organisations) -> Place:
    return place(organisations.branch)


@pytest.mark.parametrize("model", registered(), ids=lambda model: model._meta.label_lower)
def test_on_the_pages_and_in_the_tables_of(
    model: type[Model], account: Callable[..., User], console: Callable[..., Client], here: Place
) -> None:
    texts = ON_A_PAGE if _cheap(model) else ON_A_PAGE[::_STRIDE]
    rows = [_with(model, here, text) for text in texts]
    client = console(account(str(_reader(model))))
    base = f"/console/{model._meta.app_label}/{model._meta.model_name}/"
    page = client.get(base, {"all": ""})
    assert page.status_code in {200, 302}
    assert hostile_in(page.content.decode()) == []
    for row in rows[:: max(1, len(rows) // 4)]:
        one = client.get(f"{base}{row.pk}/change/")
        assert one.status_code in {200, 403}  # some are lists alone
        assert hostile_in(one.content.decode()) == []
    chosen = {"action": "export_rows", "_selected_action": [row.pk for row in rows]}
    table = client.post(base, chosen)
    if table.streaming:
        _is_safe(b"".join(table).decode())


def _cheap(model: type[Model]) -> bool:
    return model._meta.app_label in {"accounts", "audit", "kiosks"}


def _with(model: type[Model], here: Place, text: str) -> Any:
    if model._meta.label in {"kiosks.Kiosk", "accounts.Organisation"}:
        fresh = place(here.organisation).kiosk if model._meta.label == "kiosks.Kiosk" else None
        if fresh is None:
            return model._default_manager.create(name=text[:120], parent=here.organisation)
        model._default_manager.filter(pk=fresh.pk).update(place=text[:120], software=text[:64])
        return fresh
    return specimen(model, here, text)


def _is_safe(table: str) -> None:
    for row in csv.reader(io.StringIO(table.removeprefix("\ufeff"), newline="")):
        for cell in row:
            assert not cell.lstrip(" \u3000\u00a0").startswith(("=", "+", "-", "@", "\t", "\r", "＝")), cell


@pytest.mark.parametrize("text", PAYLOADS, ids=range(len(PAYLOADS)))
def test_a_cell_is_what_was_said_or_marked_as_text(text: str) -> None:
    assert table_cell(text).removeprefix("'") == text.removeprefix("'")
    assert not table_cell(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))


@pytest.mark.parametrize("text", PAYLOADS[::10], ids=range(0, len(PAYLOADS), 10))
def test_typed_into_the_login_it_is_refused_in_words(text: str) -> None:
    answer = Client().post("/console/login/", {"username": text, "password": text})
    assert answer.status_code in {200, 429}
    assert hostile_in(answer.content.decode()) == []


def test_on_paper_it_is_ink(tmp_path: Path) -> None:
    words = {"zh": "证明", "en": "certificate"}
    lines = [{"label": {"zh": f"{at}", "en": f"{at}"}, "value": text} for at, text in enumerate(PAYLOADS)]
    copy = ResultCopy.model_validate(
        {
            "copy_id": uuid4(),
            "result_id": uuid4(),
            "copy_no": 1,
            "case_no": "3701-2026-000001",
            "title": words,
            "lines": lines,
            "body": {"zh": PAYLOADS[0], "en": PAYLOADS[0]},
            "authority": words,
            "issued_at": datetime(2026, 1, 1, tzinfo=UTC),
            "verification_code": "7K3M9QX2",
        }
    )
    pdf, pages, _box = draw_certificate(copy, demonstration=True)
    assert not re.search(rb"/(JavaScript|JS|URI|Launch|AA|EmbeddedFile|GoToR|SubmitForm)\b", pdf)
    (tmp_path / "read.pdf").write_bytes(pdf)
    read = subprocess.run(["pdftotext", "-raw", tmp_path / "read.pdf", "-"], capture_output=True, check=True)
    inked = "".join(read.stdout.decode().split())
    plain = [text for text in PAYLOADS if text.isascii() and text.isprintable() and len(text) < 70]
    assert len(plain) > 60
    broken = [text for text in plain if "".join(text.split()) not in inked]
    assert len(broken) < pages, "at most one goes over from each page to the next"
