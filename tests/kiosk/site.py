"""A whole site for tests: embedded hub and bench as child processes, the kiosk's rooms in this one."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from anyio.from_thread import start_blocking_portal

from config.settings import Site, load_site
from devices.simulators.control import BenchClient, control_socket
from kiosk.embedded import hub_data, run_command, whole_site
from kiosk.journeys.home import home
from kiosk.opening import Opened, open_kiosk
from kiosk.simulated import write_site
from kiosk.visit import Ending, Visit
from tests.kiosk.resident import On, ScriptedResident
from tests.seeded import give_seeded_hub


class Town:
    """The site, its hub and its bench; residents come one after the other."""

    def __init__(self, site: Site, opened: Opened) -> None:
        self.site = site
        self.opened = opened
        self.kiosk = opened.kiosk
        self._bench = BenchClient(control_socket(site))

    def bench(self, command: str, **arguments: object) -> dict[str, Any]:
        return self._bench.ask(command, **arguments)

    async def visit(self, *script: On) -> tuple[Ending, ScriptedResident]:
        """One resident's visit from the first page on. Who laid a card takes it when they are called back."""
        laid = any(move.page == "present-id-card" for move in script)
        pull = On("take-card", lambda _: self._do("pull-card", device="id-reader"))
        resident = ScriptedResident(*script, *([pull] if laid else []))
        how = await asyncio.wait_for(Visit(self.kiosk, resident).run(home), 40)
        assert not resident.script, f"never came to {resident.script[0].page}; saw {resident.names}"
        return how, resident

    async def hub(self, what: str) -> list[dict[str, Any]]:
        """What the hub's own database holds: ``cases`` or ``results``."""
        listed = json.loads(await run_command("hub", what, "--data", str(hub_data(self.site)), "--json"))
        assert isinstance(listed, list)
        return listed

    async def until(self, holds: Any, seconds: float = 20.0) -> None:
        """Wait until something holds that comes about by itself."""
        async with asyncio.timeout(seconds):
            while not holds():
                await asyncio.sleep(0.05)

    def paper(self) -> str:
        """What is written on the last paper."""
        return "\n".join(self.bench("paper", device="receipt-printer")["text"])

    def lay_card(self, who: str = "li-guilan") -> On:
        return On("present-id-card", lambda _: self._do("lay-card", device="id-reader", who=who))

    def put_page(self, name: str = "capture-hukou-own-page") -> On:
        def put(page: Any) -> str:
            self._do("put-page", device="document-camera", what="household-register")
            see_page(page)
            return "shoot"

        return On(name, put)

    def tidy(self) -> None:
        """Leave the bench as the next resident should find it."""
        for device, known in self.bench("status")["devices"].items():
            if known.get("fault"):
                self.bench("fault", device=device, fault="none")
            if known.get("card"):
                self.bench("pull-card", device=device)
            if known.get("page"):
                self.bench("clear-desk", device=device)
        self.bench("network", state="on")

    def _do(self, command: str, **arguments: object) -> None:
        self.bench(command, **arguments)


def see_page(page: Any) -> None:
    """Look at the live picture, as a resident does, until the page is in it."""
    for _ in range(200):
        glimpse = page.look()
        if glimpse is not None and glimpse.outline is not None:
            return
        time.sleep(0.02)
    raise AssertionError("the camera never saw the page")


@asynccontextmanager
async def town(folder: Path, devices: str | None = None, also: str = "") -> AsyncIterator[Town]:
    """Build the town in ``folder`` and open its kiosk.

    ``devices``: tables in place of the usual ones; ``also``: tables besides.
    """
    site_file, site = _plan(folder, devices, also)
    async with whole_site(site, site_file), _opened(site) as built:
        yield built


@contextmanager
def standing(folder: Path) -> Iterator[Site]:
    """A town's hub and bench for many tests, of which each opens the kiosk for itself (``reopened``)."""
    site_file, site = _plan(folder)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(whole_site(site, site_file)):
        yield site


@asynccontextmanager
async def reopened(site: Site) -> AsyncIterator[Town]:
    """The kiosk of a standing town, which finds what it kept; the bench is tidied up afterwards."""
    async with _opened(site) as built:
        try:
            yield built
        finally:
            built.tidy()


def _plan(folder: Path, devices: str | None = None, also: str = "") -> tuple[Path, Site]:
    site_file = write_site(folder)
    if devices is not None:
        usual = site_file.read_text(encoding="utf-8").partition("[devices.")[0]
        site_file.write_text(usual + devices, encoding="utf-8")
    with site_file.open("a", encoding="utf-8") as tables:
        tables.write(also)
    site = load_site(site_file)
    if not hub_data(site).exists():
        give_seeded_hub(hub_data(site))
    return site_file, site


@asynccontextmanager
async def _opened(site: Site) -> AsyncIterator[Town]:
    async with open_kiosk(site) as opened:
        built = Town(site, opened)
        guide = opened.kiosk.guide
        await built.until(lambda: guide.items and not guide.missing_files() and opened.link.online)
        yield built
