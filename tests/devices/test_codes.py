"""Codes are a stranger's data: only what a purpose's grammar allows goes any further."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from config.settings import DeviceSettings
from devices.camera.codes import find_code
from devices.codes import Purpose, RefusedCode, ScannedCode, Symbology, accept, opaque
from devices.contract import Camera
from devices.errors import DeviceTimeout
from devices.registry import build
from tests.devices.hostile_codes import HOSTILE

GRAMMARS = [purpose for purpose in Purpose if purpose is not Purpose.RESIDENT_CODE]


def test_there_are_at_least_200_hostile_codes() -> None:
    assert len(HOSTILE) >= 200


def _let_through(data: bytes, purpose: Purpose) -> bool:
    try:
        accept(ScannedCode(data, Symbology.QR), purpose)
    except RefusedCode:
        return False
    return True


@pytest.mark.parametrize("purpose", Purpose)
def test_no_hostile_code_is_accepted_for_any_purpose(purpose: Purpose) -> None:
    # Near misses of a check code are plain words, and as such may be other codes.
    plain = {Purpose.CASE_NUMBER, Purpose.VERIFICATION_CODE}
    harmless = re.compile(rb"[0-9A-Z-]{4,40}" if purpose in plain else rb"(?!)")
    let_through = [data for data in HOSTILE if _let_through(data, purpose)]
    assert [data for data in let_through if not harmless.fullmatch(data)] == []


@pytest.mark.parametrize(
    ("data", "purpose", "expected"),
    [
        (b"7K3M-9QX2-P4C", Purpose.CHECK_CODE, "7K3M-9QX2-P4C"),
        (b"yedeng:7K3M-9QX2-P4C", Purpose.CHECK_CODE, "7K3M-9QX2-P4C"),
        (b"yedeng:verify:7K3M-9QX2-P4CZ", Purpose.VERIFICATION_CODE, "7K3M-9QX2-P4CZ"),
        (b"BJDC-2026-000123", Purpose.CASE_NUMBER, "BJDC-2026-000123"),
        (b"0012345678", Purpose.DIGITS, "0012345678"),
    ],
)
def test_what_was_asked_for_is_accepted(data: bytes, purpose: Purpose, expected: str) -> None:
    assert accept(ScannedCode(data), purpose) == expected


@given(st.binary(max_size=80), st.sampled_from(GRAMMARS))
def test_what_is_accepted_is_plain_and_part_of_what_was_read(data: bytes, purpose: Purpose) -> None:
    try:
        text = accept(ScannedCode(data), purpose)
    except RefusedCode:
        return
    assert re.fullmatch(r"[0-9A-Z-]{1,40}", text)
    assert text.encode() in data


def test_a_resident_code_stays_as_it_is_and_is_never_read_here() -> None:
    code = ScannedCode(b"\x00opaque\xff", Symbology.QR)
    assert opaque(code) == b"\x00opaque\xff"
    with pytest.raises(RefusedCode, match="opaque"):
        accept(code, Purpose.RESIDENT_CODE)


@pytest.mark.parametrize(
    ("code", "rule"),
    [
        (ScannedCode(b"", Symbology.QR), "length"),
        (ScannedCode(b"x" * 2049, Symbology.QR), "length"),
        (ScannedCode(b"6901234567892", Symbology.EAN), "symbology"),
    ],
)
def test_what_can_be_no_resident_code_is_refused(code: ScannedCode, rule: str) -> None:
    with pytest.raises(RefusedCode) as refusal:
        opaque(code)
    assert refusal.value.rule == rule


def test_nothing_of_a_code_shows_in_its_repr_or_its_refusal() -> None:
    code = ScannedCode(b"11010519491231002X!", Symbology.QR)
    with pytest.raises(RefusedCode) as refusal:
        accept(code, Purpose.CASE_NUMBER)
    assert "1101" not in repr(code) + repr(refusal.value) + str(refusal.value)


def _picture(data: bytes | str, scale: int = 6) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    modules = np.array(
        [list(row) for row in segno.make(data, micro=False, boost_error=False).matrix_iter(border=4)]
    )
    grey = np.where(modules, 0, 255).astype(np.uint8).repeat(scale, 0).repeat(scale, 1)
    page = np.full((1080, 1920), 220, np.uint8)
    page[100 : 100 + grey.shape[0], 300 : 300 + grey.shape[1]] = grey
    return np.dstack([page] * 3)


@pytest.mark.parametrize("data", [b"yedeng:7K3M-9QX2-P4C", b"\x00\xff\x1b@bytes", "李桂兰".encode()])
def test_the_camera_reads_a_code_as_raw_bytes(data: bytes) -> None:
    assert find_code(_picture(data)) == ScannedCode(data, Symbology.QR)


def test_a_picture_without_a_code_has_none() -> None:
    assert find_code(np.full((1080, 1920, 3), 200, np.uint8)) is None


async def test_a_code_held_under_the_camera_is_read(tmp_path: Path) -> None:
    desk = tmp_path / "desk"
    desk.mkdir()
    settings = DeviceSettings.model_validate({"driver": "opencv-camera", "source": "desk"})
    camera = build("camera", settings, tmp_path)
    assert isinstance(camera, Camera)
    await camera.open()
    with pytest.raises(DeviceTimeout) as timeout:
        await camera.read_code(0.1)
    assert timeout.value.detail == "no-code"
    Image.fromarray(_picture(b"yedeng:7K3M-9QX2-P4C")).save(tmp_path / "page.png")
    (tmp_path / "page.png").rename(desk / "page.png")
    assert await camera.read_code(5) == ScannedCode(b"yedeng:7K3M-9QX2-P4C", Symbology.QR)
    await camera.close()
