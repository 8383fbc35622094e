"""Takes everything personal and everything unknown out of a recording. Pure code.

The framing of each protocol (`devices.recordings.personal`) says which bytes are what. Those known to be
harmless stay; personal ones are replaced by those of an invented person, in the same place and of the same
length, so that a recording can still be played; what no framing understands becomes zeros.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from devices.recordings.personal import BY_DRIVER, NOTHING_KNOWN, Known
from devices.recordings.traffic import Event, Recording, Traffic


def hide(recording: Recording) -> Recording:
    """The recording with everything personal and everything unknown replaced."""
    protocol = BY_DRIVER.get(recording.driver, NOTHING_KNOWN)
    events: list[Event] = list(recording.events)
    # What was dropped begins and ends anywhere: nothing in it is understood, its length is told.
    for direction, known in (
        ("sent", protocol.sent),
        ("heard", protocol.heard),
        ("dropped", NOTHING_KNOWN.heard),
    ):
        pieces = [
            number
            for number, event in enumerate(events)
            if isinstance(event, Traffic) and event.direction == direction
        ]
        groups = [[number] for number in pieces] if protocol.messages else [pieces]
        for group in groups:
            _hide_group(events, group, known)
    return replace(recording, events=tuple(events), hidden=True)


def _hide_group(events: list[Event], group: list[int], known: Callable[[bytes], Iterable[Known]]) -> None:
    """Hide traffic that is one stream, and cut it into its pieces again."""
    traffic = [event for number in group if isinstance(event := events[number], Traffic)]
    stream = b"".join(event.data for event in traffic)
    shown, real = bytearray(len(stream)), bytearray(len(stream))
    for part in known(stream):
        end = part.offset + len(part.data)
        shown[part.offset : end] = part.data
        real[part.offset : end] = bytes((part.real,)) * len(part.data)
    start = 0
    for number, event in zip(group, traffic, strict=True):
        end = start + len(event.data)
        events[number] = replace(event, data=bytes(shown[start:end]), hidden=_spans(real[start:end]))
        start = end


def _spans(real: bytearray) -> tuple[tuple[int, int], ...]:
    """Offset and length of every run of bytes that are not the real ones."""
    spans: list[tuple[int, int]] = []
    for at, is_real in enumerate(real):
        if is_real:
            continue
        if spans and sum(spans[-1]) == at:
            spans[-1] = (spans[-1][0], spans[-1][1] + 1)
        else:
            spans.append((at, 1))
    return tuple(spans)
