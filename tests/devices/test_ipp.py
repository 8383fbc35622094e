"""IPP as bytes and as meaning: whatever a server says, it is understood or refused, never obeyed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.cups.ipp import DEEPEST, IppError, Tag, decode_answer, encode_request, one
from devices.cups.state import JobStage, job, printer
from devices.status import DeviceState, Fitness, Paper, Supply

HEAD = b"\x02\x00\x00\x00\x00\x00\x00\x07"
"""IPP 2.0, successful-ok, request 7."""


def answer(*attributes: tuple[int, str, bytes]) -> bytes:
    """A printer's answer with these attributes."""
    said = HEAD + bytes((Tag.PRINTER,))
    for tag, name, value in attributes:
        said += bytes((tag,)) + len(name).to_bytes(2) + name.encode() + len(value).to_bytes(2) + value
    return said + bytes((Tag.END,))


def words(*reasons: str, state: int = 3, **more: int) -> bytes:
    """What a printer in this state says."""
    attributes = [(Tag.ENUM, "printer-state", state.to_bytes(4))]
    for n, reason in enumerate(reasons):
        attributes.append((Tag.KEYWORD, "" if n else "printer-state-reasons", reason.encode()))
    for name, number in more.items():
        attributes.append((Tag.INTEGER, name.replace("_", "-"), number.to_bytes(4, signed=True)))
    return answer(*attributes)


def seen(said: bytes, *, tells_paper: bool = False, forget_after: float = 600) -> object:
    found = printer(decode_answer(said).group(Tag.PRINTER))
    status = found.status(tells_paper=tells_paper, forget_after=forget_after)
    return status.device, status.paper, status.fitness, status.supply, status.reasons


ON, OFF = DeviceState.ONLINE, DeviceState.OFFLINE


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words("none"), (ON, Paper.UNKNOWN, Fitness.OK, Supply.UNKNOWN, ())),
        (words("media-empty-error"), (ON, Paper.OUT, Fitness.OK, Supply.OUT, ("paper-out",))),
        (words("media-needed", "media-empty"), (ON, Paper.OUT, Fitness.OK, Supply.OUT, ("paper-out",))),
        (words("media-low-report"), (ON, Paper.LOW, Fitness.OK, Supply.LOW, ("paper-low",))),
        (words("media-jam"), (ON, Paper.JAMMED, Fitness.FAILED, Supply.UNKNOWN, ("paper-jammed",))),
        (words("door-open-error"), (ON, Paper.UNKNOWN, Fitness.FAILED, Supply.UNKNOWN, ("cover-open",))),
        (words("toner-low-warning"), (ON, Paper.UNKNOWN, Fitness.OK, Supply.LOW, ("toner-low",))),
        (
            words("marker-supply-empty-error"),
            (ON, Paper.UNKNOWN, Fitness.OK, Supply.OUT, ("toner-out",)),
        ),
        (
            words("marker-waste-almost-full-warning"),
            (ON, Paper.UNKNOWN, Fitness.DEGRADED, Supply.UNKNOWN, ("waste-box-nearly-full",)),
        ),
        (words("offline-report"), (OFF, Paper.UNKNOWN, Fitness.FAILED, Supply.UNKNOWN, ("printer-offline",))),
        (words("paused", state=5), (ON, Paper.UNKNOWN, Fitness.FAILED, Supply.UNKNOWN, ("printer-paused",))),
        (words("none", state=5), (ON, Paper.UNKNOWN, Fitness.FAILED, Supply.UNKNOWN, ("printer-paused",))),
        (words("acme-left-foot"), (ON, Paper.UNKNOWN, Fitness.FAILED, Supply.UNKNOWN, ("printer-error",))),
        (
            words("acme-left-foot-warning"),
            (ON, Paper.UNKNOWN, Fitness.DEGRADED, Supply.UNKNOWN, ("printer-warning",)),
        ),
        (words("acme-left-foot-report"), (ON, Paper.UNKNOWN, Fitness.OK, Supply.UNKNOWN, ())),
        (words("none", marker_levels=0), (ON, Paper.UNKNOWN, Fitness.OK, Supply.OUT, ())),
        (words("none", marker_levels=-1), (ON, Paper.UNKNOWN, Fitness.OK, Supply.UNKNOWN, ())),
    ],
)
def test_what_a_printer_says_has_one_meaning(said: bytes, expected: object) -> None:
    assert seen(said) == expected


def test_a_printer_that_measures_everything_is_fine_only_then() -> None:
    assert seen(words("none", marker_levels=60), tells_paper=True) == (
        ON,
        Paper.FULL,
        Fitness.OK,
        Supply.OK,
        (),
    )


def test_an_old_complaint_fades_unless_the_queue_is_stopped() -> None:
    times = {"printer_up_time": 1000, "printer_state_change_time": 100}
    assert seen(words("media-empty-error", **times)) == (ON, Paper.UNKNOWN, Fitness.OK, Supply.UNKNOWN, ())
    stopped = printer(decode_answer(words("media-empty-error", state=5, **times)).group(Tag.PRINTER))
    assert not stopped.status(tells_paper=False, forget_after=600).usable


def test_a_waste_box_is_no_toner() -> None:
    said = answer(
        (Tag.KEYWORD, "marker-types", b"toner"),
        (Tag.KEYWORD, "", b"waste-toner"),
        (Tag.INTEGER, "marker-levels", (40).to_bytes(4)),
        (Tag.INTEGER, "", (0).to_bytes(4)),
    )
    assert printer(decode_answer(said).group(Tag.PRINTER)).markers == (40,)


@pytest.mark.parametrize("stage", list(JobStage))
def test_a_job_that_was_never_processed_never_began(stage: JobStage) -> None:
    found = job({"job-state": [int(stage)], "time-at-processing": [None]})
    assert found is not None
    assert found.begun is (stage in {JobStage.PROCESSING, JobStage.COMPLETED})
    assert job({"job-state": [int(stage)], "time-at-processing": [7]}) is not None


def test_values_in_sets_and_collections_are_read() -> None:
    said = answer(
        (Tag.KEYWORD, "sides-supported", b"one-sided"),
        (Tag.KEYWORD, "", b"two-sided-long-edge"),
        (Tag.BEGIN_COLLECTION, "media-col", b""),
        (Tag.MEMBER_NAME, "", b"media-size"),
        (Tag.BEGIN_COLLECTION, "", b""),
        (Tag.MEMBER_NAME, "", b"x-dimension"),
        (Tag.INTEGER, "", (21000).to_bytes(4)),
        (Tag.END_COLLECTION, "", b""),
        (Tag.END_COLLECTION, "", b""),
        (0x13, "printer-geo-location", b""),
        (Tag.RANGE, "copies-supported", (1).to_bytes(4) + (99).to_bytes(4)),
    )
    assert decode_answer(said).group(Tag.PRINTER) == {
        "sides-supported": ["one-sided", "two-sided-long-edge"],
        "media-col": [{"media-size": [{"x-dimension": [21000]}]}],
        "printer-geo-location": [None],
        "copies-supported": [(1, 99)],
    }


def test_collections_without_end_are_refused() -> None:
    inner = [(Tag.MEMBER_NAME, "", b"a"), (Tag.BEGIN_COLLECTION, "", b"")] * (DEEPEST + 1)
    with pytest.raises(IppError, match="too deep"):
        decode_answer(answer((Tag.BEGIN_COLLECTION, "a", b""), *inner))


@given(st.binary(max_size=200), st.sampled_from([b"", HEAD, HEAD + b"\x04", words("none")[:-1]]))
def test_any_bytes_are_an_answer_or_an_ipp_error(data: bytes, head: bytes) -> None:
    try:
        answered = decode_answer(head + data)
    except IppError:
        return
    for group in answered.all_groups(Tag.PRINTER):
        status = printer(group).status(tells_paper=True, forget_after=0)
        assert all(re.fullmatch(r"[a-z-]+", reason) for reason in status.reasons)
        job(group)


@given(st.integers(0, len(words("media-empty-error"))))
def test_an_answer_cut_off_anywhere_is_refused(at: int) -> None:
    whole = words("media-empty-error")
    if at == len(whole):
        assert decode_answer(whole).request_id == 7
        return
    with pytest.raises(IppError):
        decode_answer(whole[:at])


@given(st.text(max_size=40), st.integers(1, 2**31 - 1), st.binary(max_size=40))
def test_a_request_can_be_read_back(name: str, number: int, data: bytes) -> None:
    """Requests and answers are encoded alike: only the second pair of bytes means something else."""
    group = [one(Tag.NAME, "requesting-user-name", name), one(Tag.BOOLEAN, "my-jobs", True)]
    back = decode_answer(encode_request(0x0005, number, {Tag.OPERATION: group}, data))
    assert (back.status, back.request_id) == (0x0005, number)
    said = back.group(Tag.OPERATION)
    assert said["requesting-user-name"] == [name]
    assert said["my-jobs"] == [True]
    assert next(iter(said)) == "attributes-charset"
