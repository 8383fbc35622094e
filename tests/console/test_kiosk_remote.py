"""The console's pages for codes, commands, desired settings and channels."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from hub.audit.models import Entry
from hub.channels.models import Channel
from hub.kiosks.desired import DesiredSetting
from hub.kiosks.models import EnrolmentCode, Kiosk, KioskCommand
from tests.console.conftest import Organisations

Console = Callable[..., Client]


def add(client: Client, what: str, **fields: Any) -> Any:
    return client.post(f"/console/{what}/add/", fields)


def test_a_code_is_shown_once_with_its_qr(
    console: Console, kiosk: Kiosk, organisations: Organisations
) -> None:
    client = console("administrator")
    shown = add(
        client,
        "kiosks/enrolmentcode",
        organisation=organisations.west.pk,
        renews=kiosk.pk,
        hub_address="https://hub.example",
    )
    page = shown.content.decode()
    [code] = re.findall(r'id="code"[^>]*>([0-9A-Z-]{14})<', page)
    assert "<svg" in page
    assert shown.headers["Cache-Control"] == "no-store"
    [made] = EnrolmentCode.objects.all()
    assert (made.renews, made.organisation) == (kiosk, kiosk.organisation)
    listing = client.get("/console/kiosks/enrolmentcode/").content.decode()
    assert code not in listing
    assert Entry.objects.filter(action="enrolment-code.made").count() == 1


def test_a_command_needs_a_reason_and_the_right(console: Console, kiosk: Kiosk) -> None:
    wanted = {"kiosk": kiosk.pk, "type": "test-device", "minutes": 30}
    technician = console("technician")
    add(technician, "kiosks/kioskcommand", **wanted, device="receipt-printer")
    add(technician, "kiosks/kioskcommand", **wanted, reason="无纸")
    assert not KioskCommand.objects.exists(), "without a reason, without a device"
    answer = add(technician, "kiosks/kioskcommand", **wanted, reason="出纸不清", device="receipt-printer")
    assert answer.status_code == 302
    [command] = KioskCommand.objects.all()
    assert (command.type, command.reason, command.action["device"]) == (
        "test-device",
        "出纸不清",
        "receipt-printer",
    )
    assert "出纸不清" in technician.get(f"/console/kiosks/kioskcommand/{command.pk}/change/").content.decode()
    for role in ("clerk", "auditor", "publisher"):
        assert add(console(role), "kiosks/kioskcommand", **wanted, reason="x", device="x").status_code == 403


def test_nobody_commands_a_kiosk_outside_of_their_place(
    console: Console, kiosk: Kiosk, organisations: Organisations
) -> None:
    west = console("technician", organisations.west)
    add(west, "kiosks/kioskcommand", kiosk=kiosk.pk, type="restart", reason="x", minutes=5)
    assert not KioskCommand.objects.exists()


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("kiosk.keeper_phone", "0531-5550199", "0531-5550199"),
        ("visit.reading", "200", 200),
        ("panel.reduced_motion", "true", True),
        ("visit.warning", "5", None),
        ("visit.reading", "long", None),
        ("panel.theme", "pink", None),
    ],
)
def test_a_setting_is_wanted_as_people_write_it_or_refused(
    console: Console, organisations: Organisations, name: str, value: str, kept: Any
) -> None:
    client = console("administrator")
    answer = add(client, "kiosks/desiredsetting", name=name, value=value, organisation=organisations.city.pk)
    assert (answer.status_code == 302) is (kept is not None)
    assert [wish.value for wish in DesiredSetting.objects.all()] == ([] if kept is None else [kept])
    assert client.get("/console/kiosks/desiredsetting/").status_code == 200


def test_a_channel_gets_a_token_that_is_shown_once(console: Console) -> None:
    client = console("administrator")
    shown = client.post(
        "/console/channels/channel/add/",
        {"name": "网站", "kind": "web", "origins": "https://www.example", "a_minute": 2},
        follow=True,
    ).content.decode()
    [token] = re.findall(r"ydc_[\w-]{43}", shown)
    assert token not in client.get("/console/channels/channel/").content.decode()

    def ask(**headers: str) -> Any:
        return Client().get("/api/v1/public/guides", headers=headers)

    assert ask().status_code == 401
    assert ask(Authorization="Bearer ydc_wrong").status_code == 401
    first = ask(Authorization=f"Bearer {token}", Origin="https://www.example")
    assert (first.status_code, first.headers["Access-Control-Allow-Origin"]) == (200, "https://www.example")
    tag = first.headers["ETag"]
    again = ask(Authorization=f"Bearer {token}", **{"If-None-Match": tag}, Origin="https://evil.example")
    assert again.status_code == 304
    assert "Access-Control-Allow-Origin" not in again.headers
    busy = ask(Authorization=f"Bearer {token}")
    assert busy.status_code == 429
    assert int(busy.headers["Retry-After"]) >= 1
    channel = f"/console/channels/channel/{Channel.objects.get().pk}"
    assert f'action="{channel}/make-token/"' in client.get(f"{channel}/change/").content.decode()
    assert client.get(f"{channel}/make-token/").status_code == 405, "a link alone changes nothing"
    [another] = re.findall(
        r"ydc_[\w-]{43}", client.post(f"{channel}/make-token/", follow=True).content.decode()
    )
    assert ask(Authorization=f"Bearer {token}").status_code == 401
    assert ask(Authorization=f"Bearer {another}").status_code in {200, 429}
    Channel.objects.update(revoked=True)
    assert ask(Authorization=f"Bearer {another}").status_code == 401
