"""Paper: what a resident goes home with, and saying truly whether it was printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

from config.settings import KioskSettings
from devices.contract import DocumentPrinter, PrintProof, ReceiptPrinter
from devices.document import Document
from devices.errors import DeviceBusy, DeviceError, JobState, PrintStopped
from devices.identity import CHINA_TIME, mask_name
from devices.receipt import Align, Columns, Cut, Feed, Logo, Part, Qr, Receipt, Rule, Size, Text, Title
from devices.supervisor import Supervisor
from kiosk.availability import usable
from kiosk.my_list import MyList
from kiosk.pages import Action, Answer, Done, Notice, Step
from kiosk.submissions import Filed
from kiosk.text import Sayable, text
from kiosk.visit import Visit
from kiosk.wire import Applicant, ResultCopy, ServiceItem

Say = Callable[[Sayable], str]


@dataclass(frozen=True)
class NotPrinted:
    """The paper did not come out; ``why`` is the device's detail key.

    Not ``surely``: the printer was lost at the end, and only somebody who looks knows whether there is paper.
    ``begun``: some of it may be on paper, so that another one must be marked as a copy.
    """

    why: str
    surely: bool = True
    begun: bool = False


Paper = Literal["printed", "sent"] | NotPrinted


async def print_paper(visit: Visit, paper: Receipt | Document) -> Paper:
    """Print a slip, or a document on A4, while the resident sees that it is printing.

    What came of it is remembered in the visit.
    """
    page = Notice(
        name="printing",
        title=text("printing.title"),
        note=text("printing.note-a4" if isinstance(paper, Document) else "printing.note"),
        waiting=True,
        picture="printing",
    )
    outcome = await visit.show_while(page, partial(_print, visit.kiosk.devices, paper))
    assert not isinstance(outcome, Answer), "a page without actions is not answered"
    visit.count("not-printed" if isinstance(outcome, NotPrinted) else "printed")
    return outcome


async def _print(devices: Supervisor, paper: Receipt | Document) -> Paper:
    try:
        if isinstance(paper, Document):
            a4_printer = usable(devices, DocumentPrinter)
            proof = await a4_printer.print_document(paper) if a4_printer else None
        else:
            printer = usable(devices, ReceiptPrinter)
            proof = await printer.print_document(paper) if printer else None
    except DeviceError as error:
        nothing_known = JobState.NOT_STARTED if isinstance(error, DeviceBusy) else JobState.UNKNOWN
        job = error.job if isinstance(error, PrintStopped) else nothing_known
        return NotPrinted(error.detail, job is not JobState.UNKNOWN, job is not JobState.NOT_STARTED)
    if proof is None:
        return NotPrinted("no-printer")
    return "printed" if proof is PrintProof.PRINTED else "sent"


async def hand_over(visit: Visit, item: ServiceItem, applicant: Applicant, filed: Filed, step: Step) -> Done:
    """Print the receipt of a filing; the last page shows its number and says whether there is paper."""

    def receipt(again: bool) -> Receipt:
        return filing_receipt(visit.stage.say, visit.kiosk.site.kiosk, item, applicant, filed, again=again)

    paper = await _print_until_settled(visit, receipt, step)
    received = filed.case_no is not None
    if filed.granted:
        answer: Sayable = text("done.granted")
    elif filed.promised_by:
        answer = text("done.answer-by", date=filed.promised_by)
    else:
        answer = text("done.anywhere" if received else "done.kept-line")
    return Done(
        name="done" if received else "done-kept",
        kept=not received,
        title=text("done.received" if received else "done.kept"),
        note=paper_note(paper),
        number_label=text("done.case-no" if received else "done.check-code"),
        number=filed.number,
        lines=(answer,),
        main=Action("finish", text("action.finish-wipe")),
        step=step,
    )


async def _print_until_settled(visit: Visit, receipt: Callable[[bool], Receipt], step: Step) -> Paper:
    """Print; a receipt that was begun and not finished may be printed again, marked as a copy."""
    paper = await print_paper(visit, receipt(False))
    while isinstance(paper, NotPrinted) and paper.begun:
        page = Notice(
            name="receipt-spoiled",
            title=text("not-printed.title" if paper.surely else "receipt.unsure"),
            note=paper_note(paper),
            lines=(text("receipt.copy-line"), text("help.line", phone=visit.kiosk.site.kiosk.helpline)),
            tone="warn",
            picture="out-of-service",
            main=Action("again", text("not-printed.again"), "printer"),
            others=(Action("go-on", text("receipt.go-on")),),
            step=step,
        )
        if (await visit.show(page, passing=True)).id == "go-on":
            break
        another = await print_paper(visit, receipt(True))
        if not isinstance(another, NotPrinted) or another.begun:
            paper = another
        else:  # nothing new came out: what is known of the first sheet stays true
            paper = NotPrinted(another.why, paper.surely, begun=True)
    return paper


def paper_note(paper: Paper, printed: str = "done.paper") -> Sayable:
    """Whether there is paper to take (said by the key ``printed``), and what to do when there is none."""
    if paper == "sent" or (isinstance(paper, NotPrinted) and not paper.surely):
        return text(f"{printed}-sent")
    if not isinstance(paper, NotPrinted):
        return text(printed)
    return text("done.paper-out" if paper.why == "paper-out" else "done.no-paper")


def filing_receipt(
    say: Say,
    site: KioskSettings,
    item: ServiceItem,
    applicant: Applicant,
    filed: Filed,
    *,
    again: bool = False,
) -> Receipt:
    """One of two honest papers: "received, number N" or "kept here, will be sent"; no full ID number.

    ``again`` marks a second printing.
    """
    received = filed.case_no is not None
    head: list[Part] = [
        Logo(),
        Title(say(text("paper.received" if received else "paper.kept"))),
        *_mark(say, again=again),
        Text(say(text("done.case-no" if received else "done.check-code")), align=Align.CENTRE),
        Text(filed.number, Size.HUGE, emphasis=True, align=Align.CENTRE),
        Rule(),
        Columns(say(text("paper.item")), say(item.short_name)),
        Columns(say(text("paper.applicant")), mask_name(applicant.name)),
        Columns(say(text("paper.time")), _now()),
    ]
    if filed.promised_by and not filed.granted:
        head.append(Columns(say(text("paper.answer-by")), f"{filed.promised_by:%Y-%m-%d}"))
    if received:
        head.append(Columns(say(text("done.check-code")), filed.check_code))
    return Receipt(
        (
            *head,
            Rule(),
            Qr(f"yedeng:{filed.check_code}"),
            Text(say(_next(filed)), align=Align.CENTRE),
            *_foot(say, site),
        )
    )


def result_slip(say: Say, site: KioskSettings, copy: ResultCopy, *, again: bool) -> Receipt:
    """A result on a slip, with copy number and verification code; ``again`` marks a second printing."""
    return Receipt(
        (
            Logo(),
            Title(say(copy.title)),
            *_mark(say, again=again),
            *(Columns(say(line.label), line.value) for line in copy.lines),
            Rule(),
            Text(say(copy.body)),
            Feed(1),
            Columns(say(text("paper.authority")), say(copy.authority)),
            Columns(say(text("done.case-no")), copy.case_no),
            Columns(say(text("paper.copy-no")), str(copy.copy_no)),
            Columns(say(text("paper.issued")), f"{copy.issued_at.astimezone(CHINA_TIME):%Y-%m-%d %H:%M}"),
            Columns(say(text("paper.verify-code")), copy.verification_code),
            Qr(f"yedeng:verify:{copy.verification_code}"),
            Text(say(text("paper.verify")), align=Align.CENTRE),
            *_foot(say, site),
        )
    )


def one_time_notice(say: Say, site: KioskSettings, mine: MyList, *, large: bool = False) -> Receipt:
    """The one-time notice: everything needed in one's own situation; ``large``: for weak eyes."""
    item, size = mine.item, Size.LARGE if large else Size.NORMAL
    parts: list[Part] = [
        Logo(),
        Title(say(item.short_name)),
        Text(say(text("paper.bring")), Size.LARGE, emphasis=True),
    ]
    for material in mine.materials:
        have = mine.marks.get(material.id) == "have"
        parts.append(Text(f"{'√' if have else '□'} {say(material.name)}", size, emphasis=True))
        told = [material.note] if have else [material.note, material.source]
        parts += [Text(f"  {say(one)}", size) for one in told if one]
    parts += [
        Rule(),
        Text(f"{say(text('guide.fee'))}  {say(item.fee.text)}", size),
        Text(say(item.window.name), size),
        Text(say(item.window.address), size),
        Text(f"{say(item.window.hours)}  {item.window.phone}", size),
        Rule(),
        Columns(say(text("paper.version")), f"{item.updated:%Y-%m-%d} · v{item.version}"),
        Text(say(item.source)),
    ]
    return Receipt((*parts, *_foot(say, site)))


def trouble_slip(say: Say, site: KioskSettings, number: str) -> Receipt:
    """The ticket of somebody who could not get it done."""
    return _number_slip(say, site, number, "trouble.kept", "trouble.next")


def evaluation_slip(say: Say, site: KioskSettings, number: str) -> Receipt:
    """The check code of a rating that somebody will look into."""
    return _number_slip(say, site, number, "rating.kept", "rating.kept.code")


def _number_slip(say: Say, site: KioskSettings, number: str, title: str, follows: str) -> Receipt:
    return Receipt(
        (
            Logo(),
            Title(say(text(title))),
            Text(number, Size.HUGE, emphasis=True, align=Align.CENTRE),
            Columns(say(text("paper.time")), _now()),
            Text(say(text(follows)), align=Align.CENTRE),
            *_foot(say, site),
        )
    )


def _next(filed: Filed) -> Sayable:
    if filed.granted:
        return text("done.granted")
    return text("paper.received-next" if filed.case_no is not None else "paper.kept-next")


def _mark(say: Say, *, again: bool) -> tuple[Text, ...]:
    """What a second printing says of itself."""
    return (Text(say(text("paper.again")), Size.LARGE, emphasis=True, align=Align.CENTRE),) if again else ()


def _foot(say: Say, site: KioskSettings) -> tuple[Rule | Text | Cut, ...]:
    keeper = (
        say(text("paper.keeper", keeper=site.keeper, phone=site.keeper_phone)) if site.keeper_phone else ""
    )
    lines = [
        say(text("paper.place", zh=site.place_zh, en=site.place_en)),
        keeper,
        say(text("paper.helpline", phone=site.helpline)),
    ]
    return (Rule(), *(Text(line, align=Align.CENTRE) for line in lines if line), Cut())


def _now() -> str:
    return f"{datetime.now(CHINA_TIME):%Y-%m-%d %H:%M}"
