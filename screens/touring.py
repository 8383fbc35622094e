"""The guided tour: three visits by real touches on the rendered pages, with a picture of every page.

Everything is the product: its hub in a child process, its drivers against the simulators' far ends of real
wires, its own touch handling. The tour only lays cards, puts pages, touches keys, and looks.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from config.settings import Site, load_site
from devices.simulators.control import BenchClient, control_socket
from kiosk.embedded import hub_data, run_command
from kiosk.simulated import write_site
from screens import kivy_setup

if TYPE_CHECKING:
    from screens.finger import Finger
    from screens.serving import Serving

RESIDENT: Final = "li-guilan"
PHONE: Final = "13800138000"
ITEM: Final = "resident-medical-insurance-enrol"
DOCUMENT: Final = "household-register"
FIRST_PAGE_WITHIN: Final = 60.0


class TourFailed(Exception):
    """What was to be shown did not happen; the message says what."""


@dataclass
class Journey:
    """One visit of the tour, as it goes into the report."""

    name: str
    pages: list[dict[str, Any]] = field(default_factory=list)
    ok: bool = False


@dataclass
class Tour:
    """The tour in progress. ``out`` takes the pictures."""

    out: Path
    site: Site
    elder: bool
    finger: Finger
    bench: BenchClient
    journeys: list[Journey] = field(default_factory=list)
    receipt_no: str = ""
    papers: list[str] = field(default_factory=list)

    async def see(self, page: str, *, within: float = 15.0, label: str = "") -> None:
        """Wait for a page and take its picture."""
        ms = await self.finger.wait_page(page, timeout=within)
        number = sum(len(journey.pages) for journey in self.journeys) + 1
        picture = f"{number:02d}-{label or page}.png"
        await self.finger.screenshot(self.out / picture)
        self.journeys[-1].pages.append({"name": label or page, "picture": picture, "ms": round(ms, 1)})

    async def tap(self, key: str) -> None:
        """Touch a key."""
        await self.finger.tap(key)

    async def at_the_bench(self, command: str, **arguments: object) -> dict[str, Any]:
        """What a resident's hands do at the devices."""
        return await asyncio.to_thread(lambda: self.bench.ask(command, **arguments))

    async def begin(self, name: str) -> None:
        """From the lamp to the first page; who left the visit before stands on the first page already."""
        self.journeys.append(Journey(name))
        if len(self.journeys) == 1:
            await self.see("attract", within=FIRST_PAGE_WITHIN)
            await self.tap("start")
        await self.finger.wait_page("home")
        if self.elder:
            await self.tap("bar-elder")
            await self.finger.settle()
        await self.see("home")

    async def take_paper(self, name: str) -> str:
        """Take the paper out of the printer; its picture goes to the others. What is written on it."""
        paper = await self.at_the_bench("paper", device="receipt-printer")
        taken = await self.at_the_bench("take-paper", device="receipt-printer")
        picture = f"paper-{len(self.papers) + 1}-{name}.png"
        await asyncio.to_thread(shutil.copyfile, taken["path"], self.out / picture)
        self.papers.append(picture)
        return str(paper["text"])


async def look_up_a_guide(tour: Tour) -> None:
    """Browse, search by initials, read it in two forms, take the list home."""
    await tour.begin("look-up-guide")
    await tour.tap("guides")
    await tour.see("themes")
    await tour.tap("find")
    await tour.see("find")
    await tour.finger.type("jmyb")
    await tour.see("find", label="find-results")
    await tour.tap(ITEM)
    await tour.see("guide")
    await tour.tap("rendering-illustrated")
    await tour.see("guide", label="guide-illustrated")
    await tour.tap("list")
    await tour.see("situation-person")
    await tour.tap("adult")
    await tour.see("situation-support")
    await tour.tap("none")
    await tour.see("mark-materials")
    await tour.tap("id-card-have")
    await tour.tap("enter")
    await tour.see("my-list")
    await tour.tap("phone")
    await tour.see("list-for-phone")
    await tour.tap("close")
    await tour.finger.wait_page("my-list")
    await tour.tap("print")
    await tour.see("list-printed")
    text = await tour.take_paper("checklist")
    expect("户口" in text or "ousehold" in text, "the printed list names the household register")
    await tour.tap("close")
    await tour.finger.wait_page("my-list")
    await tour.tap("bar-leave")
    await tour.finger.wait_page("home")


async def submit_an_item(tour: Tour) -> None:
    """From the card to the receipt in the hand."""
    await tour.begin("submit-item")
    await tour.tap("submit")
    await tour.see("submit-here")
    await tour.tap(ITEM)
    await tour.finger.wait_page("guide")
    await tour.tap("submit")
    await tour.see("present-id-card")
    await tour.at_the_bench("lay-card", device="id-reader", who=RESIDENT)
    await tour.see("ask-phone")
    await tour.finger.type(PHONE)
    await tour.see("ask-phone", label="ask-phone-filled")
    await tour.tap("enter")
    await tour.see("ask-support")
    await tour.tap("none")
    await tour.at_the_bench("put-page", device="document-camera", what=DOCUMENT)
    await tour.finger.wait_page("capture-hukou-own-page")
    await page_is_seen(tour.finger)
    await tour.see("capture-hukou-own-page")
    await tour.tap("shoot")
    await tour.see("review-hukou-own-page")
    await tour.tap("keep")
    await tour.see("check-answers")
    await tour.tap("file")
    await tour.see("done", within=30)
    text = await tour.take_paper("receipt")
    tour.receipt_no = number_on(tour.finger)
    expect(tour.receipt_no in text, "the receipt shows the case number")
    await tour.at_the_bench("clear-desk", device="document-camera")
    await tour.tap("rate-5")
    await tour.see("done", label="done-rated")
    await tour.tap("finish")
    await tour.see("take-card")
    await tour.at_the_bench("pull-card", device="id-reader")
    await tour.see("attract")
    await tour.tap("start")


async def collect_a_result(tour: Tour) -> None:
    """From the card to the certificate in the hand."""
    await tour.begin("collect-result")
    await tour.tap("results")
    await tour.see("present-id-card")
    await tour.at_the_bench("lay-card", device="id-reader", who=RESIDENT)
    await tour.see("choose-result")
    await tour.at_the_bench("pull-card", device="id-reader")
    await tour.tap(first_choice(tour.finger))
    await tour.see("take-paper", within=30)
    await tour.take_paper("certificate")
    await tour.tap("taken")
    await tour.see("result-taken")
    await tour.tap("finish")
    await tour.see("attract")


JOURNEYS: Final[tuple[Callable[[Tour], Awaitable[None]], ...]] = (
    look_up_a_guide,
    submit_an_item,
    collect_a_result,
)


def make_tour(out: Path, *, landscape: bool, elder: bool, language: str) -> dict[str, Any]:
    """Make the tour. The report, also written to ``out/report.json``, says in ``ok`` how it went."""
    out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    report: dict[str, Any] = {
        "ok": False,
        "problem": None,
        "journeys": [],
        "submission_id": None,
        "result_copies": 0,
        "receipt_no": None,
    }
    with tempfile.TemporaryDirectory(prefix="yedeng-tour-") as folder:
        width, height = (1920, 1080) if landscape else (1080, 1920)
        site_file = write_site(Path(folder), width=width, height=height, language=language, social_card=True)
        site = load_site(site_file)
        off_screen = kivy_setup.prepare(site.panel)
        from screens.finger import Finger
        from screens.serving import serve

        async def walk(serving: Serving) -> None:
            bench = BenchClient(control_socket(site))
            tour = Tour(out, site, elder, Finger(serving.stage), bench)
            try:
                await hub_is_reached(serving)
                await _walk(tour)
                report.update(await _what_the_hub_holds(tour))
                report["ok"] = True
            except (AssertionError, TourFailed) as failure:
                report["problem"] = str(failure)
            finally:
                report["journeys"] = [vars(journey) for journey in tour.journeys]
                report["papers"] = tour.papers

        asyncio.run(serve(site, site_file, off_screen=off_screen, meanwhile=walk))
    report["seconds"] = round(time.monotonic() - started, 1)
    (out / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=2), encoding="utf-8")
    return report


async def _walk(tour: Tour) -> None:
    for journey in JOURNEYS:
        await journey(tour)
        tour.journeys[-1].ok = True


async def _what_the_hub_holds(tour: Tour) -> dict[str, Any]:
    """The submission as the hub's own database has it, exactly once; and the copies of results."""
    data = str(hub_data(tour.site))
    cases = json.loads(await run_command("hub", "cases", "--data", data, "--json"))
    filed = [case for case in cases if case["case_no"] == tour.receipt_no]
    expect(len(filed) == 1, f"the hub holds case {tour.receipt_no} exactly once")
    expect(
        len([case for case in cases if case["item"] == ITEM]) == 1,
        "the hub holds one submission of this item",
    )
    results = json.loads(await run_command("hub", "results", "--data", data, "--json"))
    copies = [copy for result in results for copy in result["copies"]]
    expect([copy["outcome"] for copy in copies] == ["taken"], "one copy of the result was taken")
    return {"submission_id": filed[0]["id"], "receipt_no": tour.receipt_no, "result_copies": len(copies)}


def expect(truth: bool, what: str) -> None:
    """Raises ``TourFailed`` unless ``what`` is so."""
    if not truth:
        raise TourFailed(f"not so: {what}")


async def hub_is_reached(serving: Serving) -> None:
    """Wait until the kiosk is fully in service: just opened, it has no network yet, or no guides."""
    for _ in range(round(FIRST_PAGE_WITHIN / 0.1)):
        if serving.opened.link.online and serving.opened.kiosk.guide.items:
            return
        await asyncio.sleep(0.1)
    raise TourFailed("not so: the hub is reached")


async def page_is_seen(finger: Finger) -> None:
    """Wait until the live picture shows the outline of the page that was put under the camera."""
    for _ in range(100):
        glimpse = finger.stage.page.look()  # type: ignore[union-attr]
        if glimpse is not None and glimpse.outline is not None:
            await asyncio.sleep(0.3)  # the picture on the panel is a little behind
            return
        await asyncio.sleep(0.1)
    raise TourFailed("not so: the camera sees the page")


def number_on(finger: Finger) -> str:
    """The number on the page that ends a filing."""
    return finger.stage.page.number  # type: ignore[union-attr]


def first_choice(finger: Finger) -> str:
    """The key of the first choice on the page."""
    return finger.stage.page.choices[0].id  # type: ignore[union-attr]
