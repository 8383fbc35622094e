"""The plug-in point for a vendor's decoder of photos."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from devices import photo
from devices.errors import DeviceError, KeeperAction, ResidentAction
from devices.photo import decode_photo

BMP = b"BM" + bytes(38_860)


def good(wlt: bytes) -> bytes:
    assert len(wlt) == 1024
    return BMP


def no_bmp(_: bytes) -> bytes:
    return b"GIF89a"


def huge(_: bytes) -> bytes:
    return BMP * 100


def failing(_: bytes) -> bytes:
    raise RuntimeError("李桂兰")


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    name: str | None = request.param
    found = [EntryPoint("vendor", f"{__name__}:{name}", photo.ENTRY_POINTS)] if name else []
    monkeypatch.setattr(photo, "entry_points", lambda group: found if group == photo.ENTRY_POINTS else [])


@pytest.mark.parametrize("installed", ["good"], indirect=True)
@pytest.mark.usefixtures("installed")
def test_a_vendors_decoder_is_used() -> None:
    assert decode_photo(bytes(1024)) == BMP


@pytest.mark.parametrize(
    ("installed", "kind", "detail"),
    [
        (None, KeeperAction, "no-photo-decoder"),
        ("not_there", KeeperAction, "photo-decoder-fails"),
        ("no_bmp", ResidentAction, "photo-unreadable"),
        ("huge", ResidentAction, "photo-unreadable"),
        ("failing", ResidentAction, "photo-unreadable"),
    ],
    indirect=["installed"],
)
@pytest.mark.usefixtures("installed")
def test_without_one_or_with_a_bad_one_there_is_a_typed_error(kind: type[DeviceError], detail: str) -> None:
    with pytest.raises(kind) as failure:
        decode_photo(bytes(1024))
    assert failure.value.detail == detail
    assert failure.value.__cause__ is None
