"""Driver ``xfs4iot-card-reader``: a social-security card in a bank terminal's card reader."""

from __future__ import annotations

from devices.social_card.driver import SocialCardReader
from devices.status import DeviceStatus
from devices.worker import Turn
from devices.xfs4iot.card_slot import ServiceCardSlot
from devices.xfs4iot.options import ServiceOptions, open_service


class Xfs4iotCardReader(SocialCardReader):
    """A social-security card, its APDUs carried by CardReader.ChipIO; all else is as with a PC/SC reader."""

    driver = "xfs4iot-card-reader"
    overrun = 3.0  # a service that falls silent is given its time to answer, and then named
    restart = 0.5  # connecting anew takes no time; a service that stays away is the supervisor's matter

    class Options(ServiceOptions):
        """Options of ``[devices.NAME]``."""

    options: Options
    _slot: ServiceCardSlot | None = None

    def _connect(self, turn: Turn) -> ServiceCardSlot:
        return ServiceCardSlot(*open_service(self.options, self.base, "CardReader", turn))

    def _check(self, turn: Turn) -> DeviceStatus:
        slot = self._slot = self._slot or self._connect(turn)
        return slot.status(turn)
