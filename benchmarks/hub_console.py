"""The console's pages with a full database behind them, against the same pages with a small one."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import requests

from benchmarks import hub_servers
from benchmarks.figures import Aim, Subject
from benchmarks.hub_servers import Place
from benchmarks.processes import BenchmarkError

ROLES: Final = ("administrator", "clerk", "publisher", "auditor", "security_officer")
PASSWORD: Final = "a long enough password 7"  # noqa: S105 - of a passing hub
BESIDE: Final = {"/console/kiosks/kiosk/day/", "/console/kiosks/kiosk/places/"}
"""Pages of the fleet that its tabs lead to."""
TIMES: Final = 15
AIM_MS: Final = 500.0

Times = dict[tuple[str, str], float]


def console(kiosks: int, cases: int) -> list[Subject]:
    """Every page that the console's menu leads to, and one row of each list, for each role."""
    with hub_servers.sqlite() as place:
        fill(place, 40, 200)
        small = times(place)
    with hub_servers.postgresql() as place:
        fill(place, kiosks, cases)
        return [told(small, times(place))]


def told(small: Times, full: Times) -> Subject:
    """The table: the slowest pages of a full hub, beside the same pages of a small one."""
    subject = Subject("console", TITLE, COLUMNS, how=HOW)
    slowest = sorted(full, key=lambda page: full[page], reverse=True)
    for page in slowest[:12]:
        ratio = f"{full[page] / small[page]:.1f}x" if page in small else ""
        subject.rows.append((*page, f"{full[page]:.0f}", ratio))
    every = sorted(full.values())
    subject.rows.append(("all", f"{len(full)} pages, the median", f"{every[len(every) // 2]:.0f}", ""))
    subject.aims["p95 of the slowest page"] = Aim(full[slowest[0]], AIM_MS, " ms")
    return subject


def fill(place: Place, kiosks: int, cases: int) -> None:
    """Invented kiosks and cases, and an account of each role."""
    data = ("--data", str(place.folder))
    place.run("main.py", "hub", "seed", *data, "--fleet", str(kiosks))
    place.run("-m", "benchmarks.children.many_cases", str(place.folder), str(cases))
    for role in ROLES:
        words = ("create-account", role, "--role", role, *data, "--password", PASSWORD)
        place.run("main.py", "hub", *words)


def times(place: Place) -> Times:
    """The time of each page, in ms at 95 %, by role and page."""
    open_to_all = replace(place, environment={**place.environment, "YEDENG_HUB_SECOND_FACTOR": "off"})
    found = {}
    with hub_servers.hub(open_to_all, 2, pinned=False) as (url, _):
        for role in ROLES:
            with requests.Session() as session:
                _log_in(session, url, role)
                for shape, address in _pages(session, url):
                    found[role, shape] = _p95(session, address)
    return found


def _log_in(session: requests.Session, url: str, role: str) -> None:
    session.get(f"{url}/console/login/", timeout=60)
    form = {"username": role, "password": PASSWORD, "next": "/console/"}
    form["csrfmiddlewaretoken"] = next(c.value or "" for c in session.cookies if "csrftoken" in c.name)
    answer = session.post(f"{url}/console/login/", data=form, headers={"Referer": url}, timeout=60)
    if "/login" in answer.url or answer.status_code != 200:
        raise BenchmarkError(f"{role} could not log in")


def _pages(session: requests.Session, url: str) -> Iterable[tuple[str, str]]:
    """What the menu leads to and one row of each list, as shape and address."""
    seen: dict[str, str] = {"/console/": f"{url}/console/"}
    menu = set(_links(session.get(f"{url}/console/", timeout=120).text))
    if "/console/kiosks/kiosk/" in menu:
        menu |= BESIDE
    for path in sorted(menu):
        seen[path] = url + path
        page = session.get(url + path, timeout=120)
        rows = [link for link in _links(page.text) if link not in menu and re.search(r"/change/$", link)]
        for row in rows[:1]:
            seen.setdefault(f"{path}…/change/", url + row)
    return seen.items()


def _links(page: str) -> list[str]:
    wanted = re.findall(r'href="(/console/[^"?#]*/)"', page)
    return [link for link in wanted if not re.search(r"log_?out|login|/add/|export|password|delete", link)]


def _p95(session: requests.Session, address: str) -> float:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        status = session.get(address, timeout=120).status_code
        taken.append(1000 * (time.perf_counter() - began))
        if status != 200:
            raise BenchmarkError(f"{address} answered {status}")
    return sorted(taken)[int(0.95 * (len(taken) - 1))]


TITLE: Final = "The hub's console when it is full"
COLUMNS: Final = ("role", "page", "p95, ms", "to the same page of a small hub")
HOW: Final = """\
PostgreSQL as Debian configures it, 10,000 kiosks, 1,000,000 cases of which one in fifty is open. Each page
that the menu leads to and one row of each list, 15 times, by five roles; the twelve slowest are shown. Two
workers. The small hub has 40 kiosks and 200 cases, on SQLite, in the same run. Pages are whole answers of the
server, without what a browser makes of them.
"""
