"""A visit's filing, killed at every single one of its writes."""

from __future__ import annotations

from tests.offline_queue.hub_stand_in import hub_stand_in
from tests.offline_queue.kill import everywhere


def test_a_kill_at_any_write_of_a_visit_s_filing_breaks_no_promise() -> None:
    with hub_stand_in() as hub:
        hit, broken = everywhere(hub, ends=1)
    assert broken == []
    assert hit.total() >= 100
    assert {"write", "sync", "truncate", "unlink"} <= hit.keys()
