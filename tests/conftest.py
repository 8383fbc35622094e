"""What holds for every test of the house."""

from __future__ import annotations

import fcntl
import gc
import os
import tempfile
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from devices.simulators.pcsc_service import PcscService

# As many tests run as there are processors: Mesa's drawing threads would only wait for each other.
os.environ["LP_NUM_THREADS"] = "1"

# A busy machine is slow to make up examples, too: that says nothing of what is tested.
settings.register_profile("house", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

GRACE = 5.0
"""Seconds a thread has to end by itself after its test: it was told to stop, not waited for."""


#: These use what a machine has once: the PC/SC service, the ports at which XFS4IoT services are looked for.
#: The supervisor, which watches by the clock, shares a core badly.
#: They are marked ``machine``, and `make test` runs them one after the other.
ONE_OF_A_MACHINE = frozenset(
    {
        "test_bank_terminal.py",
        "test_bench.py",
        "test_commands.py",
        "test_plugging.py",
        "test_recordings.py",
        "test_social_card.py",
        "test_supervisor.py",
        "test_technician.py",
        "test_tour.py",
        "test_xfs4iot.py",
    }
)
CONFORMANCE = Path(__file__).with_name("conformance") / "test_conformance.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    """What the conformance suite is asked for on the command line."""
    group = parser.getgroup("conformance of device drivers")
    group.addoption("--driver", metavar="NAME", help="Run the conformance suite, for this driver alone.")
    group.addoption("--rig", metavar="MODULE:CLASS", help="The rig of a driver that lives elsewhere.")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With ``--driver`` or ``--rig`` only the conformance suite is run."""
    asked = config.getoption("--driver") or config.getoption("--rig")
    return True if asked and not CONFORMANCE.is_relative_to(collection_path) else None


def pytest_collection_finish() -> None:
    """What was imported stays: it is not looked through for garbage with every page that is taken down."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    """At the end it is taken down in order, or modules in C++ complain of what nobody gave back."""
    gc.unfreeze()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what clashes on one machine."""
    if any(name in item.name for name in ("[pcsc", "[xfs4iot")) or item.path.name in ONE_OF_A_MACHINE:
        item.add_marker(pytest.mark.machine)


@pytest.fixture(autouse=True)
def no_thread_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that leaves a thread running fails, by that thread's name.

    Threads of wider fixtures (a hub for a whole module) are older than the test and do not count.
    """
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + GRACE
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(max(0.0, deadline - time.monotonic()))
    names = sorted(thread.name for thread in left if thread.is_alive())
    if names:
        pytest.fail(f"{request.node.nodeid} left threads running: {', '.join(names)}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Keep the plugin looptime away from tests that are no coroutines: it makes loops that nobody closes."""
    if pyfuncitem.get_closest_marker("asyncio") is None:
        pyfuncitem.funcargs.pop("event_loop_policy", None)
    return (yield)


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """How a command line configures its log lines ends with the test that ran it."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def pcsc_service() -> Iterator[PcscService]:
    """The machine's one PC/SC service, for this run of the tests alone."""
    from devices.simulators.pcsc_service import PcscService, ServiceMissing

    with (Path(tempfile.gettempdir()) / "yedeng-pcsc.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        service = PcscService()
        try:
            service.start()
        except ServiceMissing as error:
            pytest.fail(str(error))
        yield service
        service.stop()
