"""The ID card reader's driver against its simulator, over a real pseudo-terminal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import threading
import tty
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from config.settings import DeviceSettings
from devices.contract import IdCardReader
from devices.errors import (
    CompletionCode,
    DeviceBusy,
    DeviceError,
    DeviceTimeout,
    KeeperAction,
    ResidentAction,
)
from devices.registry import build
from devices.sam.card_text import decode_card
from devices.sam.exchange import Conversation
from devices.sam.frame import (
    FIND,
    READ,
    READ_NEWEST_ADDRESS,
    READ_WITH_FINGERPRINTS,
    RESET,
    SAM_NUMBER,
    SAM_STATUS,
    SELECT,
    SET_BAUDRATE,
    Reply,
    Request,
    Status,
)
from devices.simulators.cards import RESIDENTS, encode_id_card
from devices.simulators.faults import Fault
from devices.simulators.sam_reader import SimulatedSamReader
from devices.status import DeviceState, Fitness, Media
from devices.transports.serial_line import SerialLine
from devices.worker import Turn

LI_GUILAN = RESIDENTS["li-guilan"].id_card
ZHAO_JIANGUO = RESIDENTS["zhao-jianguo"].id_card

Send = Callable[[bytes], None]


class ScriptedReader(SimulatedSamReader):
    """A reader whose answer to some requests is written down beforehand, one list of bytes a request."""

    def __init__(self, link: Path) -> None:
        super().__init__(link)
        self.script: dict[Request, list[bytes]] = {}

    def _serve(self, request: Request, size: int, send: Send) -> None:
        if self.script.get(request):
            self.requests.append(request)
            send(self.script[request].pop(0))
        else:
            super()._serve(request, size, send)


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[ScriptedReader]:
    simulated = ScriptedReader(tmp_path / "bench" / "id-reader")
    simulated.start()
    yield simulated
    simulated.stop()


@pytest.fixture
async def driver(reader: ScriptedReader, tmp_path: Path) -> AsyncIterator[IdCardReader]:
    device = _build(tmp_path)
    await device.open()
    yield device
    await device.close()


def _build(base: Path, **options: object) -> IdCardReader:
    settings = DeviceSettings.model_validate({"driver": "sam-serial", "port": "bench/id-reader", **options})
    device = build("id-reader", settings, base)
    assert isinstance(device, IdCardReader)
    return device


@pytest.mark.parametrize("who", RESIDENTS)
async def test_every_residents_card_is_read(driver: IdCardReader, reader: ScriptedReader, who: str) -> None:
    reader.lay(RESIDENTS[who].id_card)
    assert await driver.read(5) == RESIDENTS[who].id_card


async def test_a_card_laid_while_waiting_is_read(driver: IdCardReader, reader: ScriptedReader) -> None:
    reading = asyncio.create_task(driver.read(30))
    while FIND not in reader.requests:
        await asyncio.sleep(0)
    reader.lay(LI_GUILAN)
    assert await reading == LI_GUILAN


async def test_the_reader_is_not_asked_more_often_than_it_can_bear(
    driver: IdCardReader, reader: ScriptedReader
) -> None:
    with pytest.raises(DeviceTimeout) as timeout:
        await driver.read(0.7)
    assert timeout.value.detail == "no-card"
    assert reader.requests.count(FIND) <= 3


async def test_a_card_must_leave_before_the_next_one_is_read(
    driver: IdCardReader, reader: ScriptedReader
) -> None:
    reader.lay(LI_GUILAN)
    await driver.read(5)
    assert (await driver.check()).media is Media.PRESENT
    with pytest.raises(DeviceTimeout) as timeout:
        await driver.wait_removed(0.1)
    assert timeout.value.detail == "card-not-taken"
    with pytest.raises(ResidentAction) as left_behind:
        await driver.read(5)
    assert left_behind.value.detail == "card-must-leave"
    with pytest.raises(DeviceTimeout):  # said once; from then on the next card is waited for
        await driver.read(0.1)
    reader.pull()
    await driver.wait_removed(5)
    reader.lay(ZHAO_JIANGUO)
    assert await driver.read(5) == ZHAO_JIANGUO


async def test_a_reader_that_cannot_tell_of_removal_does_not_block(
    driver: IdCardReader, reader: ScriptedReader
) -> None:
    reader.script[READ_NEWEST_ADDRESS] = [Reply(Status.BAD_COMMAND).encode()]
    reader.lay(LI_GUILAN)
    await driver.read(5)
    await driver.wait_removed(5)


async def test_a_failed_read_is_tried_once_more_in_silence(
    driver: IdCardReader, reader: ScriptedReader
) -> None:
    reader.script[READ] = [Reply(Status.READ_FAILED).encode()]
    reader.lay(LI_GUILAN)
    assert await driver.read(5) == LI_GUILAN


async def test_a_card_that_cannot_be_read_twice_is_an_error(
    driver: IdCardReader, reader: ScriptedReader
) -> None:
    reader.script[READ] = [Reply(Status.READ_FAILED).encode()] * 2
    reader.lay(LI_GUILAN)
    with pytest.raises(ResidentAction) as failure:
        await driver.read(5)
    assert failure.value.detail == "card-read-failed"


@pytest.mark.parametrize(
    ("status", "kind", "code", "detail"),
    [
        (0x31, ResidentAction, CompletionCode.INVALID_DATA, "card-not-authentic"),
        (0x32, ResidentAction, CompletionCode.INVALID_DATA, "card-not-authentic"),
        (0x33, ResidentAction, CompletionCode.INVALID_DATA, "card-not-authentic"),
        (0x40, ResidentAction, CompletionCode.UNSUPPORTED_DATA, "wrong-card"),
        (0x47, KeeperAction, CompletionCode.HARDWARE_ERROR, "no-random-number"),
        (0x60, KeeperAction, CompletionCode.HARDWARE_ERROR, "self-test-failed"),
        (0x66, KeeperAction, CompletionCode.HARDWARE_ERROR, "sam-not-authorised"),
        (0x21, KeeperAction, CompletionCode.INVALID_DATA, "answer-21"),
        (0x77, KeeperAction, CompletionCode.INVALID_DATA, "answer-77"),
    ],
)
async def test_every_refusal_is_a_typed_error(
    driver: IdCardReader,
    reader: ScriptedReader,
    status: int,
    kind: type[DeviceError],
    code: CompletionCode,
    detail: str,
) -> None:
    reader.script[READ] = [Reply(status).encode()]
    reader.lay(LI_GUILAN)
    with pytest.raises(kind) as refusal:
        await driver.read(5)
    assert (refusal.value.completion_code, refusal.value.detail) == (code, detail)


async def test_a_card_that_cannot_be_selected_is_to_be_laid_again(
    driver: IdCardReader, reader: ScriptedReader
) -> None:
    reader.script[SELECT] = [Reply(Status.NOT_SELECTED).encode()]
    reader.lay(LI_GUILAN)
    with pytest.raises(ResidentAction) as refusal:
        await driver.read(5)
    assert refusal.value.detail == "card-not-selected"
    assert await driver.read(5) == LI_GUILAN


async def test_a_malformed_card_is_named_by_its_field(driver: IdCardReader, reader: ScriptedReader) -> None:
    data = bytearray(encode_id_card(LI_GUILAN))
    data[4 + 30] ^= 0x0F  # the sex
    reader.script[READ] = [Reply(Status.OK, bytes(data)).encode()] * 2
    reader.lay(LI_GUILAN)
    with pytest.raises(ResidentAction) as refusal:
        await driver.read(5)
    assert refusal.value.detail == "card-malformed-sex"


async def test_what_an_interrupted_read_left_never_reaches_the_next_person(
    driver: IdCardReader, reader: ScriptedReader
) -> None:
    stale = Reply(Status.OK, encode_id_card(LI_GUILAN)).encode()
    reader.lay(ZHAO_JIANGUO)
    # The whole reply of an earlier person comes late: before the answers to "find", "select" and "read".
    reader.script[FIND] = [stale + Reply(Status.FOUND, bytes(4)).encode()]
    reader.script[SELECT] = [stale[700:] + Reply(Status.OK, bytes(8)).encode()]
    # The far end then really stands at "selected".
    reader._field._found = reader._field._selected = True
    assert await driver.read(5) == ZHAO_JIANGUO


async def test_a_reply_cut_in_the_middle_is_read_again(driver: IdCardReader, reader: ScriptedReader) -> None:
    reader.script[READ] = [Reply(Status.OK, encode_id_card(LI_GUILAN)).encode()[:700]]
    reader.lay(LI_GUILAN)
    assert await driver.read(5) == LI_GUILAN


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.ONE_BYTE])
async def test_a_slow_reader_is_waited_for(
    driver: IdCardReader, reader: ScriptedReader, fault: Fault
) -> None:
    reader.fault = fault
    reader.lay(LI_GUILAN)
    assert await driver.read(5) == LI_GUILAN


@pytest.mark.parametrize(
    ("fault", "kind", "detail", "state"),
    [
        (Fault.SILENT, KeeperAction, "silent", DeviceState.OFFLINE),
        (Fault.GARBAGE, KeeperAction, "garbage", DeviceState.HARDWARE_ERROR),
        (Fault.UNPLUGGED, KeeperAction, "port-lost", DeviceState.NO_DEVICE),
        (Fault.CARD_PULLED_MID_READ, ResidentAction, "card-pulled", DeviceState.ONLINE),
        (Fault.TWO_CARDS, ResidentAction, "card-reads-differ", DeviceState.ONLINE),
    ],
)
async def test_every_fault_is_a_typed_error_and_over_when_the_fault_is(
    driver: IdCardReader,
    reader: ScriptedReader,
    fault: Fault,
    kind: type[DeviceError],
    detail: str,
    state: DeviceState,
) -> None:
    await driver.check()
    reader.fault = fault
    reader.lay(LI_GUILAN)
    with pytest.raises(kind) as failure:
        await driver.read(5)
    assert failure.value.detail == detail
    assert driver.status.device is state
    reader.fault = Fault.NONE
    reader.lay(LI_GUILAN)
    await driver.close()
    await driver.open()
    assert await driver.read(5) == LI_GUILAN
    assert driver.status.device is DeviceState.ONLINE


@pytest.mark.parametrize("noise", [b"\x55\xaa\x00", FIND.encode()[:6] + b"\x0f\xff"])
async def test_a_device_that_never_stops_talking_is_garbage(tmp_path: Path, noise: bytes) -> None:
    far, near = os.openpty()
    tty.setraw(near)
    os.set_blocking(far, False)
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "id-reader").symlink_to(os.ttyname(near))
    quiet = threading.Event()

    def babble() -> None:
        while not quiet.is_set():
            if select.select([], [far], [], 0.01)[1]:
                with contextlib.suppress(BlockingIOError):
                    os.write(far, noise * 100)

    babbling = threading.Thread(target=babble)
    babbling.start()
    driver = _build(tmp_path)
    await driver.open()
    with pytest.raises(KeeperAction) as failure:
        await driver.read(3600)
    assert failure.value.detail == "garbage"
    await driver.close()
    quiet.set()
    babbling.join()
    for end in (far, near):
        os.close(end)


@pytest.mark.parametrize("sent", [0, 1, 6, 7, 8, 300, 1294])
async def test_unplugged_in_the_middle_of_a_reply(tmp_path: Path, sent: int) -> None:
    class Cut(SimulatedSamReader):
        def _serve(self, request: Request, size: int, send: Send) -> None:
            if request == READ:
                send(Reply(Status.OK, encode_id_card(LI_GUILAN)).encode()[:sent])
                asyncio.run_coroutine_threadsafe(asyncio.to_thread(self.stop), loop)
            else:
                super()._serve(request, size, send)

    loop = asyncio.get_running_loop()
    reader = Cut(tmp_path / "bench" / "id-reader")
    reader.start()
    reader.lay(LI_GUILAN)
    driver = _build(tmp_path)
    await driver.open()
    with pytest.raises(KeeperAction) as failure:
        await driver.read(5)
    assert failure.value.detail == "port-lost"
    await driver.close()
    reader.stop()
    await loop.shutdown_default_executor()


async def test_check_asks_the_reader_every_time(driver: IdCardReader, reader: ScriptedReader) -> None:
    for _ in range(2):
        status = await driver.check()
        assert (status.device, status.fitness) == (DeviceState.ONLINE, Fitness.OK)
    assert reader.requests.count(SAM_STATUS) == 2
    reader.fault = Fault.SILENT
    with pytest.raises(KeeperAction):
        await driver.check()
    assert driver.status.device is DeviceState.OFFLINE
    assert driver.status.reasons == ("silent",)


async def test_a_reader_whose_self_test_failed_is_unfit(driver: IdCardReader, reader: ScriptedReader) -> None:
    reader.script[SAM_STATUS] = [Reply(Status.SELF_TEST_FAILED).encode()]
    with pytest.raises(KeeperAction) as failure:
        await driver.check()
    assert failure.value.detail == "self-test-failed"
    assert not driver.status.usable


async def test_giving_up_frees_reader_and_caller(driver: IdCardReader, reader: ScriptedReader) -> None:
    reading = asyncio.create_task(driver.read(3600))
    while FIND not in reader.requests:
        await asyncio.sleep(0)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    reader.lay(LI_GUILAN)
    assert await driver.read(5) == LI_GUILAN


async def test_no_port_is_no_device(tmp_path: Path) -> None:
    device = _build(tmp_path)
    with pytest.raises(KeeperAction) as failure:
        await device.open()
    assert failure.value.detail == "no-port"
    assert device.status.device is DeviceState.NO_DEVICE
    with pytest.raises(KeeperAction) as not_open:
        await device.read(1)
    assert not_open.value.detail == "not-open"


async def test_a_file_is_no_serial_port(tmp_path: Path) -> None:
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "id-reader").write_bytes(b"")
    with pytest.raises(KeeperAction) as failure:
        await _build(tmp_path).open()
    assert failure.value.detail == "not-a-serial-port"


async def test_a_port_has_one_user_at_a_time(driver: IdCardReader, tmp_path: Path) -> None:
    with pytest.raises(DeviceBusy) as busy:
        await _build(tmp_path).open()
    assert busy.value.detail == "port-in-use"


async def test_nothing_of_a_card_reaches_the_log(driver: IdCardReader, reader: ScriptedReader) -> None:
    reader.lay(LI_GUILAN)
    with capture_logs() as logs:
        await driver.read(5)
        with pytest.raises(ResidentAction):
            await driver.read(5)
    told = repr(logs)
    assert [entry["outcome"] for entry in logs] == ["success", "userError"]
    for secret in ("李", "桂兰", "1949", "110105", "\\x"):
        assert secret not in told


async def _opened(base: Path, **options: object) -> IdCardReader:
    device = _build(base, **options)
    await device.open()
    return device


@pytest.mark.parametrize("rate", [57600, 9600])
async def test_a_reader_at_another_rate_is_found_and_remembered(tmp_path: Path, rate: int) -> None:
    reader = SimulatedSamReader(tmp_path / "bench" / "id-reader", rate)
    reader.start()
    reader.lay(LI_GUILAN)
    device = await _opened(tmp_path)
    assert await device.read(5) == LI_GUILAN
    found = {finding.key: finding for finding in await device.test()}
    assert (found["baudrate"].value, found["baudrate"].verdict) == (str(rate), "failed")
    await device.close()
    asked = len(reader.requests)
    await device.open()
    await device.check()
    assert reader.requests[asked:] == [SAM_STATUS]  # at once, without a search
    await device.close()
    reader.stop()


async def test_no_search_where_it_is_not_wanted(tmp_path: Path) -> None:
    reader = SimulatedSamReader(tmp_path / "bench" / "id-reader", 9600)
    reader.start()
    device = await _opened(tmp_path, baud_search=False)
    with pytest.raises(KeeperAction) as failure:
        await device.check()
    assert failure.value.detail == "silent"
    await device.close()
    reader.stop()


async def test_the_self_test_tells_the_number_of_the_security_module(
    driver: IdCardReader, reader: ScriptedReader
) -> None:
    found = {finding.key: finding for finding in await driver.test()}
    assert found["sam-number"].value == "05.01-00002021-1234567890-0123456789"
    assert [finding.verdict for finding in found.values()] == ["good"] * 4
    reader.script[RESET] = [Reply(Status.SELF_TEST_FAILED).encode()]
    reader.script[SAM_NUMBER] = [Reply(Status.BAD_COMMAND).encode()]
    found = {finding.key: finding for finding in await driver.test()}
    assert found["self-test"].verdict == "failed"
    assert found["sam-number"].verdict == "unknown"


@pytest.mark.parametrize("fingers", [0, 1, 2])
async def test_a_reader_that_sends_fingerprints_unasked_is_read(
    driver: IdCardReader, reader: ScriptedReader, fingers: int
) -> None:
    reader.lay(LI_GUILAN, fingers=fingers)
    assert await driver.read(5) == LI_GUILAN


async def test_an_address_added_later_is_read_when_wanted(tmp_path: Path, reader: ScriptedReader) -> None:
    moved = "北京市东城区灯市口大街 8 号"
    device = await _opened(tmp_path, newest_address=True)
    for added, expected in ((moved, moved), ("", LI_GUILAN.address)):
        reader.lay(LI_GUILAN, newest_address=added)
        assert (await device.read(5)).address == expected
        reader.pull()
        await device.wait_removed(5)
    reader.script[READ_NEWEST_ADDRESS] = [b""]  # a reader that does not know the question at all
    reader.lay(LI_GUILAN)
    assert await device.read(5) == LI_GUILAN
    await device.close()


@pytest.mark.parametrize(("fingers", "size"), [(0, 1297), (1, 1809), (2, 2321)])
def test_reading_with_fingerprints_gives_the_same_card_at_every_published_length(
    reader: ScriptedReader, fingers: int, size: int
) -> None:
    """30 10 is spoken and decoded, and never asked by the driver: no journey needs a fingerprint."""
    reader.lay(LI_GUILAN, fingers=fingers)
    talk = Conversation(SerialLine(reader.link, 115200))
    for request in (FIND, SELECT):
        talk.ask(request, Turn(5))
    reply = talk.exchange(READ_WITH_FINGERPRINTS, Turn(5), 1)
    talk.close()
    assert len(reply.encode()) == size
    assert decode_card(reply.data) == LI_GUILAN


async def test_two_readings_that_differ_are_nobodys_identity(
    driver: IdCardReader, reader: ScriptedReader
) -> None:
    reader.lay(LI_GUILAN)
    assert await driver.read(5) == LI_GUILAN
    assert reader.requests.count(READ) == 2
    reader.pull()
    await driver.wait_removed(5)
    reader.lay(LI_GUILAN)
    reader.script[READ] = [
        Reply(Status.OK, encode_id_card(card)).encode() for card in (LI_GUILAN, ZHAO_JIANGUO)
    ]
    with pytest.raises(ResidentAction) as refusal:
        await driver.read(5)
    assert refusal.value.detail == "card-reads-differ"
    with pytest.raises(DeviceTimeout):  # they know that it must leave: it is waited for without another word
        await driver.read(0.1)
    reader.pull()
    await driver.wait_removed(5)
    reader.lay(ZHAO_JIANGUO)
    assert await driver.read(5) == ZHAO_JIANGUO


@pytest.mark.parametrize("knows_address", [True, False])
async def test_a_reader_that_gives_each_card_only_once_is_believed(
    driver: IdCardReader, reader: ScriptedReader, knows_address: bool
) -> None:
    whole, refused = Reply(Status.OK, encode_id_card(LI_GUILAN)).encode(), Reply(Status.READ_FAILED).encode()
    reader.lay(LI_GUILAN)
    reader.script[READ] = [whole, refused]
    if not knows_address:
        reader.script[READ_NEWEST_ADDRESS] = [Reply(Status.BAD_COMMAND).encode()]
    assert await driver.read(5) == LI_GUILAN
    reader.pull()
    await driver.wait_removed(5)
    reader.lay(LI_GUILAN)
    reader.requests.clear()
    assert await driver.read(5) == LI_GUILAN
    assert reader.requests.count(READ) == 1


async def test_a_card_pulled_before_it_could_be_compared_is_to_be_laid_again(
    driver: IdCardReader, reader: ScriptedReader
) -> None:
    reader.lay(LI_GUILAN)
    reader.script[READ] = [
        Reply(Status.OK, encode_id_card(LI_GUILAN)).encode(),
        Reply(Status.READ_FAILED).encode(),
    ]
    reader.script[READ_NEWEST_ADDRESS] = [Reply(Status.READ_FAILED).encode()]
    with pytest.raises(ResidentAction) as refusal:
        await driver.read(5)
    assert refusal.value.detail == "card-pulled"


async def test_a_reader_found_at_another_rate_is_set_to_the_one_wanted(tmp_path: Path) -> None:
    reader = SimulatedSamReader(tmp_path / "bench" / "id-reader", 57600)
    reader.start()
    device = await _opened(tmp_path, set_baudrate=True)
    await device.check()
    assert reader.requests[-3:] == [SET_BAUDRATE[115200], SAM_STATUS, SAM_STATUS]
    assert reader.baudrate == 115200
    found = {finding.key: finding for finding in await device.test()}
    assert (found["baudrate"].value, found["baudrate"].verdict) == ("115200", "good")
    await device.close()
    reader.stop()
