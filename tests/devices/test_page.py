"""Pages found, followed, straightened and judged, on desks that the tests render themselves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from devices.camera.clean import LONG_EDGE, straighten, to_jpeg, whiten
from devices.camera.finder import Follower, exact, outline, pages
from devices.camera.verdicts import verdicts as judged
from devices.simulators.desk import desk, lay
from devices.simulators.documents import DOCUMENTS
from tests.devices.page_set import KINDS, corner_error, said, sample, scores

Picture = NDArray[np.uint8]
LIMIT = 600_000


@pytest.fixture(scope="module", params=sorted(DOCUMENTS))
def shot(request: pytest.FixtureRequest) -> Picture:
    return lay(np.asarray(DOCUMENTS[request.param]()), desk())


def verdicts(picture: Picture) -> tuple[str, ...]:
    found = pages(picture)
    return judged(picture, found, straighten(picture, found[0].quad) if found else picture)


def test_corners_are_found_within_one_percent_of_the_diagonal() -> None:
    """200 pages on twelve desks, some held by a hand, some in a shadow; `page_set` renders more."""
    errors = [corner_error(sample(seed, "good", 640, 360)) for seed in range(200)]
    assert np.percentile(errors, 95) <= 0.01
    assert np.median(errors) <= 0.003


def test_each_verdict_is_right() -> None:
    told = [(kind, said(sample(seed, kind))) for kind in KINDS for seed in range(3)]
    for kind, (recall, precision) in scores(told).items():
        assert recall >= 0.5, kind
        assert precision >= 0.5, kind
    assert np.mean(list(scores(told).values())) >= 0.85
    assert sum(keys == () for kind, keys in told if kind == "good") >= 2


def test_a_bare_desk_has_no_page() -> None:
    assert outline(desk()) is None
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
    clean = whiten(straighten(shot, exact(shot, pages(shot)[0]).quad))
    assert max(clean.shape[:2]) <= LONG_EDGE
    assert clean.shape[1] / clean.shape[0] == pytest.approx(original.shape[1] / original.shape[0], rel=0.01)
    assert np.percentile(clean, 80, axis=(0, 1)) == pytest.approx([240, 240, 240], abs=12)
    same = cv2.resize(original, (clean.shape[1], clean.shape[0]), interpolation=cv2.INTER_AREA)
    likeness = cv2.matchTemplate(
        cv2.cvtColor(clean[20:-20, 20:-20], cv2.COLOR_RGB2GRAY),
        cv2.cvtColor(same[24:-24, 24:-24], cv2.COLOR_RGB2GRAY),
        cv2.TM_CCOEFF_NORMED,
    ).max()
    assert likeness > 0.75


def test_a_page_is_followed_as_it_moves_and_given_up_when_it_is_gone() -> None:
    shot = lay(np.asarray(DOCUMENTS["household-register"]()), desk())
    follower = Follower()
    first = follower.outline(shot, 0.0)
    assert first is not None
    moved = np.roll(shot, (8, 12), (0, 1))
    then = follower.outline(moved, 0.1)
    assert then is not None
    assert np.abs(then - first - np.array((12, 8))).max() < 16
    assert follower.outline(desk(), 0.2) is None


def test_a_jpeg_stays_under_its_limit_even_for_noise() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1600, 1200, 3), np.uint8)
    data = to_jpeg(noise, LIMIT)
    assert len(data) <= LIMIT
    assert cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) is not None


@given(st.integers(0, 2**32 - 1), st.integers(1, 90), st.integers(1, 90))
@settings(max_examples=60, deadline=None)
def test_any_picture_is_judged(seed: int, width: int, height: int) -> None:
    """Noise, tiny and odd pictures give a verdict and never an exception."""
    noise = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    for scale in (1, 4):
        assert isinstance(
            verdicts(np.asarray(cv2.resize(noise, (width * scale, height * scale)), np.uint8)), tuple
        )
