"""Colours and measures: legible in every theme, sized in millimetres on every panel."""

from __future__ import annotations

from datetime import datetime

import pytest

from config.settings import PanelSettings
from screens.theme import TEXT_PAIRS, THEMES, TYPE_SCALE, Measures, contrast, theme_at, tokens


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids=" on ".join)
def test_every_text_keeps_seven_to_one(name: str, pair: tuple[str, str]) -> None:
    ink, ground = (getattr(THEMES[name], token) for token in pair)
    assert contrast(ink, ground) >= 7.0


def test_contrast_is_computed_as_wcag_says() -> None:
    assert contrast("000000", "FFFFFF") == pytest.approx(21.0)
    assert contrast("777777", "FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_all_themes_have_the_same_tokens_as_colours() -> None:
    for theme in THEMES.values():
        for token in tokens():
            assert all(0 <= part <= 1 for part in theme.colour(token))


@pytest.mark.parametrize(("inches", "pixels"), [(21.5, 81), (23.8, 73), (27, 64), (32, 54), (43, 40)])
def test_twenty_millimetres_are_twenty_millimetres_on_any_panel(inches: float, pixels: int) -> None:
    assert Measures(PanelSettings(diagonal_inches=inches)).px(20) == pytest.approx(pixels, abs=1)


def test_type_has_six_sizes_and_twelve_with_elder_mode() -> None:
    sizes = {
        Measures(PanelSettings(), elder=elder).type(size) for elder in (False, True) for size in TYPE_SCALE
    }
    assert len(TYPE_SCALE) == 6
    assert len(sizes) <= 12
    for size in TYPE_SCALE:
        assert Measures(PanelSettings(), elder=True).type(size) >= 1.29 * Measures(PanelSettings()).type(size)


def test_body_text_is_as_large_as_the_norms_ask() -> None:
    m = Measures(PanelSettings())
    assert m.type("body") >= m.px(8)
    assert Measures(PanelSettings(), elder=True).type("body") >= m.px(10)


def test_low_reach_is_a_band_above_the_floor() -> None:
    low, high = Measures(PanelSettings(lower_edge_mm=750), low_reach=True).reach
    per_mm = PanelSettings().pixels_per_mm
    assert 750 + low / per_mm == pytest.approx(800, abs=1)
    assert 750 + high / per_mm == pytest.approx(1100, abs=1)


def test_a_panel_outside_the_band_keeps_its_targets() -> None:
    panel = PanelSettings(lower_edge_mm=1500)
    assert Measures(panel, low_reach=True).reach == (0, panel.height)


@pytest.mark.parametrize(("hour", "theme"), [(6, "night"), (7, "day"), (18, "day"), (19, "night")])
def test_auto_is_day_from_seven_to_nineteen(hour: int, theme: str) -> None:
    assert theme_at("auto", datetime(2026, 11, 21, hour)) == theme  # noqa: DTZ001 a wall clock
    assert theme_at("yellow", datetime(2026, 11, 21, hour)) == "yellow"  # noqa: DTZ001
