"""A guide as pages: the same sections in every rendering, so that switching keeps the place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from config.settings import KioskSettings
from devices.identity import CHINA_TIME
from kiosk.availability import Standing
from kiosk.offices import closing, distance_km, is_open, next_opening
from kiosk.pages import (
    CLOSE,
    Action,
    Chip,
    Choice,
    GuideRendering,
    GuideRow,
    GuideSection,
    GuideVideo,
    ReadGuide,
    ShowPaper,
)
from kiosk.text import Sayable, text
from kiosk.wire import Material, Office, ServiceItem

#: Days after which a guide nobody has looked at again is marked as stale.
STALE_DAYS: Final = 365

#: Where a file of the catalogue lies, by its name, if it has arrived.
Assets = Callable[[str], Path | None]

#: Answers of a guide that ask for a material's filled sample begin with this.
SAMPLE: Final = "sample-"

list_action: Final = Action("list", text("guide.list"), "list")

#: Pictograms of the themes, by the catalogue's Chinese domain names; others get the book.
DOMAIN_ICONS: Final = {
    "公安户籍": "id-card",
    "出入境": "globe",
    "交通管理": "car",
    "税务": "coin",
    "不动产": "house",
    "公积金": "key",
    "社会保障": "social-card",
    "医疗保障": "hospital",
    "劳动就业": "briefcase",
    "民政": "family",
    "卫生健康": "heart",
    "教育": "cap",
    "住房保障": "home",
    "法律服务": "shield",
    "市场监管": "building",
    "水电气热": "yuan",
    "便民服务": "hand",
    "惠企惠民": "gift",
}
#: Pictograms of common materials, by what their name holds; others are a document.
_MATERIAL_ICONS: Final = (
    ("身份证", "id-card"),
    ("社会保障卡", "social-card"),
    ("社保卡", "social-card"),
    ("户口", "book"),
    ("照", "user"),
    ("银行", "coin"),
)


def guide_page(
    item: ServiceItem,
    standing: Standing,
    offices: Sequence[Office] = (),
    place: KioskSettings | None = None,
    asset: Assets = lambda _: None,
    related: tuple[Choice, ...] = (),
) -> ReadGuide:
    """The guide of an item, with what holds for it now and the one thing to do next.

    ``offices`` are those where it is done at a window, ``place`` is where the kiosk stands, ``asset`` finds
    the files that have arrived, ``related`` are the rows of other guides that people need with it.
    """
    now = datetime.now(CHINA_TIME)
    at_the_window = tuple(office_row(office, now, place) for office in offices)
    chips = guide_chips(item, standing)
    if standing.where == "window" and offices:
        chips = (chips[0], _open_chip(offices[0], now) or Chip(offices[0].hours), *chips[1:])
    return ReadGuide(
        name="guide",
        title=item.name,
        chips=(*chips, _age(item)),
        renderings=_renderings(item, at_the_window, asset),
        source=text("guide.source", source=item.source, version=item.version),
        main=_start(item, standing),
        others=(list_action,),
        links_title=text("guide.parts" if item.parts else "guide.related"),
        links=related,
    )


def row_of(item: ServiceItem, standing: Standing) -> Choice:
    """An item as a row: its short name, its official one, and where it can be done now."""
    icon = DOMAIN_ICONS.get(item.domain.zh, "book")
    return Choice(item.id, item.short_name, item.name, icon, standing.chip)


def _renderings(
    item: ServiceItem, at_the_window: tuple[GuideRow, ...], asset: Assets
) -> tuple[GuideRendering, ...]:
    """Those the item has; the video when it has arrived."""
    renderings = []
    for kind in item.renderings:
        sections = _sections(item, at_the_window, asset, pictures=kind == "illustrated")
        video = None
        if kind == "video":
            file = asset(item.video) if item.video else None
            if file is None:
                continue
            video = GuideVideo(file, (item.short_name, *(step.text for step in item.steps)))
            sections = tuple(one for one in sections if one.id != "steps")
        renderings.append(GuideRendering(kind, text(f"guide.{kind}"), sections, video))
    return tuple(renderings)


def guide_chips(item: ServiceItem, standing: Standing) -> tuple[Chip, ...]:
    """What is always in view: where it can be done now, how long it takes, what it costs."""
    return (standing.chip, _days(item), Chip(item.fee.text))


def _start(item: ServiceItem, standing: Standing) -> Action | None:
    if standing.where == "window":
        return None
    submit = item.self_service == "submit"
    if standing.where == "later":
        return Action("later", text(f"standing.later.{standing.missing[0]}"), enabled=False)
    return Action(
        "submit" if submit else "collect",
        text("guide.start" if submit else "guide.collect"),
        "pencil" if submit else "document",
    )


def _days(item: ServiceItem) -> Chip:
    if item.kind == "instant" or item.promised_days == 0:
        return Chip(text("guide.instant"))
    days = item.promised_days if item.promised_days is not None else item.legal_days
    return Chip(working_days(days)) if days is not None else Chip(text("guide.days-unsaid"))


def working_days(days: int) -> Sayable:
    """A number of working days, in words."""
    return text("guide.one-day") if days == 1 else text("guide.days", days=days)


def _age(item: ServiceItem) -> Chip:
    """How old the guide is; that it has ended, where no newer catalogue has come to say so."""
    today = datetime.now(CHINA_TIME).date()
    if item.expires is not None and item.expires < today:
        return Chip(text("guide.ended", date=item.expires), "bad")
    stale = (today - item.updated).days > STALE_DAYS
    said = "guide.stale" if stale else "guide.updated"
    return Chip(text(said, date=item.updated), "warn" if stale else "quiet")


def office_row(office: Office, now: datetime, place: KioskSettings | None) -> GuideRow:
    """An office: open now or when next, where, how far from this kiosk."""
    far = None
    if place is not None and place.latitude is not None and place.longitude is not None:
        far = distance_km(office, place.latitude, place.longitude)
    where: Sayable = office.address
    if far is not None:
        where = text("office.far", address=office.address, km=f"{far:.1f}")
    return GuideRow(office.name, where, "building", chip=_open_chip(office, now))


def _open_chip(office: Office, now: datetime) -> Chip | None:
    """Open until, or closed until; None where nobody can say for sure."""
    open_now = is_open(office, now)
    if open_now:
        until = closing(office, now)
        return Chip(text("office.open", time=f"{until:%H:%M}" if until else ""), "ok")
    opens = next_opening(office, now)
    if open_now is None or opens is None:
        return None
    day = (opens.date() - now.date()).days
    time = f"{opens:%H:%M}"
    if day < 2:
        return Chip(text("office.opens-today" if day == 0 else "office.opens-tomorrow", time=time), "warn")
    return Chip(text("office.opens", date=opens.date(), time=time), "warn")


def _sections(
    item: ServiceItem, at_the_window: tuple[GuideRow, ...], asset: Assets, *, pictures: bool
) -> tuple[GuideSection, ...]:
    """Every element the item has; one it does not have is left out here and listed for the administrator."""
    sections = (
        GuideSection("what", text("guide.what"), (item.summary,)),
        GuideSection("who", text("guide.who"), rows=tuple(GuideRow(line) for line in item.conditions)),
        GuideSection(
            "bring",
            text("guide.bring"),
            rows=tuple(_material(one, asset, pictures=pictures) for one in item.materials),
        ),
        GuideSection(
            "steps",
            text("guide.steps"),
            rows=tuple(
                GuideRow(
                    step.text,
                    picture=step.picture if pictures else None,
                    n=n,
                    card=asset(step.card) if pictures and step.card else None,
                )
                for n, step in enumerate(item.steps, 1)
            ),
        ),
        GuideSection("get", text("guide.get"), (item.result,), _facts(item)),
        GuideSection(
            "care", text("guide.care"), rows=tuple(GuideRow(line, picture="alert") for line in item.cautions)
        ),
        GuideSection(
            "where",
            text("guide.where"),
            rows=(
                GuideRow(item.window.name, item.window.address, "building"),
                GuideRow(item.window.hours, item.window.phone, "clock"),
                *at_the_window,
            ),
        ),
        GuideSection("special", text("guide.special"), rows=tuple(map(GuideRow, item.special_steps))),
        GuideSection("faq", text("guide.faq"), rows=tuple(GuideRow(one.q, one.a) for one in item.faq)),
        GuideSection("basis", text("guide.basis"), tuple(item.legal_basis)),
    )
    return tuple(section for section in sections if section.paragraphs or section.rows)


def _material(material: Material, asset: Assets, *, pictures: bool) -> GuideRow:
    note: Sayable | None = material.note
    chip = None
    if material.situation:
        chip = Chip(text("guide.sometimes"))
    elif material.capture:
        chip = Chip(text("guide.photographed-here"), "ok")
    action = None
    if material.sample_picture and asset(material.sample_picture):
        action = Action(f"{SAMPLE}{material.id}", text("guide.sample"), "eye")
    picture = material_picture(material) if pictures else None
    return GuideRow(material.name, note, picture, chip=chip, action=action)


def sample_page(material: Material, picture: Path) -> ShowPaper:
    """The filled sample of a form."""
    return ShowPaper(
        name="sample",
        title=text("sample.title", name=material.name),
        note=text("sample.note"),
        picture=picture,
        main=Action(CLOSE, text("sample.close"), "chevron-left"),
    )


def material_picture(material: Material) -> str:
    """The pictogram by which people know a material."""
    by_name = (icon for part, icon in _MATERIAL_ICONS if part in material.name.zh)
    return material.picture or next(by_name, "document")


def _facts(item: ServiceItem) -> tuple[GuideRow, ...]:
    rows = [GuideRow(text("guide.fee"), item.fee.text, "yuan")]
    if item.legal_days is not None:
        rows.append(GuideRow(text("guide.legal"), working_days(item.legal_days), "calendar"))
    if item.promised_days:
        rows.append(GuideRow(text("guide.promised"), working_days(item.promised_days), "calendar"))
    return tuple(rows)
