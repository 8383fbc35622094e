"""The families of devices and their verbs. What every device promises stands in `devices.device`."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from devices.device import Device, DriverOptions
from devices.printers import DocumentPrinter, PrintProof, ReceiptPrinter
from devices.selftest import Finding, Verdict, judged
from devices.speech.kind import Speech
from devices.status import DeviceState, DeviceStatus, Media

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from devices.codes import ScannedCode
    from devices.identity import IdCard, SocialSecurityCard
    from devices.worker import Turn

__all__ = [
    "Camera",
    "Capture",
    "ChipCardReader",
    "CodeScanner",
    "Device",
    "DocumentPrinter",
    "DriverOptions",
    "Frame",
    "IdCardReader",
    "PrintProof",
    "ReceiptPrinter",
    "Speaker",
    "Speech",
]


_NEXT_PICTURE = 0.02
"""Seconds between two looks whether a camera has a new picture."""


class _CardReader(Device):
    """What readers of every kind of card share."""

    unknown = DeviceStatus(DeviceState.STARTING, media=Media.UNKNOWN)

    async def wait_removed(self, timeout: float) -> None:
        """Return when the card has left the reader, at once if none is there.

        Raises:
            DeviceTimeout: it still lies there after ``timeout`` seconds.
        """
        await self._run("wait_removed", timeout, self._wait_removed)

    @abstractmethod
    def _wait_removed(self, turn: Turn) -> None:
        """Return when the card has left; the turn's end is the time-out."""


class IdCardReader(_CardReader):
    """Reads ID cards that the reader itself has authenticated: proof of who somebody is."""

    family = "IdCardReader"

    async def read(self, timeout: float) -> IdCard:
        """Wait up to ``timeout`` seconds for a card, then read it.

        Raises:
            DeviceTimeout: no card was laid in time.
            ResidentAction: there was a card, but it cannot be read: pulled, damaged, of another kind.
            KeeperAction: the reader itself does not work.
        """
        return await self._run("read", timeout, self._read)

    @abstractmethod
    def _read(self, turn: Turn) -> IdCard:
        """Wait for a card while the turn lasts; a card found is read to its end."""


class ChipCardReader(_CardReader):
    """Reads social-security cards: fine for filling in a form, no proof of who somebody is."""

    family = "ChipCardReader"

    async def read(self, timeout: float) -> SocialSecurityCard:
        """Wait up to ``timeout`` seconds for a card, then read it. Raises like `IdCardReader.read`."""
        return await self._run("read", timeout, self._read)

    @abstractmethod
    def _read(self, turn: Turn) -> SocialSecurityCard:
        """Wait for a card while the turn lasts; a card found is read to its end."""


class CodeScanner(Device):
    """Reads printed codes and codes on phones."""

    family = "CodeScanner"

    async def read(self, timeout: float) -> ScannedCode:
        """Wait up to ``timeout`` seconds for a code shown from now on. What it says is a stranger's data.

        Raises:
            DeviceTimeout: no code was shown in time (``no-code``).
            KeeperAction: the scanner does not work.
        """
        return await self._run("read", timeout, self._read)

    @abstractmethod
    def _read(self, turn: Turn) -> ScannedCode:
        """Wait for a code while the turn lasts; codes read before it are nobody's."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One live picture of a camera.

    Attributes:
        number: counts up by at least one for every new picture of the device.
        at: when it was taken, seconds of `time.monotonic`.
        rgb: uint8 array of shape (height, width, 3), red first, top row first. It may be smaller than the
            pictures that the camera takes.
        outline: corners of the page in it as fractions of width and height, from the top left one clockwise;
            ``None`` when there is none, or the driver does not look for one.
    """

    number: int
    at: float
    rgb: NDArray[np.uint8]
    outline: tuple[tuple[float, float], ...] | None = None

    @property
    def width(self) -> int:
        """Pixels in a row."""
        return int(self.rgb.shape[1])

    @property
    def height(self) -> int:
        """Number of rows."""
        return int(self.rgb.shape[0])

    def rgb_bytes(self) -> bytes:
        """The picture as height x width x 3 bytes."""
        return self.rgb.tobytes()

    def __repr__(self) -> str:
        return f"Frame({self.number}, {self.width}x{self.height})"


@dataclass(frozen=True, slots=True)
class Capture:
    """One page as photographed, found and straightened.

    Attributes:
        jpeg: the picture.
        width: pixels in a row.
        height: number of rows.
        verdicts: keys of what is wrong with it, e.g. ``blurred``; empty: good.
    """

    jpeg: bytes
    width: int
    height: int
    verdicts: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Capture({self.width}x{self.height}, {len(self.jpeg)} bytes, verdicts={self.verdicts})"


class Camera(Device):
    """Sees pages or faces."""

    family = "Camera"

    @abstractmethod
    def latest(self) -> Frame | None:
        """The newest picture, ``None`` while there is none. Never blocks.

        A camera may look only while it is looked at: who asks again gets newer ones.
        """

    async def capture(self, timeout: float) -> Capture:
        """Take one page: found, straightened, judged. A page with verdicts is a result, not an error."""
        return await self._run("capture", timeout, self._capture)

    async def read_code(self, timeout: float) -> ScannedCode:
        """Wait up to ``timeout`` seconds for a printed code in the picture.

        Raises:
            DeviceTimeout: none was seen in time (``no-code``).
            KeeperAction: the camera does not work.
        """
        return await self._run("read_code", timeout, self._read_code)

    @abstractmethod
    def _capture(self, turn: Turn) -> Capture:
        """Take one page while the turn lasts."""

    def _test(self, turn: Turn) -> tuple[Finding, ...]:
        frame = self.latest()
        seen = Finding("picture", Verdict.UNKNOWN)
        if frame is not None:
            seen = Finding("picture", Verdict.GOOD, f"{frame.width} x {frame.height}")
        return (*judged(self._check(turn)), seen)

    def _read_code(self, turn: Turn) -> ScannedCode:
        """Look at every new picture while the turn lasts."""
        from devices.camera.codes import find_code

        seen = None
        while True:
            frame = self.latest()
            if frame is not None and frame.number != seen:
                seen = frame.number
                if (code := find_code(frame.rgb)) is not None:
                    return code
            turn.pause(_NEXT_PICTURE, "no-code")


class Speaker(Device):
    """Speaks to the resident."""

    family = "Speaker"

    say_limit: ClassVar[float] = 60.0
    """Seconds that one text may take."""

    @property
    @abstractmethod
    def private(self) -> bool | None:
        """Whether only the resident hears it, by a headset; ``None``: nobody can tell. Never blocks long."""

    volume: int
    """Percent; 100 is as loud as it was set up."""

    @abstractmethod
    def reset(self) -> None:
        """Be silent, and as loud as at the beginning of a visit. Never blocks."""

    async def say(self, text: str, language: str, kind: Speech = Speech.PASSING) -> None:
        """Speak ``text`` (``language``: ``zh`` or ``en``) and return when it has been spoken or hushed.

        Raises:
            ResidentAction: the text is personal, and no headset is known to be plugged in (``no-headset``).
        """
        await self._run("say", self.say_limit, self._say, text, language, kind)

    @abstractmethod
    def hush(self) -> None:
        """Be silent now. Never blocks."""

    def _test(self, turn: Turn) -> tuple[Finding, ...]:
        findings = judged(self._check(turn))
        self._say(turn, "您好，这里是夜灯。", "zh", Speech.FIXED)
        return (*findings, Finding("spoke", Verdict.UNKNOWN))  # only an ear can tell

    @abstractmethod
    def _say(self, turn: Turn, text: str, language: str, kind: Speech) -> None:
        """Speak until the end, until hushed or until the turn is over."""
