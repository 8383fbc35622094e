"""Pulled out and plugged in again: nothing stays behind. For more: `python -m tests.devices.plugging`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.rigs import RIGS, load_rig
from tests.devices.plugging import leaked

CYCLES = 25


@pytest.mark.parametrize(
    "driver", ["gm65-serial", "escpos-serial", "escpos-usb", "escpos-tcp", "cups", "pcsc-social-card"]
)
async def test_nothing_stays_behind(driver: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    rig_class = load_rig(RIGS[driver])
    if rig_class.needs_pcsc:
        request.getfixturevalue("pcsc_service")
    rig = rig_class(tmp_path)
    rig.start()
    try:
        left = await leaked(rig, CYCLES)
    finally:
        rig.stop()
    assert (left.threads, left.files) == (0, 0)
    assert left.memory < 1_000_000
