"""What the hub asks of a kiosk: signed, for it, in time, once, when nobody is served; settings from afar."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.settings import Site, load_site
from kiosk.remote_commands import CommandFailed, RemoteCommands, done
from kiosk.service import Service
from kiosk.settings_in_force import SettingsInForce
from kiosk.wire import (
    REMOTE_SETTINGS,
    Bilingual,
    Close,
    Command,
    CommandAction,
    CommandReport,
    DesiredSettings,
    Open,
    SignedCommand,
    publisher_text,
)

HUB = Ed25519PrivateKey.generate()
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)


def command(
    *,
    key: Ed25519PrivateKey = HUB,
    kiosk: str = "K1",
    valid: timedelta = timedelta(hours=1),
    action: CommandAction | None = None,
) -> SignedCommand:
    return SignedCommand.signed(
        key,
        Command(
            id=uuid4(),
            kiosk_id=kiosk,
            action=action or Open(),
            reason="测试",
            issued_by="a test",
            issued_at=NOW,
            expires_at=NOW + valid,
        ),
    )


class Machine:
    """A kiosk reduced to what carries out commands; its clock stands where the test puts it."""

    def __init__(self, folder: Path) -> None:
        self.now = NOW
        self.carried_out: list[Command] = []
        self.service = Service(folder)
        self.commands = RemoteCommands(
            folder, self.service, {"open": self._act, "close": self._fail}, lambda: self.now
        )

    def told(self, *signed: SignedCommand) -> None:
        self.commands.take(signed, (publisher_text(HUB),), "K1")

    async def works(self, until: Callable[[], bool]) -> None:
        task = asyncio.create_task(self.commands.work())
        async with asyncio.timeout(5):
            while not until():
                await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def outcomes(self) -> list[tuple[str, str]]:
        return [(one.outcome, one.detail) for one in self.commands.untold().values()]

    async def _act(self, one: Command) -> CommandReport:
        self.carried_out.append(one)
        return done()

    async def _fail(self, _: Command) -> CommandReport:
        raise CommandFailed("paper-out")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


async def test_a_command_is_carried_out_once_however_often_it_is_told(
    machine: Machine, tmp_path: Path
) -> None:
    wanted = command()
    machine.told(wanted)
    machine.told(wanted)
    await machine.works(lambda: bool(machine.outcomes()))
    machine.told(wanted)
    assert len(machine.carried_out) == 1
    assert machine.outcomes() == [("done", "")]
    # Not even by a kiosk that was started again before the hub heard of it.
    again = Machine(tmp_path)
    again.told(wanted)
    assert again.outcomes() == [("done", "")]
    again.commands.told(wanted.id)
    assert again.outcomes() == []


async def test_what_does_not_work_is_told_with_its_reason(machine: Machine) -> None:
    machine.told(command(action=Close()))
    await machine.works(lambda: bool(machine.outcomes()))
    assert machine.outcomes() == [("failed", "paper-out")]


def test_only_our_hub_commands_only_us_and_only_in_time(machine: Machine) -> None:
    altered = command()
    content = altered.content.replace(b"K1", b"K2")
    machine.told(
        command(key=Ed25519PrivateKey.generate()),
        altered.model_copy(update={"content": content}),
        altered.model_copy(update={"id": uuid4()}),
        command(kiosk="K2"),
        command(valid=-timedelta(seconds=1)),
    )
    assert [outcome for outcome, _ in machine.outcomes()] == ["refused"] * 4 + ["expired"]
    assert machine.carried_out == []


def test_a_command_of_a_newer_hub_is_refused_and_the_hub_is_told(machine: Machine) -> None:
    known = Command.model_validate_json(command().content)
    content = known.model_dump_json().replace('"open"', '"brew-tea"').encode()
    signature = HUB.sign(b"yedeng command 1\n" + content)
    machine.told(SignedCommand.model_construct(id=known.id, content=content, signature=signature))
    [(outcome, detail)] = machine.outcomes()
    assert outcome == "refused"
    assert "does not know" in detail


async def test_nobody_is_disturbed(machine: Machine) -> None:
    with machine.service.visit():
        machine.told(command(), command(valid=timedelta(seconds=0.01)))
        task = asyncio.create_task(machine.commands.work())
        for _ in range(50):
            await asyncio.sleep(0)
        assert machine.carried_out == []
    async with asyncio.timeout(5):
        while len(machine.outcomes()) < 2:
            await asyncio.sleep(0)
    task.cancel()
    assert len(machine.carried_out) == 2, "by the hub's clock, which stood still, neither was late"


async def test_one_whose_time_passes_while_somebody_is_served_expires(machine: Machine) -> None:
    with machine.service.visit():
        machine.told(command(valid=timedelta(milliseconds=5)))
        await machine.works(lambda: bool(machine.outcomes()))
    assert [outcome for outcome, _ in machine.outcomes()] == ["expired"]
    assert machine.carried_out == []


def test_what_was_under_way_when_the_software_ended_is_said_so(machine: Machine, tmp_path: Path) -> None:
    machine.told(command())
    assert [outcome for outcome, _ in Machine(tmp_path).outcomes()] == ["failed"]


def test_a_closed_kiosk_stays_closed_over_a_restart(tmp_path: Path) -> None:
    Service(tmp_path).close(Close(notice=Bilingual(zh="正在装修")))
    again = Service(tmp_path)
    assert again.interrupted
    assert again.closed is not None
    assert again.closed.notice == Bilingual(zh="正在装修")
    again.open()
    assert not Service(tmp_path).interrupted


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "site.toml").write_text(
        '[kiosk]\nkeeper = "小周师傅"\nhelpline = "12345"\n', encoding="utf-8"
    )
    loaded = load_site(tmp_path / "site.toml")
    loaded.data.mkdir()
    return loaded


def test_settings_from_afar_come_into_force_between_visits_and_outlive_a_restart(site: Site) -> None:
    settings = SettingsInForce(site)
    seen: list[str] = []
    settings.listeners.append(lambda now: seen.append(now.kiosk.keeper_phone))
    settings.take(DesiredSettings.of({"kiosk.keeper_phone": "0531-5550199", "visit.reading": 200}))
    assert settings.site.kiosk.keeper_phone == "", "not in the middle of a visit"
    assert settings.apply()
    assert seen == ["0531-5550199"]
    again = SettingsInForce(site).site
    assert (again.kiosk.keeper, again.kiosk.keeper_phone, again.visit.reading) == (
        "小周师傅",
        "0531-5550199",
        200.0,
    )
    settings.take(DesiredSettings.of({}))
    settings.apply()
    assert settings.site == site, "what nobody wants any more is as the site file says"


def test_what_a_kiosk_cannot_take_it_refuses_with_the_reason_and_takes_the_rest(site: Site) -> None:
    settings = SettingsInForce(site)
    wanted = DesiredSettings.of(
        {
            "visit.warning": 5,
            "hub.url": "https://elsewhere.example",
            "panel.theme": "pink",
            "kiosk.helpline": "110",
        }
    )
    settings.take(wanted)
    settings.apply()
    report = settings.report()
    assert report.version == wanted.version
    assert {one.name for one in report.refused} == {"visit.warning", "hub.url", "panel.theme"}
    assert all(one.reason for one in report.refused)
    assert report.in_force["kiosk.helpline"] == "110"
    assert settings.site.hub.url == ""


def test_what_waits_for_the_next_start_is_said_so(site: Site) -> None:
    settings = SettingsInForce(site)
    settings.take(DesiredSettings.of({"queue.hold_days": 7}))
    settings.apply()
    report = settings.report()
    assert (report.waiting, report.in_force["queue.hold_days"]) == (("queue.hold_days",), 3.0)
    assert SettingsInForce(site).report().in_force["queue.hold_days"] == 7


def test_damaged_settings_are_as_none(site: Site) -> None:
    (site.data / "desired-settings.json").write_text("{")
    assert SettingsInForce(site).site == site


def test_every_remote_setting_is_one_of_the_site_file_and_its_default_may_be_set(site: Site) -> None:
    for name, adapter in REMOTE_SETTINGS.items():
        table, key = name.split(".")
        default = getattr(getattr(Site(directory=site.directory), table), key)
        if default != "" or name == "kiosk.keeper":
            adapter.validate_python(default, strict=True)
