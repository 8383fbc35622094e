"""Look up a guide: by search or by theme, read it in the form that suits, take its list home, or start."""

from __future__ import annotations

from typing import Final

from devices.printers import ReceiptPrinter
from kiosk.availability import usable
from kiosk.evaluations import Subject, show_rated
from kiosk.guide import Answer
from kiosk.guide_pages import DOMAIN_ICONS, SAMPLE, guide_page, list_action, row_of, sample_page
from kiosk.journeys.collect_result import collect_result
from kiosk.journeys.submit_item import submit_item
from kiosk.my_list import MyList, list_page, marking_page, phone_page, question_page, read_marks
from kiosk.pages import CLOSE, Action, Choice, Choose, Find, Idle, Notice
from kiosk.receipts import NotPrinted, one_time_notice, paper_note, print_paper
from kiosk.text import Sayable, text
from kiosk.visit import Visit
from kiosk.wire import ServiceItem

#: What people come for most, until the kiosk has counts of its own.
OFTEN: Final = (
    "resident-medical-insurance-enrol",
    "social-insurance-record",
    "elderly-card",
    "residence-permit-apply",
)
RESULTS_SHOWN: Final = 20


async def look_up_guide(visit: Visit) -> None:
    """Browse by theme, or search."""
    visit.journey = "look-up-guide"
    domains = {item.domain.zh: item.domain for item in sorted(visit.kiosk.guide.items, key=_theme_order)}
    if not domains:
        await visit.show(_no_guides(visit))
        return
    choices = tuple(
        Choice(zh, domain, _count(visit, zh), DOMAIN_ICONS.get(zh, "book")) for zh, domain in domains.items()
    )
    answer = await visit.show(
        Choose(
            name="themes",
            title=text("themes.title"),
            choices=choices,
            columns=2,
            others=(Action("find", text("themes.find"), "search"),),
        )
    )
    if answer.id == "find":
        await find_guide(visit)
    else:
        items = [item for item in visit.kiosk.guide.items if item.domain.zh == answer.id]
        await _choose_and_read(visit, "theme", domains[answer.id], items)


async def choose_item(visit: Visit) -> None:
    """Everything that can be filed at this kiosk, what can be done now first."""
    visit.journey = "submit-item"
    kiosk = visit.kiosk
    here = [item for item in kiosk.guide.items if item.self_service == "submit" and item.form]
    here.sort(
        key=lambda item: (kiosk.availability.of(item).where != "here", _often(item), _theme_order(item))
    )
    if here:
        await _choose_and_read(visit, "submit-here", text("submit.choose"), here)
    else:
        await visit.show(_no_guides(visit))


async def find_guide(visit: Visit) -> None:
    """Search as one types; then read what was found. A search that found nothing is counted, with nobody."""
    visit.journey = "look-up-guide"
    kiosk = visit.kiosk
    last = "", Answer(())

    def look(words: str) -> Answer:
        nonlocal last
        if words != last[0]:
            popularity = kiosk.counts.popularity
            last = words, kiosk.guide.find(words, RESULTS_SHOWN, popularity=popularity, here=_Here(visit))
        return last[1]

    def meant(words: str) -> Sayable | None:
        name = look(words).did_you_mean
        return text("find.meant", name=name) if name else None

    try:
        answer = await visit.show(
            Find(
                name="find",
                title=text("find.title"),
                prompt=text("find.prompt"),
                find=lambda words: tuple(item_row(visit, hit.item) for hit in look(words).hits),
                meant=meant,
                nothing=text("find.nothing", phone=kiosk.site.kiosk.helpline),
            )
        )
    finally:
        if not last[1].hits:
            kiosk.counts.found_nothing(last[0])
    await read_guide(visit, _published(visit, answer.id))


class _Here:
    """The ids of items that can be done at this kiosk now."""

    def __init__(self, visit: Visit) -> None:
        self._kiosk = visit.kiosk

    def __contains__(self, item_id: object) -> bool:
        item = self._kiosk.guide.item(str(item_id))
        return item is not None and self._kiosk.availability.of(item).where == "here"


async def _choose_and_read(visit: Visit, name: str, title: Sayable, items: list[ServiceItem]) -> None:
    answer = await visit.show(
        Choose(name=name, title=title, choices=tuple(item_row(visit, item) for item in items))
    )
    await read_guide(visit, _published(visit, answer.id))


async def read_guide(visit: Visit, item: ServiceItem) -> None:
    """Read one guide; from it the item is started, one's own list worked out, or a related guide opened."""
    visit.journey = "look-up-guide"

    async def opened() -> None:
        visit.kiosk.counts.opened(item.id)

    await visit.once(f"opened-{item.id}", opened)
    related = tuple(
        item_row(visit, other)
        for other in map(visit.kiosk.guide.item, (*item.parts, *item.related))
        if other is not None
    )
    known = visit.kiosk.guide.offices
    offices = [known[name] for name in item.offices if name in known]
    standing, place = visit.kiosk.availability.of(item), visit.kiosk.site.kiosk
    page = guide_page(item, standing, offices, place, visit.kiosk.guide.asset, related)
    subject = Subject("guide", item.id)
    question = "rating.title-guide"
    while (answer := await show_rated(visit, page, subject, asked=question)).id.startswith(SAMPLE):
        visit.forget(page.name)
        await _show_sample(visit, item, answer.id.removeprefix(SAMPLE))
    match answer.id:
        case "submit":
            return await submit_item(visit, item)
        case "collect":
            return await collect_result(visit)
        case list_action.id:
            return await work_out_list(visit, item)
        case other:
            return await read_guide(visit, _published(visit, other))


async def _show_sample(visit: Visit, item: ServiceItem, material_id: str) -> None:
    material = next(one for one in item.materials if one.id == material_id)
    picture = visit.kiosk.guide.asset(material.sample_picture or "")
    if picture is not None:
        await visit.show(sample_page(material, picture), passing=True)


async def work_out_list(visit: Visit, item: ServiceItem) -> None:
    """The few questions of an item, what one has already, and the exact list: to read, print, take along."""
    answers = {}
    for question in item.questions:
        answers[question.id] = (await visit.show(question_page(question))).value
    marks: dict[str, str] = {}
    if materials := item.materials_for(answers):
        marks = read_marks((await visit.show(marking_page(item, materials))).value)
    mine = MyList(item, answers, marks)
    printer = usable(visit.kiosk.devices, ReceiptPrinter) is not None
    while True:
        standing = visit.kiosk.availability.of(item)
        answer = await visit.show(list_page(mine, standing, printer=printer), passing=True)
        if answer.id == "submit":
            return await submit_item(visit, item, answers)
        if answer.id == "phone":
            await visit.show(phone_page(mine, visit.stage.say), passing=True)
        else:
            await _print_list(visit, mine, large=answer.id == "large")


async def _print_list(visit: Visit, mine: MyList, *, large: bool) -> None:
    slip = one_time_notice(visit.stage.say, visit.kiosk.site.kiosk, mine, large=large)
    paper = await print_paper(visit, slip)
    failed = isinstance(paper, NotPrinted)
    await visit.show(
        Notice(
            name="list-printed" if not failed else "list-not-printed",
            title=text("checklist.not-printed" if failed else "checklist.printed"),
            note=paper_note(paper, "checklist.paper"),
            tone="warn" if failed else "ok",
            picture="out-of-service" if failed else "take-paper",
            main=Action(CLOSE, text("list.phone.close"), "chevron-left"),
            idle=Idle.READING,
        ),
        passing=True,
    )


def item_row(visit: Visit, item: ServiceItem) -> Choice:
    """One item as a row, with where it can be done now."""
    return row_of(item, visit.kiosk.availability.of(item))


def _published(visit: Visit, item_id: str) -> ServiceItem:
    item = visit.kiosk.guide.item(item_id)
    assert item is not None, "rows name published items; a publication keeps ids"
    return item


def _theme_order(item: ServiceItem) -> int:
    themes = list(DOMAIN_ICONS)
    return themes.index(item.domain.zh) if item.domain.zh in themes else len(themes)


def _often(item: ServiceItem) -> int:
    return OFTEN.index(item.id) if item.id in OFTEN else len(OFTEN)


def _count(visit: Visit, domain: str) -> Sayable:
    return text("themes.count", count=sum(item.domain.zh == domain for item in visit.kiosk.guide.items))


def _no_guides(visit: Visit) -> Notice:
    return Notice(
        name="no-guides",
        title=text("no-guides.title"),
        lines=(text("no-guides.line"), text("help.line", phone=visit.kiosk.site.kiosk.helpline)),
        tone="warn",
        picture="nothing-found",
        main=Action("finish", text("action.finish"), "home"),
    )
