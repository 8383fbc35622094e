"""The bench as people use it: served by the command line, played with through its socket and its commands."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from config.settings import DeviceSettings, Site, load_site
from devices.codes import ScannedCode, Symbology
from devices.contract import Camera, CodeScanner, IdCardReader, PrintProof, ReceiptPrinter
from devices.receipt import Receipt, Text
from devices.registry import build_all
from devices.simulators.bench import Bench
from devices.simulators.commands import bench
from devices.simulators.control import BenchClient, BenchError, control_socket, unix_socket
from devices.simulators.pcsc_service import PcscService
from devices.simulators.relay import Relay
from kiosk.simulated import free_ports

ROOT = Path(__file__).resolve().parents[2]

SITE = """
[devices.id-reader]
driver = "sam-serial"
port = "bench/id-reader"
[devices.receipt-printer]
driver = "escpos-tcp"
host = "127.0.0.1"
port = {port}
[devices.slip-printer]
driver = "escpos-serial"
port = "bench/printer"
taken_sensor = true
[devices.camera]
driver = "opencv-camera"
source = "bench/desk"
[devices.code-scanner]
driver = "gm65-serial"
port = "bench/code-scanner"
[devices.speaker]
driver = "espeak-ng"
wav = "bench/sound"
"""

Serve = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(SITE.format(port=free_ports(1)[0]))
    return path


@pytest.fixture
def serve(site: Path) -> Iterator[Serve]:
    children: list[subprocess.Popen[str]] = []

    def start(*options: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(ROOT / "main.py"), "bench", "serve", "--site", str(site), *options]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.communicate()


@pytest.fixture
def served(serve: Serve) -> subprocess.Popen[str]:
    child = serve()
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def run(site: Path, *arguments: str) -> Result:
    return CliRunner().invoke(bench, [*arguments, "--site", str(site)])


def reply(site: Path, *arguments: str) -> Any:
    result = run(site, *arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def test_a_visitor_with_everything_on_the_bench(site: Path, served: subprocess.Popen[str]) -> None:
    """Card, page and paper through the kiosk's own drivers, the far ends in another process."""
    devices = build_all(load_site(site).devices, site.parent)
    reader, printer, camera = devices["id-reader"], devices["slip-printer"], devices["camera"]
    assert isinstance(reader, IdCardReader)
    assert isinstance(printer, ReceiptPrinter)
    assert isinstance(camera, Camera)
    for device in devices.values():
        await device.open()

    assert run(site, "lay-card", "id-reader", "li-guilan").stdout == "li-guilan laid a card on id-reader\n"
    assert (await reader.read(5)).name == "李桂兰"
    assert reply(site, "status")["devices"]["id-reader"]["card"] == "li-guilan"
    run(site, "pull-card", "id-reader")
    await reader.wait_removed(5)
    assert reply(site, "status")["devices"]["id-reader"]["card"] is None

    reply(site, "put-page", "camera", "household-register")
    async with asyncio.timeout(10):
        while (await camera.capture(5)).verdicts:
            await asyncio.sleep(0.05)

    assert await printer.print_document(Receipt((Text("受理编号"),))) is PrintProof.PRINTED
    shown = reply(site, "paper", "slip-printer")
    assert shown["text"] == ["受理编号"]
    taken = reply(site, "take-paper", "slip-printer")
    assert taken["path"] == shown["path"]
    assert Path(taken["path"]).parent == control_socket(load_site(site)).parent / "paper"
    assert np.asarray(Image.open(taken["path"])).min() < 100, "there is ink on it"

    scanner = devices["code-scanner"]
    assert isinstance(scanner, CodeScanner)
    reply(site, "show-code", "code-scanner", "yedeng:7K3M-9QX2-P4C")
    assert (await scanner.read(5)).data == b"yedeng:7K3M-9QX2-P4C"
    reply(site, "show-code", "code-scanner", "--hex", "1b40", "--symbology", "data-matrix")
    assert await scanner.read(5) == ScannedCode(b"\x1b@", Symbology.DATA_MATRIX)

    for device in devices.values():
        await device.close()


def test_it_ends_cleanly_and_leaves_only_the_papers(site: Path, served: subprocess.Popen[str]) -> None:
    served.send_signal(signal.SIGTERM)
    out, err = served.communicate(timeout=20)
    assert (served.returncode, out, err) == (0, "", "")
    left = {path.name for path in control_socket(load_site(site)).parent.rglob("*")}
    assert left <= {"paper", "sound"}


def test_what_a_killed_bench_left_behind_is_replaced(site: Path, serve: Serve) -> None:
    for _ in range(2):
        child = serve()
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        assert BenchClient(control_socket(load_site(site))).ask("status")["devices"]["camera"]["page"] is None
        child.kill()
        child.communicate()
        assert control_socket(load_site(site)).exists()


def test_a_second_bench_for_the_same_site_is_refused_in_words(
    site: Path, served: subprocess.Popen[str], serve: Serve
) -> None:
    second = serve()
    _, err = second.communicate(timeout=20)
    assert second.returncode == 1
    assert "runs already" in err
    assert err.count("\n") == 1
    assert BenchClient(control_socket(load_site(site))).ask("status")["ok"]


REFUSED = [
    (["lay-card", "id-reader", "nobody"], "li-guilan"),
    (["lay-card", "camera", "li-guilan"], "takes no cards"),
    (["lay-card", "nothing", "li-guilan"], "id-reader"),
    (["put-page", "camera", "no-such-page"], "household-register"),
    (["fault", "id-reader", "paper-out"], "card-pulled-mid-read"),
    (["fault", "receipt-printer", "paper-out:many"], "paper-out"),
    (["take-paper", "receipt-printer"], "no paper"),
    (["paper", "receipt-printer"], "nothing"),
    (["paper", "camera"], "no printer"),
    (["network", "off"], "--relay"),
    (["pull-card", "speaker"], "id-reader"),
]


def test_what_the_bench_cannot_do_it_says_in_one_line(site: Path, served: subprocess.Popen[str]) -> None:
    for arguments, words in REFUSED:
        result = run(site, *arguments)
        assert result.exit_code == 1
        assert words in result.stderr
        assert result.stderr.count("\n") == 1


def test_a_bench_that_is_not_there_is_said_in_one_line(site: Path) -> None:
    result = run(site, "status")
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "bench serve" in result.stderr


def test_a_command_without_a_bench_is_used_wrongly() -> None:
    assert CliRunner().invoke(bench, ["status"]).exit_code == 2
    assert CliRunner().invoke(bench, ["serve", "--site", "x", "--relay", "80"]).exit_code == 2


@pytest.mark.parametrize(
    ("driver", "options"),
    [
        ("sam-serial", {"port": "/dev/ttyS0"}),
        ("escpos-serial", {"port": "precious.txt"}),
        ("opencv-camera", {"source": "/dev/video0"}),
        ("escpos-tcp", {"host": "192.0.2.7"}),
        ("escpos-tcp", {"host": "printer.example"}),
    ],
)
def test_it_never_takes_the_place_of_something_real(
    tmp_path: Path, driver: str, options: dict[str, str]
) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    settings = DeviceSettings.model_validate({"driver": driver, **options})
    with pytest.raises(BenchError, match="bench"):
        Bench(Site(directory=tmp_path, devices={"device": settings}))
    assert (tmp_path / "precious.txt").read_text() == "mine"


async def test_garbage_on_the_control_socket_is_answered_in_words(tmp_path: Path) -> None:
    served = Bench(Site(directory=tmp_path, devices={}))
    await served.start()
    reader, writer = await asyncio.open_unix_connection(sock=unix_socket(served.control, bind=False))
    for line in (b"\n", b"[1]\n", b"\xff\xfe\n", b'{"do": 7}\n', b'{"do": "lay-card"}\n', b'{"do": "fly"}\n'):
        writer.write(line)
        answer = json.loads(await reader.readline())
        assert answer["ok"] is False
        assert answer["error"]
    await hang_up(writer)
    await served.stop()


async def test_a_folder_with_a_very_long_name_is_no_obstacle(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)
    served = Bench(Site(directory=deep, devices={}))
    await served.start()
    client = BenchClient(served.control)
    assert (await asyncio.to_thread(client.ask, "status"))["devices"] == {}
    await served.stop()


async def test_the_network_cable_can_be_pulled_and_put_back(tmp_path: Path) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        await hang_up(writer)

    hub = await asyncio.start_server(echo, "127.0.0.1", 0)
    (port,) = free_ports(1)
    served = Bench(Site(directory=tmp_path, devices={}), relay=Relay(port, hub.sockets[0].getsockname()[1]))
    await served.start()

    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello")
    assert await reader.readexactly(5) == b"hello"

    assert (await served.do("network", {"state": "off"}))["network"] == "off"
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    await hang_up(writer)

    await served.do("network", {"state": "on"})
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"again")
    writer.write_eof()
    assert await reader.read() == b"again"
    await hang_up(writer)
    with pytest.raises(BenchError):
        await served.do("network", {"state": "perhaps"})
    await served.stop()
    hub.close()


async def test_chip_cards_lie_in_the_real_service(tmp_path: Path, pcsc_service: PcscService) -> None:
    settings = DeviceSettings.model_validate({"driver": "pcsc-social-card"})
    served = Bench(Site(directory=tmp_path, devices={"social-card": settings}))
    await served.start()
    assert (await served.do("lay-card", {"device": "social-card", "who": "li-guilan"}))["who"] == "li-guilan"
    assert (await served.do("status", {}))["devices"]["social-card"]["card"] == "li-guilan"
    with pytest.raises(BenchError, match="no social-security card"):
        await served.do("lay-card", {"device": "social-card", "who": "maria-garcia"})
    await served.stop()
