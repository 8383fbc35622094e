"""Figures as the chart library of the console takes them (Chart.js, which unfold brings along)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Ways in which visits end, from good to bad, with the colour of each (variables of the console's theme).
ENDINGS_SHOWN: Final[tuple[tuple[str, Promise, str], ...]] = (
    ("done", _("carried through"), "var(--color-primary-500)"),
    ("left", _("ended by the resident"), "#c9cdd4"),
    ("idle", _("walked away"), "#7787ab"),
    ("failed", _("ended by a fault"), "var(--color-red-500)"),
)

_GREY: Final = "#9ca3af"
_AXIS: Final[dict[str, Any]] = {"border": {"display": False}, "ticks": {"color": _GREY, "maxRotation": 0}}
OPTIONS: Final = json.dumps(
    {
        "animation": False,
        "responsive": True,
        "maintainAspectRatio": False,
        "datasets": {"bar": {"maxBarThickness": 18, "borderRadius": 3}},
        "interaction": {"mode": "index", "intersect": False},
        "plugins": {
            "legend": {
                "position": "bottom",
                "align": "start",
                "labels": {"color": _GREY, "usePointStyle": True, "pointStyle": "circle", "boxHeight": 6},
            }
        },
        "scales": {
            "x": {
                **_AXIS,
                "stacked": True,
                "grid": {"display": False},
                "ticks": {**_AXIS["ticks"], "maxTicksLimit": 15},
            },
            "y": {
                **_AXIS,
                "stacked": True,
                "grid": {"color": "rgba(156, 163, 175, 0.15)"},
                "ticks": {**_AXIS["ticks"], "precision": 0, "maxTicksLimit": 5},
            },
        },
    }
)
"""Stacked bars, calm axes, a legend below."""


def visits_by_day(days: Sequence[tuple[date, Counter[str]]]) -> str:
    """Visits of each day by how they ended, as the data of a chart."""
    datasets: list[dict[str, Any]] = [
        {"label": str(words), "backgroundColor": colour, "data": [counts[way] for _day, counts in days]}
        for way, words, colour in ENDINGS_SHOWN
    ]
    return json.dumps({"labels": [f"{day:%m-%d}" for day, _counts in days], "datasets": datasets})
