"""The first page of a visit, and where its tiles lead."""

from __future__ import annotations

from datetime import datetime

from devices.identity import CHINA_TIME
from kiosk.asides import could_not_page
from kiosk.guide import Guide
from kiosk.house import Kiosk
from kiosk.journeys.collect_result import collect_result
from kiosk.journeys.look_up_guide import OFTEN, choose_item, find_guide, item_row, look_up_guide, read_guide
from kiosk.journeys.look_up_progress import look_up_progress
from kiosk.journeys.match_policies import match_policies
from kiosk.pages import Chip, Choice, Home
from kiosk.text import Sayable, text
from kiosk.visit import Visit


async def home(visit: Visit) -> None:
    """Whatever a resident came for starts here."""
    while True:
        page = home_page(visit)
        answer = await visit.show(page)
        match answer.id:
            case "guides":
                return await look_up_guide(visit)
            case "find":
                return await find_guide(visit)
            case "submit":
                return await choose_item(visit)
            case "results":
                return await collect_result(visit)
            case "progress":
                return await look_up_progress(visit)
            case "benefits":
                return await match_policies(visit)
            case "trouble":
                await could_not_page(visit, page)
            case item_id:
                item = visit.kiosk.guide.item(item_id)
                assert item is not None, "only published items stand on the home page"
                return await read_guide(visit, item)


def home_page(visit: Visit) -> Home:
    """Six tiles, and rows of what people often come for; every one says what holds now."""
    kiosk = visit.kiosk
    here = [item for item in kiosk.guide.items if item.self_service == "submit" and item.form]
    now = [item for item in here if kiosk.availability.of(item).where == "here"]
    record = kiosk.guide.item("social-insurance-record")
    tiles = (
        Choice("guides", text("home.guides"), text("home.guides.note"), "book", guides_chip(kiosk.guide)),
        Choice(
            "submit",
            text("home.submit"),
            text("home.submit.note", count=len(here)),
            "pencil",
            _submit_chip(len(now), len(here)),
        ),
        Choice(
            "results",
            text("home.results"),
            text("home.results.note"),
            "document",
            kiosk.availability.of(record).chip if record else Chip(text("standing.later.network"), "warn"),
        ),
        Choice("progress", text("home.progress"), text("home.progress.note"), "clock", _asked_chip(kiosk)),
        Choice(
            "benefits", text("home.benefits"), text("home.benefits.note"), "gift", guides_chip(kiosk.guide)
        ),
        Choice(
            "trouble",
            text("home.trouble"),
            text("home.trouble.note"),
            "heart",
            Chip(text("home.always"), "ok"),
        ),
    )
    often = [item for item in map(kiosk.guide.item, OFTEN) if item is not None]
    return Home(
        name="home",
        title=greeting(datetime.now(CHINA_TIME).hour),
        prompt=text("home.prompt"),
        tiles=tiles,
        often_title=text("home.often"),
        often=tuple(item_row(visit, item) for item in often),
    )


def greeting(hour: int) -> Sayable:
    """The question of the home page, by the time of day in China."""
    if 5 <= hour < 11:
        return text("home.morning")
    return text("home.day") if 11 <= hour < 18 else text("home.evening")


def guides_chip(guide: Guide) -> Chip:
    """Guides can be read at any hour, once there are any."""
    return Chip(text("home.any-time"), "ok") if guide.items else Chip(text("home.no-guides"), "warn")


def _asked_chip(kiosk: Kiosk) -> Chip:
    """What only the hub can answer."""
    if kiosk.availability.has("network"):
        return Chip(text("home.any-time"), "ok")
    return Chip(text("standing.later.network"), "warn")


def _submit_chip(now: int, all_here: int) -> Chip:
    if now == all_here and now:
        return Chip(text("standing.here"), "ok")
    return Chip(text("home.some-now", count=now), "warn")
