"""A filled database goes back to where the first installations stood and forward again, and loses nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from kiosk.hub_client import HubClient
from kiosk.wire import CopyRequest, ResultQuery
from offline_queue import Delivered, OfflineQueue, new_id
from tests.hub.conftest import ROOT, HubProcess, environment, hub_command
from tests.hub.filings import put
from tests.hub.test_kiosks_at_the_hub import sign_of_life

HER = ResultQuery(document="resident_id", number="11010519491231002X", name="李桂兰")


def test_back_and_forward(hub: HubProcess, client: HubClient, queue: OfflineQueue, tmp_path: Path) -> None:
    client.check_in(sign_of_life())
    for page in (b"a page", b"another page"):
        put(queue, page)
        assert isinstance(client.deliver(queue.lease())[0], Delivered)
    result = client.find_results(HER).results[0]
    client.make_copy(CopyRequest(copy_id=new_id(), result_id=result.result_id, holder=HER))
    copy, keys, filled = tmp_path / "copy", tmp_path / "keys.tar", tmp_path / "filled"
    hub_command("backup", "--data", str(hub.data), "--out", str(copy), "--keys", str(keys))
    hub_command("restore", "--data", str(filled), str(copy), "--keys", str(keys))
    done = subprocess.run(
        [sys.executable, "-m", "tests.hub.migrating", str(filled)],
        cwd=ROOT,
        env=environment(filled),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["lost"] == {}
    assert all(
        found["tables"][table] for table in ("kiosks_kiosk", "cases_case", "cases_copy", "intake_sealedfile")
    )
