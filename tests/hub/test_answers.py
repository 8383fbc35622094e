"""Whatever comes back over the line is a message that was asked for, or "unreachable"."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from kiosk.hub_answers import Answer, HubUnreachable, typed
from kiosk.wire import CheckInReply

KINDS = ["application/json", "application/problem+json", "text/html", "", "application/json; charset=utf-8"]


@given(
    st.integers(100, 599),
    st.sampled_from(KINDS),
    st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)),
    st.text(max_size=20),
)
def test_rubbish_is_never_an_answer(status: int, kind: str, body: bytes, wait: str) -> None:
    answer = Answer(status, {"Content-Type": kind, "Retry-After": wait}, body)
    assert answer.problem is None
    assert answer.after is None or answer.after >= 0
    with contextlib.suppress(HubUnreachable):
        raise AssertionError(typed(answer, CheckInReply))
