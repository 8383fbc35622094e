"""Pages found, straightened and judged, on desks that the tests render themselves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from devices.camera import page
from devices.simulators.desk import desk, lay
from devices.simulators.documents import DOCUMENTS

Picture = NDArray[np.uint8]

DIAGONAL = float(np.hypot(1920, 1080))


@pytest.fixture(scope="module", params=sorted(DOCUMENTS))
def shot(request: pytest.FixtureRequest) -> Picture:
    return lay(np.asarray(DOCUMENTS[request.param]()), desk())


def verdicts(picture: Picture) -> tuple[str, ...]:
    quad = page.outline(picture)
    straight = picture if quad is None else page.straighten(picture, quad)
    return page.verdicts(picture, quad, straight)


def put(quad: NDArray[np.float32], paper: int, ground: int) -> Picture:
    """A sheet with lines of text as a flat quadrilateral on a flat desk."""
    picture = np.full((720, 1280, 3), ground, np.uint8)
    sheet = np.full((600, 800, 3), paper, np.uint8)
    for y in range(60, 560, 40):
        cv2.line(sheet, (80, y), (720, y), (max(0, paper - 150),) * 3, 6)
    corners = np.array([(0, 0), (800, 0), (800, 600), (0, 600)], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, quad)
    mask = cv2.warpPerspective(np.full((600, 800), 255, np.uint8), matrix, (1280, 720))
    warped = cv2.warpPerspective(sheet, matrix, (1280, 720))
    picture[mask > 127] = warped[mask > 127]
    return picture


def test_a_bare_desk_has_no_page() -> None:
    assert page.outline(desk()) is None
    assert verdicts(desk()) == ("no-page",)
    assert verdicts(np.zeros((480, 640, 3), np.uint8)) == ("no-page", "too-dark")


def test_a_good_shot_has_no_verdicts(shot: Picture) -> None:
    assert verdicts(shot) == ()


def test_a_blurred_shot_is_called_blurred(shot: Picture) -> None:
    assert verdicts(np.asarray(cv2.GaussianBlur(shot, (0, 0), 4), np.uint8)) == ("blurred",)


def test_noise_does_not_pass_for_sharpness(shot: Picture) -> None:
    blurred = cv2.GaussianBlur(shot, (0, 0), 4).astype(np.float32)
    noisy = blurred + np.random.default_rng(2).normal(0, 6, blurred.shape)
    assert verdicts(np.asarray(np.clip(noisy, 0, 255), np.uint8)) == ("blurred",)


def test_one_line_of_text_is_enough_to_judge_by() -> None:
    sheet = np.full((800, 600, 3), 240, np.uint8)
    cv2.putText(sheet, "only a line", (60, 400), cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0), 2)
    shot = lay(sheet, desk())
    assert verdicts(shot) == ()
    assert verdicts(np.asarray(cv2.GaussianBlur(shot, (0, 0), 4), np.uint8)) == ("blurred",)


def test_a_dark_shot_is_called_dark(shot: Picture) -> None:
    assert "too-dark" in verdicts((shot * 0.25).astype(np.uint8))


def test_a_page_out_of_view_is_called_cut() -> None:
    whole = lay(np.asarray(DOCUMENTS["household-register"]()), desk())
    assert verdicts(np.ascontiguousarray(whole[:, :1400])) == ("cut-edge",)


def test_a_page_far_away_is_called_far() -> None:
    whole = lay(np.asarray(DOCUMENTS["household-register"]()), desk())
    small = cv2.resize(whole, (768, 432), interpolation=cv2.INTER_AREA)
    far = np.asarray(cv2.copyMakeBorder(small, 300, 300, 500, 500, cv2.BORDER_REFLECT_101), np.uint8)
    assert "too-far" in verdicts(far)


def test_the_straightened_page_is_upright_white_and_readable() -> None:
    original = np.asarray(DOCUMENTS["household-register"]())
    shot = lay(original, desk())
    quad = page.outline(shot)
    assert quad is not None
    clean = page.whiten(page.straighten(shot, quad))
    assert max(clean.shape[:2]) <= page.LONG_EDGE
    assert clean.shape[1] / clean.shape[0] == pytest.approx(original.shape[1] / original.shape[0], rel=0.06)
    assert np.percentile(clean, 80, axis=(0, 1)) == pytest.approx([240, 240, 240], abs=12)
    same = cv2.resize(original, (clean.shape[1], clean.shape[0]), interpolation=cv2.INTER_AREA)
    likeness = cv2.matchTemplate(
        cv2.cvtColor(clean[20:-20, 20:-20], cv2.COLOR_RGB2GRAY),
        cv2.cvtColor(same[24:-24, 24:-24], cv2.COLOR_RGB2GRAY),
        cv2.TM_CCOEFF_NORMED,
    ).max()
    assert likeness > 0.75


def test_a_jpeg_stays_under_its_limit_even_for_noise() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1600, 1200, 3), np.uint8)
    data = page.to_jpeg(noise)
    assert len(data) <= page.JPEG_BYTES
    assert cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) is not None


OFFSET = st.floats(-70, 70, width=32)


@given(
    st.lists(OFFSET, min_size=8, max_size=8),
    st.floats(0.75, 1.0),
    st.sampled_from([(235, 90), (250, 130), (200, 30), (60, 200)]),
)
@settings(max_examples=60, deadline=None)
def test_corners_are_found_within_one_percent(
    offsets: list[float], scale: float, levels: tuple[int, int]
) -> None:
    """Tilted, in perspective, light on dark and dark on light."""
    square = np.array([(-400, -280), (400, -280), (400, 280), (-400, 280)], np.float32) * np.float32(scale)
    true = square + np.array([640, 360], np.float32) + np.array(offsets, np.float32).reshape(4, 2)
    found = page.outline(put(true, *levels))
    assert found is not None
    error = np.linalg.norm(found - true, axis=1).max()
    assert error < 0.01 * np.hypot(1280, 720)


@given(st.integers(0, 2**32 - 1), st.integers(2, 90), st.integers(2, 90))
@settings(max_examples=100, deadline=None)
def test_any_picture_is_judged(seed: int, width: int, height: int) -> None:
    """Noise, tiny and odd pictures give a verdict and never an exception."""
    noise = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    assert isinstance(verdicts(np.asarray(cv2.resize(noise, (width * 4, height * 4)), np.uint8)), tuple)
