"""A smart-card reader behind the PC/SC service: presence of a card, and APDUs to it.

Only PC/SC's own calls are used. pyscard's monitor thread dies when the service restarts or a reader is pulled
(its issues 74, 82, 128), and PC/SC contexts belong to the one thread that made them anyway.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from smartcard import scard

from devices.errors import CompletionCode, DeviceBusy, DeviceError, KeeperAction, ResidentAction
from devices.status import DeviceState
from devices.transports.chip import Presence, Transmit

if TYPE_CHECKING:
    from devices.worker import Turn

_OK: Final[int] = scard.SCARD_S_SUCCESS
_NO_SERVICE = {
    scard.SCARD_E_NO_SERVICE,
    scard.SCARD_E_SERVICE_STOPPED,
    scard.SCARD_E_INVALID_HANDLE,
    scard.SCARD_F_COMM_ERROR,
    scard.SCARD_F_INTERNAL_ERROR,
}
_NO_READER = {
    scard.SCARD_E_NO_READERS_AVAILABLE,
    scard.SCARD_E_READER_UNAVAILABLE,
    scard.SCARD_E_UNKNOWN_READER,
}
_NO_CARD = {scard.SCARD_E_NO_SMARTCARD, scard.SCARD_W_REMOVED_CARD, scard.SCARD_W_RESET_CARD}
_MUTE = {scard.SCARD_W_UNRESPONSIVE_CARD, scard.SCARD_W_UNPOWERED_CARD, scard.SCARD_W_UNSUPPORTED_CARD}


def reader_names() -> list[str]:
    """Every reader that the service knows. Raises KeeperAction when there is none, or no service."""
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    _expect(code)
    try:
        code, names = scard.SCardListReaders(context, [])
        _expect(code)
        return list(names)
    finally:
        scard.SCardReleaseContext(context)


class PcscReader:
    """One reader of the PC/SC service, a `devices.transports.chip.ChipSlot`. Used by one thread only.

    Args:
        wanted: part of the reader's name; empty for the first reader.

    Raises:
        KeeperAction: the service does not run (``no-pcsc-service``), or has no such reader (``no-reader``).
    """

    def __init__(self, wanted: str) -> None:
        code, self._context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        _expect(code)
        self._state = scard.SCARD_STATE_UNAWARE
        try:
            code, names = scard.SCardListReaders(self._context, [])
            _expect(code)
            self.name: str = next((name for name in names if wanted in name), "")
            if not self.name:
                _expect(scard.SCARD_E_UNKNOWN_READER)
        except DeviceError:
            self.close()
            raise

    def presence(self, _turn: Turn, wait: float = 0.0) -> Presence:
        """What is in the slot; returns at the next change, or after ``wait`` seconds.

        Raises:
            KeeperAction: service or reader are gone.
        """
        query = [(self.name, self._state)]
        code, states = scard.SCardGetStatusChange(self._context, round(wait * 1000), query)
        if code != scard.SCARD_E_TIMEOUT:
            _expect(code)
            self._state = states[0][1] & ~scard.SCARD_STATE_CHANGED
        if self._state & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
            _expect(scard.SCARD_E_READER_UNAVAILABLE)
        return Presence(bool(self._state & scard.SCARD_STATE_PRESENT), self._state >> 16)

    def admit(self, turn: Turn, wait: float) -> Presence:
        """The same as `presence`: nothing keeps a card out."""
        return self.presence(turn, wait)

    def settle(self) -> None:
        """Nothing to do."""

    def give_back(self, _turn: Turn) -> None:
        """Nothing to do: the card's end stays in its owner's reach."""

    @contextmanager
    def card(self, _turn: Turn) -> Iterator[Transmit]:
        """Power the card up for oneself alone, give the way to speak to it, power it down afterwards.

        Raises, as does the way to speak:
            ResidentAction: the card is gone (``card-pulled``) or does not answer (``card-mute``).
            DeviceBusy: another program uses the card.
            KeeperAction: service or reader are gone.
        """
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        code, handle, protocol = scard.SCardConnect(
            self._context, self.name, scard.SCARD_SHARE_EXCLUSIVE, protocols
        )
        _expect(code)
        header = scard.SCARD_PCI_T1 if protocol == scard.SCARD_PROTOCOL_T1 else scard.SCARD_PCI_T0

        def transmit(command: bytes) -> bytes:
            code, response = scard.SCardTransmit(handle, header, list(command))
            _expect(code)
            if len(response) < 2:  # a card that leaves while it is asked answers nothing
                _expect(scard.SCARD_W_REMOVED_CARD)
            return bytes(byte & 0xFF for byte in response)

        try:
            yield transmit
        finally:
            scard.SCardDisconnect(handle, scard.SCARD_UNPOWER_CARD)

    def close(self) -> None:
        """Let go of the service."""
        scard.SCardReleaseContext(self._context)


def _expect(code: Any) -> None:
    """Turn a PC/SC return code that is not success into the error that tells what to do."""
    if code == _OK:
        return
    not_ready = CompletionCode.DEVICE_NOT_READY
    if code in _NO_SERVICE:
        raise KeeperAction(not_ready, "no-pcsc-service", state=DeviceState.OFFLINE)
    if code in _NO_READER:
        raise KeeperAction(not_ready, "no-reader", state=DeviceState.NO_DEVICE)
    if code in _NO_CARD:
        raise ResidentAction(CompletionCode.USER_ERROR, "card-pulled")
    if code in _MUTE:
        raise ResidentAction(CompletionCode.USER_ERROR, "card-mute")
    if code == scard.SCARD_E_SHARING_VIOLATION:
        raise DeviceBusy("card-in-use")
    if code in {scard.SCARD_E_NOT_TRANSACTED, scard.SCARD_E_COMM_DATA_LOST, scard.SCARD_E_PROTO_MISMATCH}:
        raise ResidentAction(CompletionCode.USER_ERROR, "card-read-failed")
    raise KeeperAction(CompletionCode.HARDWARE_ERROR, f"pcsc-{code & 0xFFFFFFFF:08x}")
