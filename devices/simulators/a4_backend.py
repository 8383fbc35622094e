"""The device behind a simulated CUPS queue: a back end (``man 7 backend``) that cupsd starts for each job.

It stands alone: cupsd starts it as a program of its own. ``DEVICE_URI`` names a folder; a file ``fault`` in
there says how the device misbehaves, and each printed document becomes a PDF beside it. Like the back ends of
real printers it tells cupsd what hinders it (``STATE:``) and every page that it has printed (``PAGE:``).
"""

import ctypes
import os
import re
import signal
import sys
import time
from pathlib import Path
from types import FrameType

STATES = {
    "paper-low": "media-low-report",
    "paper-out": "media-empty-error",
    "paper-jammed": "media-jam-error",
    "cover-open": "door-open-error",
    "toner-low": "toner-low-report",
    "toner-out": "toner-empty-error",
    "switched-off": "offline-report",
}
"""What the device says of itself, by fault."""

PRINTS_ALL_THE_SAME = {"none", "paper-low", "toner-low"}

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG: no power for the server is none for the device
_LOOK_EVERY = 0.02
_PAGE = re.compile(rb"/Type\s*/Page\b")


class Device:
    """One simulated printer, as long as one job lasts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._told: str | None = None

    def print(self, document: bytes, copies: int) -> None:
        """Print all pages, waiting wherever something hinders it."""
        for _ in range(copies * max(1, len(_PAGE.findall(document)))):
            self._wait_until_able()
            say("PAGE: 1 1")
            self._use_paper()
        number = 1 + len(list(self._folder.glob("a4-*.pdf")))
        unfinished = self._folder / "a4.part"
        unfinished.write_bytes(document)
        unfinished.replace(self._folder / f"a4-{number:04d}.pdf")

    def _wait_until_able(self) -> None:
        while True:
            fault = self._read("fault").partition(":")[0] or "none"
            if fault != self._told:
                say("STATE: -" + ",".join(sorted(set(STATES.values()))))
                if fault in STATES:
                    say(f"STATE: +{STATES[fault]}")
                self._told = fault
            if fault in PRINTS_ALL_THE_SAME:
                return
            time.sleep(_LOOK_EVERY)

    def _use_paper(self) -> None:
        """Count down the sheets of a tray that is to run empty."""
        left = self._read("sheets")
        if left:
            rest = int(left) - 1
            (self._folder / "sheets").write_text(str(rest) if rest else "")
            if not rest:
                (self._folder / "fault").write_text("paper-out")

    def _read(self, name: str) -> str:
        try:
            return (self._folder / name).read_text()
        except OSError:
            return ""


def say(line: str) -> None:
    """Tell cupsd, which reads standard error."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - the way of a back end


def main(arguments: list[str]) -> int:
    """``job user title copies options [file]``, as cupsd calls it; with nothing it asks for devices."""
    if len(arguments) < 5:
        return 0
    signal.signal(signal.SIGTERM, _canceled)
    ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
    document = Path(arguments[5]).read_bytes() if len(arguments) > 5 else sys.stdin.buffer.read()
    folder = Path(os.environ["DEVICE_URI"].partition(":")[2])
    (folder / "ticket").write_text(f"copies={arguments[3]} {arguments[4]}\n")
    Device(folder).print(document, int(arguments[3]))
    return 0


def _canceled(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
