"""One renderer for each kind of page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kiosk import pages as kinds
from kiosk.pages import Page
from screens.frame import Sheet
from screens.hand import Hand
from screens.look import Look
from screens.pages import (
    ask,
    attract,
    capture,
    check,
    choose,
    done,
    find,
    guide,
    home,
    materials,
    notice,
    paper,
    present,
)

Renderer = Callable[[Look, Any, Hand], Sheet]

RENDERERS: dict[type[Page], Renderer] = {
    kinds.Attract: attract.attract,
    kinds.OutOfService: attract.out_of_service,
    kinds.Home: home.render,
    kinds.Find: find.render,
    kinds.Choose: choose.render,
    kinds.ChooseSeveral: choose.several,
    kinds.ReadGuide: guide.render,
    kinds.ShowPaper: paper.render,
    kinds.MarkMaterials: materials.render,
    kinds.PresentCard: present.render,
    kinds.Ask: ask.render,
    kinds.CaptureDocument: capture.live,
    kinds.ReviewCapture: capture.review,
    kinds.CheckAnswers: check.render,
    kinds.Notice: notice.render,
    kinds.StillThere: notice.still_there,
    kinds.Done: done.render,
}


def render(look: Look, page: Page, hand: Hand) -> Sheet:
    """Draw one page's own parts; the frame puts the rest around them."""
    return RENDERERS[type(page)](look, page, hand)
