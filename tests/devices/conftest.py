"""What the tests of devices share."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from devices.simulators.pcsc_service import PcscService, ServiceMissing


@pytest.fixture(scope="session")
def pcsc_service() -> Iterator[PcscService]:
    """The machine's one PC/SC service, for this run of the tests alone."""
    with (Path(tempfile.gettempdir()) / "yedeng-pcsc.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        service = PcscService()
        try:
            service.start()
        except ServiceMissing as error:
            pytest.fail(str(error))
        yield service
        service.stop()
