"""The drivers of a bank's terminal against services that speak XFS4IoT over a real WebSocket."""

from __future__ import annotations

import asyncio
import json
import ssl
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from config.settings import DeviceSettings, SettingsError
from devices.codes import ScannedCode, Symbology
from devices.commands import devices
from devices.contract import PrintProof
from devices.device import Device
from devices.errors import DeviceError, DeviceTimeout, JobState, KeeperAction, PrintStopped, ResidentAction
from devices.receipt import Columns, Qr, Receipt, Text, Title
from devices.registry import build
from devices.simulators.cards import RESIDENTS
from devices.simulators.faults import Fault
from devices.simulators.paper import PaperPrinter
from devices.simulators.receipt_printer import SimulatedPrinter
from devices.simulators.social_card import Chip
from devices.simulators.wire import TcpWire
from devices.simulators.xfs4iot_camera import SimulatedCameraService
from devices.simulators.xfs4iot_host import ServiceHost
from devices.simulators.xfs4iot_service import SimulatedService
from devices.simulators.xfs4iot_services import (
    SimulatedBarcodeReaderService,
    SimulatedCardReaderService,
    SimulatedPrinterService,
)
from devices.status import DeviceState, Fitness, Media, Paper, Supply
from devices.xfs4iot import discovery, pictures
from devices.xfs4iot.barcode_reader import Xfs4iotBarcodeReader
from devices.xfs4iot.camera import Xfs4iotCamera
from devices.xfs4iot.card_reader import Xfs4iotCardReader
from devices.xfs4iot.printer import Xfs4iotPrinter
from kiosk.simulated import free_ports

D = TypeVar("D", bound=Device)

CODE = ScannedCode(b"\x00a resident's code\xff", Symbology.DATA_MATRIX)
LI_GUILAN, WANG_YAN = RESIDENTS["li-guilan"].social_card, RESIDENTS["wang-yan"].social_card
SLIP = Receipt(
    (Title("夜灯"), Text("受理编号 7K3M"), Columns("姓名", "王䶮𠮷"), Text("￥12.00"), Qr("yedeng:7K3M"))
)


def free_port() -> int:
    return free_ports(1)[0]


@pytest.fixture
def host() -> ServiceHost:
    return ServiceHost("127.0.0.1", free_port())


@pytest.fixture
def reader(host: ServiceHost) -> Iterator[SimulatedCardReaderService]:
    yield from served(SimulatedCardReaderService(host))


@pytest.fixture
def motor(host: ServiceHost) -> Iterator[SimulatedCardReaderService]:
    yield from served(SimulatedCardReaderService(host, motor=True))


@pytest.fixture
def scanner(host: ServiceHost) -> Iterator[SimulatedBarcodeReaderService]:
    yield from served(SimulatedBarcodeReaderService(host))


@pytest.fixture
def printer(host: ServiceHost, tmp_path: Path) -> Iterator[SimulatedPrinterService]:
    yield from served(SimulatedPrinterService(host, PaperPrinter(tmp_path, "service")))


@pytest.fixture
def camera(host: ServiceHost) -> Iterator[SimulatedCameraService]:
    yield from served(SimulatedCameraService(host))


S = TypeVar("S", bound=SimulatedService)


def served(service: S) -> Iterator[S]:
    service.start()
    yield service
    service.stop()


@asynccontextmanager
async def opened(kind: type[D], port: int, base: Path = Path(), **options: Any) -> AsyncIterator[D]:
    settings = {"driver": kind.driver, "port": port, "service_timeout": 0.5, **options}
    device = build("under-test", DeviceSettings.model_validate(settings), base)
    assert isinstance(device, kind)
    try:
        await device.open()
        yield device
    finally:
        await device.close()


async def failure(kind: type[Device], port: int, **options: Any) -> DeviceError:
    with pytest.raises(DeviceError) as error:
        async with opened(kind, port, **options) as device:
            await device.check()
    return error.value


# -- finding a service


async def test_publishers_are_looked_for_until_one_has_the_service(
    host: ServiceHost, scanner: SimulatedBarcodeReaderService, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ServiceHost("127.0.0.1", free_port())
    elsewhere = SimulatedCardReaderService(other)
    elsewhere.start()
    # nobody, somebody who has another service, and the one that is looked for
    monkeypatch.setattr(discovery, "ports", lambda secure: (free_port(), other.port, host.port))
    async with opened(Xfs4iotBarcodeReader, 0) as device:
        assert (await device.check()).usable
    elsewhere.stop()


async def test_a_service_is_found_by_its_interface_whatever_its_name_and_by_its_name(
    host: ServiceHost,
) -> None:
    services = [SimulatedBarcodeReaderService(host, name) for name in ("Left", "Right")]
    others = SimulatedCardReaderService(host, "BarcodeReader")  # a name means nothing
    for service in (others, *services):
        service.start()
    async with (
        opened(Xfs4iotBarcodeReader, host.port),
        opened(Xfs4iotBarcodeReader, host.port, service="right"),
    ):
        assert [len(service.connections) for service in services] == [1, 1]
    assert (await failure(Xfs4iotBarcodeReader, host.port, service="Middle")).detail == "no-such-service"
    assert (await failure(Xfs4iotPrinter, host.port)).detail == "no-such-service"
    for service in (others, *services):
        service.stop()


def test_services_are_discovered_with_the_drivers_for_them(
    host: ServiceHost, reader: SimulatedCardReaderService, scanner: SimulatedBarcodeReaderService
) -> None:
    scanner.fault = Fault.SILENT  # one that does not answer keeps nobody from the others
    told = CliRunner().invoke(devices, ["discover", "--xfs4iot-port", str(host.port), "--json"])
    rows = [row for row in json.loads(told.stdout) if row["kind"] == "service"]
    assert rows == [
        {
            "kind": "service",
            "place": f"ws://127.0.0.1:{host.port}/xfs4iot/v1.0/CardReader",
            "what": "CardReader",
            "drivers": ["xfs4iot-card-reader"],
        }
    ]


async def test_versions_are_agreed_on(host: ServiceHost, scanner: SimulatedBarcodeReaderService) -> None:
    async with opened(Xfs4iotBarcodeReader, host.port):
        assert scanner.settled["BarcodeReader.Read"] == 3
        assert scanner.settled["Common.Status"] == 2


async def test_nobody_listens() -> None:
    error = await failure(Xfs4iotCardReader, free_port())
    assert (error.detail, error.state) == ("no-connection", DeviceState.OFFLINE)


async def test_what_listens_is_no_websocket() -> None:
    """A printer's raw port, for example."""
    wire = TcpWire(lambda data: b"\x12" * len(data), "no-websocket", "127.0.0.1", port := free_port())
    wire.start()
    error = await failure(Xfs4iotPrinter, port)
    wire.stop()
    assert error.detail in {"garbage", "silent"}


def test_another_machine_is_spoken_to_with_tls_only() -> None:
    settings = DeviceSettings.model_validate({"driver": "xfs4iot-card-reader", "host": "192.168.0.7"})
    with pytest.raises(SettingsError, match=r"devices\.card-reader: .*need secure = true"):
        build("card-reader", settings, Path())


async def test_tls_is_spoken_to_whom_the_site_file_trusts(tmp_path: Path) -> None:
    host = ServiceHost("127.0.0.1", free_port(), certificate(tmp_path))
    scanner = SimulatedBarcodeReaderService(host)
    scanner.start()
    scanner.show(CODE)
    async with opened(
        Xfs4iotBarcodeReader, host.port, tmp_path, secure=True, ca_file="certificate.pem"
    ) as device:
        assert await device.read(5) == CODE
    (tmp_path / "other").mkdir()
    certificate(tmp_path / "other")
    for trusted in ({}, {"ca_file": str(tmp_path / "other" / "certificate.pem")}):
        error = await failure(Xfs4iotBarcodeReader, host.port, secure=True, **trusted)
        assert error.detail == "certificate-not-trusted"
    scanner.stop()


def certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the bench")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


# -- a conversation that goes wrong


@pytest.mark.parametrize("fault", [Fault.SLOW, Fault.ONE_BYTE, Fault.EARLY_COMPLETION])
async def test_a_service_that_is_odd_works_all_the_same(
    host: ServiceHost, scanner: SimulatedBarcodeReaderService, fault: Fault
) -> None:
    async with opened(Xfs4iotBarcodeReader, host.port) as device:
        scanner.fault = fault
        scanner.show(CODE)
        assert (await device.check()).usable
        assert await device.read(5) == CODE


@pytest.mark.parametrize(
    ("fault", "detail", "state"),
    [
        (Fault.SILENT, "silent", DeviceState.OFFLINE),
        (Fault.GARBAGE, "garbage", DeviceState.HARDWARE_ERROR),
        (Fault.WRONG_REQUEST_ID, "wrong-request-id", DeviceState.OFFLINE),
        (Fault.DROPPED, "connection-lost", DeviceState.OFFLINE),
        (Fault.UNPLUGGED, "connection-lost", DeviceState.OFFLINE),
        (Fault.DEVICE_ERROR, "hardware-error", DeviceState.HARDWARE_ERROR),
        (Fault.POWER_OFF, "device-not-ready", DeviceState.OFFLINE),
    ],
)
async def test_what_is_wrong_is_said(
    host: ServiceHost,
    scanner: SimulatedBarcodeReaderService,
    fault: Fault,
    detail: str,
    state: DeviceState,
) -> None:
    async with opened(Xfs4iotBarcodeReader, host.port) as device:
        scanner.fault = fault
        with pytest.raises(KeeperAction) as error:
            await device.read(5)
        assert (error.value.detail, error.value.state) == (detail, state)
        assert device.status.device is state
        assert not device.status.usable


async def test_a_device_without_power_is_told_from_a_service_that_is_gone(
    host: ServiceHost, scanner: SimulatedBarcodeReaderService
) -> None:
    async with opened(Xfs4iotBarcodeReader, host.port) as device:
        scanner.fault = Fault.POWER_OFF
        status = await device.check()
        assert (status.device, status.fitness) == (DeviceState.POWER_OFF, Fitness.FAILED)
        scanner.fault = Fault.NONE
        assert (await device.check()).usable


async def test_who_gives_up_has_the_command_cancelled_at_the_service(
    host: ServiceHost, scanner: SimulatedBarcodeReaderService
) -> None:
    async with opened(Xfs4iotBarcodeReader, host.port) as device:
        reading = asyncio.create_task(device.read(60))
        await heard(scanner, "BarcodeReader.Read")
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        await heard(scanner, "Common.Cancel")
        scanner.show(CODE)  # after the cancel: the next one's
        assert await device.read(5) == CODE
        assert scanner.asked.count("BarcodeReader.Read") == 2


async def test_no_code_in_time(host: ServiceHost, scanner: SimulatedBarcodeReaderService) -> None:
    async with opened(Xfs4iotBarcodeReader, host.port) as device:
        with pytest.raises(DeviceTimeout) as timeout:
            await device.read(0.2)
        assert timeout.value.detail == "no-code"
        assert (await device.check()).usable


async def heard(
    service: SimulatedBarcodeReaderService | SimulatedCardReaderService, command: str, times: int = 1
) -> None:
    async with asyncio.timeout(10):
        while service.asked.count(command) < times:
            await asyncio.sleep(0.01)


# -- the social-security card, unchanged


async def test_rare_hanzi_come_through_chip_io(host: ServiceHost, reader: SimulatedCardReaderService) -> None:
    reader.lay(card(WANG_YAN))
    async with opened(Xfs4iotCardReader, host.port) as device:
        assert await device.read(5) == WANG_YAN
        assert (await device.check()).media is Media.PRESENT
    assert {command[1] for command in reader.apdus} <= {0xA4, 0xB2, 0xC0}, "no PIN is ever sent"


async def test_a_card_comes_in_only_while_one_is_waited_for(
    host: ServiceHost, reader: SimulatedCardReaderService
) -> None:
    async with opened(Xfs4iotCardReader, host.port) as device:
        assert (await device.check()).media is Media.NOT_PRESENT
        assert "CardReader.ReadRawData" not in reader.asked, "a check opens no shutter"
        with pytest.raises(DeviceTimeout) as timeout:
            await device.read(0.4)
        assert timeout.value.detail == "no-card"
        assert reader.asked[-1] == "Common.Cancel", "the shutter closes again"
        reading = asyncio.create_task(device.read(10))
        await heard(reader, "CardReader.ReadRawData", 2)
        await asyncio.to_thread(reader.lay, card(LI_GUILAN))
        assert await reading == LI_GUILAN


async def test_a_card_must_leave_before_the_next_one_is_read(
    host: ServiceHost, reader: SimulatedCardReaderService
) -> None:
    async with opened(Xfs4iotCardReader, host.port) as device:
        reader.lay(card(LI_GUILAN))
        assert await device.read(5) == LI_GUILAN
        with pytest.raises(ResidentAction) as left_behind:
            await device.read(5)
        assert left_behind.value.detail == "card-must-leave"
        # Between two looks one card goes and another comes: only the events tell.
        await asyncio.to_thread(reader.lay, card(WANG_YAN))
        assert await device.read(5) == WANG_YAN
        with pytest.raises(DeviceTimeout):
            await device.wait_removed(0.2)
        await asyncio.to_thread(reader.pull)
        await device.wait_removed(5)


async def test_a_card_pulled_in_the_middle_is_asked_for_again(
    host: ServiceHost, reader: SimulatedCardReaderService
) -> None:
    async with opened(Xfs4iotCardReader, host.port) as device:
        reader.fault = Fault.CARD_PULLED_MID_READ
        reader.lay(card(LI_GUILAN))
        with pytest.raises(ResidentAction) as pulled:
            await device.read(5)
        assert pulled.value.detail == "card-pulled"
        await asyncio.to_thread(reader.lay, card(LI_GUILAN))
        assert await device.read(5) == LI_GUILAN


async def test_an_answer_without_a_byte_is_a_card_that_has_gone(
    host: ServiceHost, reader: SimulatedCardReaderService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Chip, "answer", lambda *_: b"")
    reader.lay(card(LI_GUILAN))
    async with opened(Xfs4iotCardReader, host.port) as device:
        with pytest.raises(ResidentAction) as pulled:
            await device.read(5)
        assert pulled.value.detail == "card-pulled"


async def test_a_motor_gives_the_card_back(host: ServiceHost, motor: SimulatedCardReaderService) -> None:
    async with opened(Xfs4iotCardReader, host.port) as device:
        reading = asyncio.create_task(device.read(10))
        await asyncio.to_thread(motor.lay, card(LI_GUILAN))
        assert await reading == LI_GUILAN
        assert motor.holds_it
        with pytest.raises(DeviceTimeout) as timeout:
            await device.wait_removed(0.5)
        assert timeout.value.detail == "card-not-taken"
        assert not motor.holds_it, "it lies at the exit, for its owner to take"
        # Nobody took it: it is not drawn in and read again for the next person.
        with pytest.raises(DeviceError):
            await device.read(0.4)
        assert not motor.holds_it
        await asyncio.to_thread(motor.pull)
        await device.wait_removed(5)
        await asyncio.to_thread(motor.lay, card(WANG_YAN))
        assert await device.read(5) == WANG_YAN


async def test_a_motor_gives_back_a_card_that_could_not_be_read(
    host: ServiceHost, motor: SimulatedCardReaderService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("devices.social_card.driver.APPLICATION", b"another card's")
    async with opened(Xfs4iotCardReader, host.port) as device:
        reading = asyncio.create_task(device.read(10))
        await asyncio.to_thread(motor.lay, card(LI_GUILAN))
        with pytest.raises(ResidentAction) as wrong:
            await reading
        assert wrong.value.detail == "wrong-card"
        await heard(motor, "CardReader.Move")
        with pytest.raises(DeviceTimeout) as waiting:
            await device.read(0.3)  # as long as it lies at the exit it is not drawn in again
        assert waiting.value.detail == "no-card"


def card(of: Any) -> Any:
    assert of is not None
    return of


# -- the receipt printer, unchanged


async def test_the_paper_is_the_same_as_over_a_printers_own_port(
    host: ServiceHost, printer: SimulatedPrinterService, tmp_path: Path
) -> None:
    paper = PaperPrinter(tmp_path, "raw-port")
    raw = SimulatedPrinter(paper, TcpWire(paper.receive, "raw-port", "127.0.0.1", port := free_port()))
    raw.start()
    settings = DeviceSettings.model_validate({"driver": "escpos-tcp", "host": "127.0.0.1", "port": port})
    plain = build("plain", settings, Path())
    await plain.open()
    await plain.print_document(SLIP)  # type: ignore[attr-defined]
    await plain.close()
    raw.stop()
    async with opened(Xfs4iotPrinter, host.port) as device:
        assert await device.print_document(SLIP) is PrintProof.PRINTED
    assert printer.paper.papers[0].read_bytes() == paper.papers[0].read_bytes()
    assert not printer.paper.unknown_commands


@pytest.mark.parametrize("refusal", [None, "unsupportedData"])
async def test_a_service_that_gives_no_answers_of_its_printer_has_sent(
    host: ServiceHost,
    printer: SimulatedPrinterService,
    monkeypatch: pytest.MonkeyPatch,
    refusal: str | None,
) -> None:
    monkeypatch.setattr(printer.paper, "_confirm", lambda *_: b"")
    monkeypatch.setattr(printer, "refuses_answers", refusal)
    async with opened(Xfs4iotPrinter, host.port, proof_timeout=0.3) as device:
        assert await device.print_document(SLIP) is PrintProof.SENT
    assert len(printer.paper.papers) == 1


@pytest.mark.parametrize(
    ("fault", "paper", "supply", "reason"),
    [
        (Fault.NONE, Paper.FULL, Supply.OK, None),
        (Fault.PAPER_LOW, Paper.LOW, Supply.LOW, "paper-low"),
        (Fault.PAPER_OUT, Paper.OUT, Supply.OUT, "paper-out"),
        (Fault.PAPER_JAMMED, Paper.JAMMED, Supply.UNKNOWN, "paper-jammed"),
    ],
)
async def test_the_service_tells_of_the_paper(
    host: ServiceHost,
    printer: SimulatedPrinterService,
    fault: Fault,
    paper: Paper,
    supply: Supply,
    reason: str | None,
) -> None:
    async with opened(Xfs4iotPrinter, host.port) as device:
        printer.fault = fault
        status = await device.check()
        assert (status.paper, status.supply) == (paper, supply)
        assert status.reasons == ((reason,) if reason else ())
        if fault in {Fault.PAPER_OUT, Fault.PAPER_JAMMED}:
            with pytest.raises(PrintStopped) as stopped:
                await device.print_document(SLIP)
            assert (stopped.value.detail, stopped.value.job) == (reason, JobState.NOT_STARTED)
        else:
            assert await device.print_document(SLIP) is PrintProof.PRINTED


async def test_paper_that_runs_out_in_the_middle_is_said_and_nothing_comes_out_later(
    host: ServiceHost, printer: SimulatedPrinterService
) -> None:
    long = Receipt(tuple(Text(f"第 {line} 行") for line in range(200)))
    async with opened(Xfs4iotPrinter, host.port) as device:
        printer.misbehave(Fault.PAPER_OUT, 20)
        with pytest.raises(PrintStopped) as stopped:
            await device.print_document(long)
        assert (stopped.value.detail, stopped.value.job) == ("paper-out", JobState.INCOMPLETE)
        printer.fault = Fault.NONE
        assert await device.print_document(SLIP) is PrintProof.PRINTED
        assert "第 199 行" not in "".join(printer.paper.transcripts[-1])


async def test_a_printer_that_takes_no_bytes_is_given_up(
    host: ServiceHost, printer: SimulatedPrinterService
) -> None:
    async with opened(Xfs4iotPrinter, host.port, write_timeout=0.3) as device:
        printer.fault = Fault.STALLED
        with pytest.raises(PrintStopped) as stopped:
            await device.print_document(SLIP)
        assert (stopped.value.detail, stopped.value.job) == ("stalled", JobState.INCOMPLETE)


# -- the camera


async def test_a_page_is_captured_as_with_any_camera(
    host: ServiceHost, camera: SimulatedCameraService
) -> None:
    camera.put("household-register")
    async with opened(Xfs4iotCamera, host.port) as device:
        capture = await device.capture(10)
    assert capture.jpeg.startswith(b"\xff\xd8")
    assert (capture.width, capture.height) != (1920, 1080), "the page, not the desk"
    assert "no-page" not in capture.verdicts


async def test_pictures_are_taken_only_while_somebody_looks(
    host: ServiceHost, camera: SimulatedCameraService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "LOOKED_AT", 0.2)
    camera.put("household-register")
    async with opened(Xfs4iotCamera, host.port) as device:
        await device.check()
        assert "Camera.TakePicture" not in camera.asked
        numbers: set[int] = set()
        async with asyncio.timeout(10):
            while len(numbers) < 3:
                if (frame := device.latest()) is not None:
                    numbers.add(frame.number)
                    assert frame.outline is not None
                await asyncio.sleep(0.01)
            while device._preview is not None and device._preview._newest is not None:
                await asyncio.sleep(0.01)  # nobody looks any more
        await connections(camera, 1)  # a connection that nobody listens to would be hung up on
        taken = camera.asked.count("Camera.TakePicture")
        await device.check()
        assert camera.asked.count("Camera.TakePicture") == taken
        assert device.latest() is None, "who looks again is not shown who stood there before"


async def connections(service: SimulatedService, number: int) -> None:
    async with asyncio.timeout(10):
        while len(service.connections) != number:
            await asyncio.sleep(0.01)


async def test_a_camera_that_repeats_its_last_picture_is_frozen(
    host: ServiceHost, camera: SimulatedCameraService
) -> None:
    async def watch(device: Xfs4iotCamera) -> None:
        while True:
            device.latest()
            await device.check()
            await asyncio.sleep(0.02)

    async with opened(Xfs4iotCamera, host.port, freshness=0.2) as device:
        camera.fault = Fault.FROZEN
        with pytest.raises(KeeperAction) as frozen:
            await asyncio.wait_for(watch(device), 10)
        assert frozen.value.detail == "frozen-picture"
        assert not device.status.usable


def huge() -> bytes:
    """The beginning of a PNG that claims to have 3.6 thousand million pixels."""
    header = b"IHDR" + (60_000).to_bytes(4) + (60_000).to_bytes(4) + b"\x08\x02\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + header + zlib.crc32(header).to_bytes(4)


@pytest.mark.parametrize(
    "picture", [b"\xff\xd8 no picture at all", b"", huge()], ids=["none", "empty", "huge"]
)
async def test_what_is_no_picture_is_named(
    host: ServiceHost, camera: SimulatedCameraService, picture: bytes
) -> None:
    camera._film = (picture,)
    async with opened(Xfs4iotCamera, host.port) as device:
        with pytest.raises(KeeperAction) as error:
            await device.capture(5)
        assert error.value.detail == "garbage"


async def test_a_camera_that_is_not_there_is_named(host: ServiceHost, camera: SimulatedCameraService) -> None:
    async with opened(Xfs4iotCamera, host.port, camera="room") as device:
        with pytest.raises(KeeperAction) as error:
            await device.capture(5)
        assert error.value.detail == "no-camera"
