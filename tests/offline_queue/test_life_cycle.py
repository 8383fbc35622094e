"""The whole life of items against a model in plain Python, with restarts and clock jumps in between."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from offline_queue import ContentConflict, LeasedItem, NotHeld, OfflineQueue, State, new_id
from offline_queue.delivery import LEASE, LONGEST_WAIT
from tests.offline_queue.sealers import Scrambler


@dataclass
class Model:
    """What a plain list would know of an item."""

    content: bytes
    priority: int
    state: State = State.PENDING
    due: float = 0.0
    turn: int = 0
    attempts: int = 0


class LifeCycle(RuleBasedStateMachine):
    """Every verb of the queue in any order; the model says what must come of it."""

    put_ids: Bundle[UUID] = Bundle("put_ids")
    leased: Bundle[LeasedItem] = Bundle("leased")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.now = 1_800_000_000.0
        self.model: dict[UUID, Model] = {}
        self.turn = 0
        self.paused_until = 0.0

    @initialize()
    def open(self) -> None:
        self.queue = OfflineQueue(self.folder, Scrambler(), lambda: self.now, reserve=0, keeper="老周")

    def teardown(self) -> None:
        self.queue.close()
        shutil.rmtree(self.folder)

    @rule(target=put_ids, content=st.binary(max_size=50), priority=st.integers(0, 2))
    def put(self, content: bytes, priority: int) -> UUID:
        item_id = new_id()
        self.queue.put(item_id, "submission", content, priority=priority)
        self.model[item_id] = Model(content, priority)
        return item_id

    @rule(item_id=put_ids, content=st.binary(max_size=50))
    def put_again(self, item_id: UUID, content: bytes) -> None:
        if content == self.model[item_id].content:
            assert self.queue.put(item_id, "submission", content).state is self.model[item_id].state
            return
        with pytest.raises(ContentConflict):
            self.queue.put(item_id, "submission", content)

    @rule(target=leased, limit=st.integers(1, 3))
    def lease(self, limit: int) -> MultipleResults[LeasedItem]:
        items = self.queue.lease(limit, room=1_000_000)
        order = [
            (-one.priority, one.turn, number, item_id)
            for number, (item_id, one) in enumerate(self.model.items())
            if one.state in {State.PENDING, State.LEASED} and self._due(one)
        ]
        wanted = [item_id for *_, item_id in sorted(order)][:limit]
        assert [item.envelope.id for item in items] == wanted
        for item_id in wanted:
            self.turn += 1
            one = self.model[item_id]
            one.state, one.due, one.turn = State.LEASED, self.now + LEASE, self.turn
        return multiple(*items)

    @rule(item=consumes(leased))
    def delivered(self, item: LeasedItem) -> None:
        self.queue.settle_delivered(item.envelope.id, "receipt")
        self._settle(item, State.DELIVERED, even_held=True)

    @rule(item=consumes(leased))
    def refused(self, item: LeasedItem) -> None:
        self.queue.settle_held(item.envelope.id, "no")
        self._settle(item, State.HELD)

    @rule(item=consumes(leased), seconds=st.floats(0, 2 * LONGEST_WAIT))
    def later(self, item: LeasedItem, seconds: float) -> None:
        self.queue.put_off(item.envelope.id, seconds, "later")
        self._settle(item, State.PENDING, self.now + min(seconds, LONGEST_WAIT))

    @rule(seconds=st.floats(0, 100))
    def pause_and_resume(self, seconds: float) -> None:
        self.queue.pause([], seconds, "no network")
        assert self.queue.pause_streak() == 1
        assert self.queue.seconds_of_pause() == pytest.approx(seconds, abs=1e-3)
        self.queue.resume()
        assert self.queue.pause_streak() == 0

    @rule(item_id=put_ids)
    def release(self, item_id: UUID) -> None:
        self._hand(item_id, State.HELD, self.queue.release)

    @rule(item_id=put_ids)
    def retry(self, item_id: UUID) -> None:
        self._hand(item_id, State.PENDING, self.queue.retry)

    @rule(seconds=st.sampled_from([1.0, 100.0, LEASE, LONGEST_WAIT, -3e8, 3e8]))
    def time_passes_or_jumps(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def restart(self) -> None:
        self.queue.close()
        self.open()
        for one in self.model.values():
            if one.state is State.LEASED:
                one.state, one.due = State.PENDING, 0.0
        self.turn = max((one.turn for one in self.model.values() if one.state is State.PENDING), default=0)

    @rule()
    def checkpoint(self) -> None:
        self.queue.checkpoint()

    @invariant()
    def the_table_says_what_the_model_says(self) -> None:
        if not hasattr(self, "queue"):
            return
        seen = {one.id: (one.state, one.attempts) for one in self.queue.envelopes()}
        assert seen == {item_id: (one.state, one.attempts) for item_id, one in self.model.items()}

    @precondition(lambda self: self.model)
    @invariant()
    def the_figures_agree(self) -> None:
        stats = self.queue.stats()
        states = [one.state for one in self.model.values()]
        assert (stats.pending, stats.leased, stats.delivered, stats.held) == tuple(
            states.count(state) for state in State
        )

    def _due(self, one: Model) -> bool:
        return not self.now < one.due <= self.now + LONGEST_WAIT

    def _settle(self, item: LeasedItem, state: State, due: float = 0.0, *, even_held: bool = False) -> None:
        one = self.model[item.envelope.id]
        open_ = one.state in {State.PENDING, State.LEASED} or (even_held and one.state is State.HELD)
        if open_:
            one.state, one.due, one.attempts = state, due, one.attempts + 1

    def _hand(self, item_id: UUID, state: State, act: Callable[[UUID, str, str], object]) -> None:
        one = self.model[item_id]
        if one.state is state:
            act(item_id, "technician", "told by phone")
            one.state, one.due = State.PENDING, 0.0
            assert self.queue.audit(item_id)[-1].reason == "told by phone"
        else:
            with pytest.raises(NotHeld):
                act(item_id, "technician", "told by phone")


LifeCycle.TestCase.settings = settings(
    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestLifeCycle = LifeCycle.TestCase
