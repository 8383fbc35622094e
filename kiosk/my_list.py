"""The exact list for one's own situation: on the screen, on paper, on the phone (one-time notice)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from kiosk.availability import Standing
from kiosk.guide_pages import guide_chips, material_picture
from kiosk.pages import (
    Action,
    Ask,
    Chip,
    Choice,
    GuideRendering,
    GuideRow,
    GuideSection,
    Idle,
    MarkMaterials,
    Notice,
    Page,
    ReadGuide,
)
from kiosk.text import Sayable, text
from kiosk.wire import Material, ServiceItem, Situation

Say = Callable[[Sayable], str]

#: What somebody may say of a material, and the pictogram of it.
MARKS: Final = {"have": "check", "lack": "plus", "unknown": "question"}

#: Bytes that a QR code may hold so that a phone reads it off the panel at arm's length (version 22, level L).
LARGEST_QR: Final = 1003


@dataclass(frozen=True)
class MyList:
    """What one resident needs for an item: the materials of their situation, and what they said of each."""

    item: ServiceItem
    answers: Mapping[str, str]
    marks: Mapping[str, str]

    @property
    def materials(self) -> tuple[Material, ...]:
        """The materials needed in this situation."""
        return self.item.materials_for(self.answers)

    def marked(self, *marks: str) -> tuple[Material, ...]:
        """The materials with one of these marks; "" is no mark."""
        return tuple(one for one in self.materials if self.marks.get(one.id, "") in marks)


def question_page(question: Situation) -> Ask:
    """One question that narrows the list."""
    return Ask(
        name=f"situation-{question.id}",
        title=question.question,
        hint=question.hint,
        kind="choice",
        choices=tuple(Choice(choice.value, choice.label) for choice in question.choices),
        private=False,
        idle=Idle.READING,
    )


def marking_page(item: ServiceItem, materials: tuple[Material, ...]) -> MarkMaterials:
    """Ask what of it somebody has already."""
    return MarkMaterials(
        name="mark-materials",
        title=text("list.mark"),
        note=item.short_name,
        materials=tuple(Choice(one.id, one.name, one.note, material_picture(one)) for one in materials),
        marks=tuple(Choice(mark, text(f"list.{mark}"), icon=icon) for mark, icon in MARKS.items()),
        main=Action("enter", text("list.show"), "list"),
    )


def read_marks(value: str) -> dict[str, str]:
    """What ``MarkMaterials`` answered, by material."""
    return dict(one.split("=", 1) for one in value.split() if "=" in one)


def list_page(mine: MyList, standing: Standing, *, printer: bool) -> ReadGuide:
    """The list on the screen, from which it is taken home or the item is begun."""
    item = mine.item
    bring = tuple(_row(one, Chip(text("list.ready"), "ok")) for one in mine.marked("have"))
    get = tuple(_row(one, Chip(text("list.to-get"), "warn"), source=True) for one in mine.marked("lack"))
    look = tuple(_row(one, None, source=True) for one in mine.marked("unknown"))
    plain = tuple(_row(one, None) for one in mine.marked(""))
    sections = (
        GuideSection("bring", text("list.bring"), rows=(*bring, *plain)),
        GuideSection("get", text("list.get"), rows=get),
        GuideSection("look", text("list.look"), rows=look),
        GuideSection("nothing", text("list.nothing"), () if mine.materials else (text("list.nothing.line"),)),
        GuideSection(
            "where",
            text("guide.where"),
            rows=(
                GuideRow(item.window.name, item.window.address, "building"),
                GuideRow(item.window.hours, item.window.phone, "clock"),
            ),
        ),
    )
    submit = standing.where == "here" and item.self_service == "submit"
    paper = (Action("print", text("list.print"), "printer"), Action("large", text("list.large"), "text-size"))
    return ReadGuide(
        name="my-list",
        title=text("list.title"),
        note=item.name,
        chips=guide_chips(item, standing),
        renderings=(
            GuideRendering(
                "illustrated",
                text("guide.illustrated"),
                tuple(one for one in sections if one.rows or one.paragraphs),
            ),
        ),
        source=text("guide.source", source=item.source, version=item.version),
        main=Action("submit", text("guide.start"), "pencil") if submit else None,
        others=(*(paper if printer else ()), Action("phone", text("list.phone"), "qr")),
    )


def phone_page(mine: MyList, say: Say) -> Page:
    """The list as a QR code: plain words that any phone shows, from nobody's server, about nobody."""
    return Notice(
        name="list-for-phone",
        title=text("list.phone.title"),
        note=text("list.phone.note"),
        qr=phone_words(mine, say),
        main=Action("close", text("list.phone.close"), "chevron-left"),
        idle=Idle.READING,
    )


def phone_words(mine: MyList, say: Say) -> str:
    """The list in as many words as a QR code holds: notes give way first, then the last materials."""
    item = mine.item
    head = f"{say(item.short_name)}\n{say(text('paper.bring'))}"
    foot = "\n".join(
        (
            f"{say(text('guide.fee'))} {say(item.fee.text)}",
            f"{say(item.window.name)} {say(item.window.address)}",
            f"{say(item.window.hours)} {item.window.phone}",
            f"{item.updated:%Y-%m-%d} v{item.version}  {say(item.source)}",
        )
    )
    short = [f"{'☑' if mine.marks.get(one.id) == 'have' else '□'} {say(one.name)}" for one in mine.materials]
    long = [
        line + (f"（{say(one.note)}）" if one.note else "")
        for line, one in zip(short, mine.materials, strict=True)
    ]
    for lines in (
        long,
        short,
        *([*short[:n], f"… +{len(short) - n}"] for n in range(len(short) - 1, -1, -1)),
    ):
        words = "\n".join((head, *lines, foot))
        if len(words.encode()) <= LARGEST_QR:
            return words
    return head


def _row(material: Material, chip: Chip | None, *, source: bool = False) -> GuideRow:
    note: Sayable | None = material.source if source and material.source else material.note
    return GuideRow(material.name, note, material_picture(material), chip=chip)
