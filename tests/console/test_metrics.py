"""Health, readiness and metrics: what a machine reads of the hub."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import OperationalError
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from hub.alerts.choices import Severity, State, SymptomKey
from hub.alerts.models import Alert
from hub.data_keys import DataKeyError
from hub.kiosks.models import Kiosk
from hub.monitoring import health
from hub.monitoring.exposition import token
from hub.monitoring.processes import VARIABLE, share_figures
from tests.console.conftest import Organisations


def scrape(client: Client) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {token()}"})
    assert answer.status_code == 200
    return {
        (sample.name, *(f"{k}={v}" for k, v in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_only_who_has_the_token_sees_figures(client: Client) -> None:
    for given in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {token()}"}):
        answer = client.get("/metrics", headers=given)
        assert (answer.status_code, answer.content) == (401, b"")
    file = settings.DATA.folder / "metrics.token"
    assert file.stat().st_mode & 0o777 == 0o600


def test_figures_of_the_fleet_and_the_alerts(
    client: Client, kiosk: Kiosk, organisations: Organisations
) -> None:
    now = timezone.now()
    queue = {"pending": 3, "held": 1, "oldest_seconds": 90.5}
    Kiosk.objects.update(last_seen=now, status={"queue": queue})
    Kiosk.objects.create(id="K2", public_key=b"2" * 32, last_seen=now - timedelta(days=3))
    Alert.objects.create(
        symptom=SymptomKey.DISK_LOW,
        group="-",
        organisation=organisations.city,
        severity=Severity.CRITICAL,
        state=State.FIRING,
        since=now,
        seen_at=now,
    )
    found = scrape(client)
    assert found["yedeng_hub_kiosks", "state=online"] == 1
    assert found["yedeng_hub_kiosks", "state=offline"] == 1
    assert found["yedeng_hub_queue_items",] == 3
    assert found["yedeng_hub_queue_oldest_seconds",] == 90.5
    assert found["yedeng_hub_alerts_firing", "severity=critical"] == 1
    assert found["yedeng_hub_cases_carded", "card=red"] == 0
    assert 0 < found["yedeng_hub_disk_free_ratio",] < 1


def test_requests_are_measured_by_their_route_and_not_their_address(client: Client) -> None:
    name = "yedeng_hub_request_duration_seconds_count"
    client.get("/no/such/11010519491231002X")
    client.get("/api/v1/cases/by-code/11010519491231002X")
    client.generic("INVENTED", "/healthz")
    found = scrape(client)
    assert found[name, "method=GET", "route=none", "status=4xx"] >= 1
    assert found[name, "method=other", "route=healthz", "status=2xx"] >= 1
    assert not [key for key in found if "11010519491231002X" in "".join(key)]
    assert any("route=api/v1/cases/by-code/" in "".join(key) for key in found)


def test_the_number_of_labels_does_not_grow_with_what_is_counted(client: Client) -> None:
    before = len(scrape(client))
    for number in range(50):
        client.get(f"/no/{number}")
        Kiosk.objects.create(id=f"K{number}", public_key=str(number).zfill(32).encode())
    assert len(scrape(client)) <= before + 40


def test_several_workers_share_a_folder_that_is_new_at_every_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "")
    share_figures(tmp_path, 1)
    assert not (tmp_path / "metrics").exists()
    (tmp_path / "metrics").mkdir()
    (tmp_path / "metrics" / "counter_1.db").touch()
    share_figures(tmp_path, 2)
    assert list((tmp_path / "metrics").iterdir()) == []


# ------------------------------------------------------------------------------------------- well and ready


def test_the_hub_lives_and_is_ready(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "checks": {"database": "ok", "migrations": "ok", "keys": "ok", "disk": "ok"},
    }


def failing(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("database", OperationalError("password=secret")),
        ("keys", DataKeyError("/somewhere/secret.key")),
        ("disk", OSError("disk")),
    ],
)
def test_what_is_missing_is_named_in_a_word_and_the_process_lives(
    client: Client, monkeypatch: pytest.MonkeyPatch, what: str, error: Exception
) -> None:
    monkeypatch.setitem(health.CHECKS, what, failing(error))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"][what] == "failed"
    assert b"secret" not in answer.content
    assert client.get("/healthz").status_code == 200


def test_a_database_that_is_behind_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: ["one more"])
    assert client.get("/readyz").json()["checks"]["migrations"] == "failed"


def test_a_full_disk_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1000, total=10**9))
    assert client.get("/readyz").json()["checks"]["disk"] == "failed"
