"""Which drivers the conformance suite is run for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.simulators.faults import Fault
from tests.conformance.rigs import RIGS, Rig, load_rig


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test for every driver or the one of ``--driver``; a test of faults for each that it knows."""
    rigs = [load_rig(place) for place in _places(metafunc.config)]
    if "fault" in metafunc.fixturenames:
        cases = [(rig, fault) for rig in rigs for fault in sorted(rig.faults)]
        metafunc.parametrize(("rig_class", "fault"), cases, ids=[f"{r.driver}-{f}" for r, f in cases])
    elif "rig_class" in metafunc.fixturenames:
        metafunc.parametrize("rig_class", rigs, ids=[rig.driver for rig in rigs])


def _places(config: pytest.Config) -> list[str]:
    driver, rig = config.getoption("--driver"), config.getoption("--rig")
    if rig:
        return [rig]
    if driver and driver not in RIGS:
        raise pytest.UsageError(
            f"no rig for the driver {driver!r}: give one with --rig MODULE:CLASS, or one of {', '.join(RIGS)}"
        )
    return [RIGS[driver]] if driver else list(RIGS.values())


@pytest.fixture
def absent(rig_class: type[Rig], tmp_path: Path, request: pytest.FixtureRequest) -> Rig:
    """A rig that is not plugged in."""
    if rig_class.needs_pcsc:
        request.getfixturevalue("pcsc_service")
    return rig_class(tmp_path)


@pytest.fixture
def rig(absent: Rig) -> Iterator[Rig]:
    """A rig that is plugged in and well."""
    absent.start()
    yield absent
    absent.misbehave(Fault.NONE) if absent.faults else None
    absent.withdraw()
    absent.stop()
