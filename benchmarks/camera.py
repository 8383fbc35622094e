"""The document camera: the outline of a page in the live picture, and codes, beside what is commonly done."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import segno
from numpy.typing import NDArray

from benchmarks.figures import Aim, Subject, spread
from benchmarks.processes import cpu_seconds, memory
from config.settings import DeviceSettings
from devices.camera.codes import find_code
from devices.camera.driver import OpencvCamera
from devices.camera.finder import Follower, pages
from devices.camera.live import LIVE_EDGE
from devices.camera.shot import Shot
from devices.registry import build
from devices.simulators.camera_stream import CameraStream
from tests.devices.page_set import Sample, corner_error, sample

Picture = NDArray[np.uint8]
FULL_HD, FOUR_K = (1920, 1080), (3840, 2160)
RATE = 60.0
"""Pictures a second that the simulated camera offers: more than are wanted."""


def camera(count: int, seconds: float) -> list[Subject]:
    """The live outline and the page finder; reading codes.

    Args:
        count: pictures per figure.
        seconds: how long the live picture is watched.
    """
    return [_outlines(count, seconds), _codes(count)]


def _outlines(count: int, seconds: float) -> Subject:
    columns = ("what", "1920x1080", "3840x2160")
    subject = Subject("camera", TITLE, columns, how=HOW)
    lives = {size: asyncio.run(_live(size, seconds)) for size in (FULL_HD, FOUR_K)}
    sets = {size: [sample(seed, "good", *size) for seed in range(count)] for size in (FULL_HD, FOUR_K)}
    ways: dict[str, Callable[[Picture], Any]] = {
        "page looked for anew, ms of CPU": pages,
        "page followed, ms of CPU": _following(),
        "peer: Canny, contours, approxPolyDP, ms of CPU": common_recipe,
    }
    subject.rows.append(("live pictures with outline, 1/s", *(f"{lives[size][0]:.1f}" for size in lives)))
    subject.rows.append(
        ("CPU of the camera's process, % of a core", *(f"{lives[size][1]:.0f}" for size in lives))
    )
    subject.rows.append(
        (
            "the same at 24 pictures a second",
            *(f"{lives[size][1] * 24 / lives[size][0]:.0f}" for size in lives),
        )
    )
    subject.rows.append(("at rest, % of a core", *(f"{lives[size][2]:.2f}" for size in lives)))
    subject.rows.append(("memory of the process, MB PSS", *(f"{lives[size][3]:.0f}" for size in lives)))
    subject.rows.append(
        ("JPEG decoded to 960 pixels, ms of CPU", *(spread(_decoding(sets[size]), digits=1) for size in sets))
    )
    for name, way in ways.items():
        subject.rows.append((name, *(spread(_cost(way, sets[size]), digits=1) for size in sets)))
    small = [sample(seed, "good", 960, 540) for seed in range(10 * count)]
    ours = float(np.mean([corner_error(one) <= 0.01 for one in small]))
    peer = float(np.mean([_peer_error(one) <= 0.01 for one in small]))
    subject.rows.append(("pages found within 1 % of the diagonal", f"{ours:.0%} of {len(small)}", ""))
    subject.rows.append(("peer: pages found within 1 %", f"{peer:.0%} of {len(small)}", ""))
    subject.aims["live pictures from 1080p, short of 30 a second"] = Aim(
        max(0, 30 - lives[FULL_HD][0]), 0, ""
    )
    subject.aims["live pictures from 4K, short of 24 a second"] = Aim(max(0, 24 - lives[FOUR_K][0]), 0, "")
    at_24 = lives[FOUR_K][1] * 24 / lives[FOUR_K][0]
    subject.aims["CPU for 24 pictures a second from 4K"] = Aim(at_24, 60, " % of a core")
    return subject


async def _live(size: tuple[int, int], seconds: float) -> tuple[float, float, float, float]:
    """Pictures a second that reach the kiosk, CPU of the process watched and at rest, its memory."""
    shots = [_jpeg(sample(seed, "good", *size).picture) for seed in (3, 3)]
    second = sample(3, "good", *size).picture
    shots[1] = _jpeg(np.asarray(cv2.add(second, np.ones_like(second)), np.uint8))
    turn = iter(range(10**9))
    with tempfile.TemporaryDirectory(prefix="yedeng-camera-") as folder:
        stream = CameraStream(Path(folder) / "camera", lambda: shots[next(turn) % 2], lambda: 1 / RATE)
        stream.start()
        settings = DeviceSettings.model_validate({"driver": "opencv-camera", "source": "camera"})
        device = build("camera", settings, Path(folder))
        assert isinstance(device, OpencvCamera)
        await device.open()
        try:
            assert device.pid is not None
            await _watch(device, 1.0)
            rate, share = await _watch(device, seconds)
            held = memory(device.pid)
            await asyncio.sleep(3)
            before, began = cpu_seconds(device.pid), time.perf_counter()
            for _ in range(2):  # as the supervisor does
                await device.check()
                await asyncio.sleep(5)
            rest = (cpu_seconds(device.pid) - before) / (time.perf_counter() - began) * 100
        finally:
            await device.close()
            stream.stop()
    return rate, share, rest, held


async def _watch(device: OpencvCamera, seconds: float) -> tuple[float, float]:
    """Look as often as there is something new."""
    assert device.pid is not None
    before, began, seen = cpu_seconds(device.pid), time.perf_counter(), set[int]()
    while time.perf_counter() - began < seconds:
        frame = device.latest()
        if frame is not None:
            seen.add(frame.number)
        await asyncio.sleep(0.004)
    taken = time.perf_counter() - began
    return len(seen) / taken, (cpu_seconds(device.pid) - before) / taken * 100


def _jpeg(rgb: Picture) -> bytes:
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes()


def _decoding(taken: list[Sample]) -> list[float]:
    shots = []
    for one in taken:
        height, width = one.picture.shape[:2]
        shots.append(Shot(0.0, width, height, np.frombuffer(_jpeg(one.picture), np.uint8)))
    return [_timed(lambda shot=shot: shot.picture(LIVE_EDGE)) for shot in shots]  # type: ignore[misc]


def _cost(way: Callable[[Picture], Any], taken: list[Sample]) -> list[float]:
    """Milliseconds of CPU for each picture, shrunk to what the live picture has."""
    costs = []
    for one in taken:
        scale = LIVE_EDGE / one.picture.shape[1]
        resized = cv2.resize(one.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        live = np.asarray(resized, np.uint8)
        way(live)
        costs.append(_timed(lambda live=live: way(live)))  # type: ignore[misc]
    return costs


def _timed(work: Callable[[], object]) -> float:
    began = time.thread_time()
    work()
    return (time.thread_time() - began) * 1000


def _following() -> Callable[[Picture], Any]:
    """Looks anew at the first of two looks at a picture, and follows at the second."""
    follower, at = Follower(), iter(np.arange(0, 1e6, 0.2))
    return lambda rgb: follower.outline(rgb, float(next(at)))


def common_recipe(rgb: Picture) -> NDArray[np.float32] | None:
    """The page as many a tutorial finds it: grey, blurred, Canny, largest contour with four corners."""
    scale = 500 / rgb.shape[0]
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    edges = cv2.Canny(cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (5, 5), 0), 75, 200)
    contours, _ = cv2.findContours(edges, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:5]:
        corners = cv2.approxPolyDP(contour, 0.02 * cv2.arcLength(contour, True), True)
        if len(corners) == 4:
            return np.asarray(corners.reshape(4, 2) / scale, np.float32)
    return None


def _peer_error(one: Sample) -> float:
    found = common_recipe(one.picture)
    if found is None:
        return 1.0
    rings = (np.roll(ring, turn, axis=0) for ring in (found, found[::-1]) for turn in range(4))
    away = min(float(np.linalg.norm(ring - one.quads[0], axis=1).max()) for ring in rings)
    return away / float(np.hypot(*one.picture.shape[:2]))


def _codes(count: int) -> Subject:
    """Found share and cost on one rendered set: sizes, angles, blur, noise, light."""
    subject = Subject("camera", TITLE_CODES, ("reader", "found", "ms of CPU for a picture"), how=HOW_CODES)
    taken = [_code(seed) for seed in range(5 * count)]
    qr = cv2.QRCodeDetector()
    readers: dict[str, Callable[[Picture], bytes | None]] = {
        "Yedeng: zxing-cpp": lambda rgb: None if (code := find_code(rgb)) is None else code.data,
        "OpenCV: QRCodeDetector": lambda rgb: qr.detectAndDecode(rgb)[0].encode() or None,
    }
    shares = {}
    for name, reader in readers.items():
        found, costs = 0, []
        for data, picture in taken:
            began = time.thread_time()
            found += reader(picture) == data
            costs.append((time.thread_time() - began) * 1000)
        shares[name] = found / len(taken)
        subject.rows.append((name, f"{found} of {len(taken)}", spread(costs, digits=1)))
    ours, peer = shares.values()
    subject.aims["codes that OpenCV finds, to ours"] = Aim(peer / max(ours, 1e-9), 1.0, "x")
    return subject


def _code(seed: int) -> tuple[bytes, Picture]:
    chance = np.random.default_rng(seed)
    data = f"yedeng:{chance.integers(10**11):011d}".encode()
    modules = np.array([list(row) for row in segno.make(data, micro=False).matrix_iter(border=4)])
    symbol = np.where(modules, 20, 235).astype(np.uint8)
    side = len(symbol)
    size = chance.uniform(70, 300)
    corners = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1))) * size / 2
    turn = chance.uniform(0, 2 * np.pi)
    corners = corners @ np.array(((np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))))
    corners /= (1 + corners @ (chance.normal(0, 0.25, 2) / size))[:, None]
    corners += (chance.uniform(300, 1600), chance.uniform(250, 800))
    ends = np.array(((0, 0), (side, 0), (side, side), (0, side)), np.float32) - 0.5
    matrix = cv2.getPerspectiveTransform(ends, corners.astype(np.float32))
    picture = cv2.warpPerspective(
        symbol, matrix, FULL_HD, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_CONSTANT, borderValue=(200,)
    )
    light = np.linspace(chance.uniform(0.4, 1), chance.uniform(0.4, 1), FULL_HD[0], dtype=np.float32)
    soft = cv2.GaussianBlur(picture * light[None], (0, 0), float(chance.uniform(0.4, 2.2)))
    noisy = soft + chance.normal(0, chance.uniform(1, 8), soft.shape)
    grey = np.clip(noisy, 0, 255).astype(np.uint8)
    return data, np.dstack([grey] * 3)


TITLE = "Document camera"
HOW = """
The simulated camera offers 60 pictures a second as JPEGs of quality 85 through a named pipe, which
`cv2.VideoCapture` reads in the camera's own process; a live picture is decoded to 960 pixels by the codec
itself, searched for a page, and laid into shared memory, from where the kiosk takes it as fast as it comes.
CPU is that of the whole process: reading, decoding, searching. At rest nobody looks, and the camera is
asked every five seconds how it is. Pages are those of `python -m tests.devices.page_set`.
"""
TITLE_CODES = "Codes before the camera"
HOW_CODES = """
QR codes of 70 to 300 pixels in pictures of 1920x1080, turned at will, tilted, in uneven light, blurred by up
to 2.2 pixels and with noise; rendered from fixed seeds, the same for both.
"""
