"""A CUPS server of the bench's own: the real cupsd, in a folder of its own, with one simulated A4 printer.

It shares nothing with a CUPS that the machine may run: no port, no queue, no spool. cupsd serves a socket in
its folder; a TCP port before it is where a wire can be pulled out, fall silent or talk nonsense.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from devices.cups.ipp import Attribute, Tag, encode_request, one
from devices.simulators import a4_backend, cups_files
from devices.simulators.faults import Fault
from devices.simulators.wire import TcpWire

CUPSD: Final = "/usr/sbin/cupsd"
CUPS_EXEC: Final = Path("/usr/lib/cups/daemon/cups-exec")

SLOW: Final = 0.2
"""Seconds before each answer of a slow server."""

_START: Final = 10.0
_PAUSE, _RESUME = 0x0010, 0x0011
_WIRE_FAULTS: Final = {Fault.SILENT, Fault.SLOW, Fault.ONE_BYTE, Fault.GARBAGE, Fault.UNPLUGGED}


class CupsServer:
    """One cupsd. Blocking.

    Args:
        queue: name of its only queue.
        device: folder of the simulated device behind it.
    """

    def __init__(self, queue: str, device: Path) -> None:
        self._queue = queue
        self._device = device
        self._process: subprocess.Popen[bytes] | None = None
        self.folder = Path()
        """Everything that is cupsd's: spool, log, socket; gone when it is stopped."""

    @property
    def spool(self) -> Path:
        """Where documents lie until their jobs have ended."""
        return self.folder / "spool"

    def start(self) -> None:
        """Start it and wait until it serves. Raises OSError when it cannot."""
        if not Path(CUPSD).exists():
            raise OSError("there is no cupsd here: install the Debian package cups-daemon")
        self.folder = Path(tempfile.mkdtemp(prefix="yedeng-cups-"))
        self._device.mkdir(parents=True, exist_ok=True)
        self._write_configuration()
        self._launch()

    def stop(self) -> None:
        """Stop it; its folder goes."""
        self.kill(signal.SIGTERM)
        if self.folder.name:
            shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End the process, by default as a power cut does; spool and log stay."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait()

    def restart(self) -> None:
        """Start it again over what is in its folder. Raises OSError when it does not come."""
        self._launch()

    def exchange(self, request: bytes) -> bytes:
        """Hand over a whole HTTP request and give the whole answer. Raises OSError."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(str(self.folder / "socket"))
            line.sendall(request)
            answer = bytearray()
            while data := line.recv(65536):
                answer += data
        return bytes(answer)

    def administer(self, operation: int, target: Attribute | None = None) -> None:
        """One operation as administrator, on the queue if no other target is given. Raises OSError."""
        target = target or one(Tag.URI, "printer-uri", f"ipp://localhost/printers/{self._queue}")
        who = one(Tag.NAME, "requesting-user-name", "root")
        body = encode_request(operation, 1, {Tag.OPERATION: [target, who]})
        head = (
            "POST /admin/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            f"Content-Type: application/ipp\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.exchange(head.encode() + body)

    def _launch(self) -> None:
        configuration = str(self.folder / "cupsd.conf"), str(self.folder / "cups-files.conf")
        command = [CUPSD, "-f", "-c", configuration[0], "-s", configuration[1]]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + _START
        while time.monotonic() < until and self._process.poll() is None:
            try:
                self.administer(_RESUME)
            except OSError:
                time.sleep(0.01)
            else:
                return
        log = self.folder / "log"
        last = log.read_text(errors="replace").splitlines()[-1:] if log.exists() else []
        self.stop()
        raise OSError(f"cupsd does not start: {' '.join(last)}")

    def _write_configuration(self) -> None:
        folder = self.folder
        for name in cups_files.FOLDERS:
            (folder / name).mkdir(parents=True)
        (folder / "bin/daemon/cups-exec").symlink_to(CUPS_EXEC)
        # A back end that only its owner may run is run as the user who started cupsd, not as lp.
        backend = folder / "bin/backend/yedeng"
        program = Path(a4_backend.__file__).read_text(encoding="utf-8")
        backend.write_text(f"#!{sys.executable} -IS\n{program}", encoding="utf-8")
        backend.chmod(0o700)
        texts = {
            "cups-files.conf": cups_files.FILES.format(folder=folder),
            "cupsd.conf": cups_files.SERVER.format(folder=folder),
            "data/mime/mime.types": "application/pdf pdf string(0,%PDF)\n",
            "data/mime/mime.convs": "",
            "root/printers.conf": cups_files.QUEUE.format(queue=self._queue, device=self._device.resolve()),
            f"root/ppd/{self._queue}.ppd": cups_files.PPD,
        }
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="ascii")
            (folder / name).chmod(0o640)


class A4Tray:
    """The sheets that have come out. What is printed is a PDF, so no text of it is known.

    Args:
        folder: the folder of the device.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._taken: set[Path] = set()

    @property
    def papers(self) -> list[Path]:
        """Every document printed, oldest first."""
        return sorted(self.folder.glob("a4-*.pdf"))

    @property
    def waiting(self) -> Path | None:
        """The newest document, if nobody has taken it yet."""
        newest = self.papers[-1:]
        return newest[0] if newest and newest[0] not in self._taken else None

    def take(self) -> Path | None:
        """The resident takes what waits."""
        paper = self.waiting
        self._taken |= set(self.papers)
        return paper

    def peek(self) -> tuple[Path, list[str]] | None:
        """The newest document."""
        papers = self.papers
        return (papers[-1], []) if papers else None


class SimulatedA4Printer:
    """An A4 printer on the bench: a device, the CUPS server that it hangs on, and the way there.

    Args:
        queue: name of the queue.
        folder: where printed documents are put.
        host: address to listen at.
        port: TCP port; 0 takes a free one.
    """

    faults = frozenset(
        {
            *_WIRE_FAULTS,
            *(Fault(name) for name in a4_backend.STATES),
            Fault.STALLED,
            Fault.PAUSED,
        }
    )

    def __init__(self, queue: str, folder: Path, host: str, port: int) -> None:
        self.paper = A4Tray(folder)
        self.server = CupsServer(queue, folder)
        self.wire = TcpWire(self._answer, queue, host, port)
        self._fault = Fault.NONE
        self._request = b""

    def start(self) -> None:
        """Start the server and plug in. Raises OSError when it cannot be had."""
        self.server.start()
        self.misbehave(Fault.NONE)
        self.wire.start()

    def stop(self) -> None:
        """Unplug for good."""
        self.wire.stop()
        self.server.stop()

    @property
    def fault(self) -> Fault:
        """The current misbehaviour."""
        return self._fault

    @fault.setter
    def fault(self, fault: Fault) -> None:
        self.misbehave(fault)

    def misbehave(self, fault: Fault, after_lines: int = 0) -> None:
        """Start one misbehaviour in place of any other; paper can run out after some more sheets."""
        after_sheets = after_lines
        self.wire.delay = SLOW if fault is Fault.SLOW else 0.0
        self.wire.piece = 64 if fault is Fault.ONE_BYTE else 0
        if fault is Fault.UNPLUGGED:
            self.wire.unplug()
        elif self._fault is Fault.UNPLUGGED:
            self.wire.plug()
        if Fault.PAUSED in {fault, self._fault} and fault is not self._fault:
            self.server.administer(_PAUSE if fault is Fault.PAUSED else _RESUME)
        device = "none" if after_sheets or fault in {Fault.PAUSED, *_WIRE_FAULTS} else fault.value
        (self.paper.folder / "sheets").write_text(str(after_sheets or ""))
        (self.paper.folder / "fault").write_text(device)
        self._fault = fault

    def _answer(self, data: bytes) -> bytes:
        """Collect a request until it is whole, then let cupsd answer."""
        self._request = data if data.startswith(b"POST ") else self._request + data
        head, end, body = self._request.partition(b"\r\n\r\n")
        lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        if not end or not lengths or len(body) < int(lengths[0].partition(b":")[2]):
            return b""
        try:
            answer = self.server.exchange(self._request)
        except OSError:  # cupsd is gone: what it would have said is silence
            return b""
        finally:
            self._request = b""
        match self._fault:
            case Fault.SILENT:
                return b""
            case Fault.GARBAGE:
                return bytes(byte ^ 0x5A for byte in answer)
        return answer
