"""The camera behind a simulated XFS4IoT service, above a desk."""

from __future__ import annotations

import base64
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING

import cv2
import numpy as np

from devices.simulators.desk import Picture, desk, lay, picture_of
from devices.simulators.documents import DOCUMENTS
from devices.simulators.faults import Fault
from devices.simulators.xfs4iot_service import Emit, Payload, SimulatedService, Work, command_error

if TYPE_CHECKING:
    from devices.simulators.xfs4iot_host import ServiceHost


class SimulatedCameraService(SimulatedService):
    """A camera that takes a picture of a desk whenever it is told to."""

    interface = "Camera"
    faults = (SimulatedService.faults - {Fault.ONE_BYTE}) | {Fault.FROZEN}

    def __init__(self, host: ServiceHost, name: str = "Camera") -> None:
        super().__init__(host, name)
        self._page: str | None = None
        self._film = _documents_film(None)
        self._number = count()

    @property
    def page(self) -> str | None:
        """What lies there, None for a bare desk."""
        return self._page

    def put(self, what: str) -> None:
        """Lay a page on the desk: a demonstration document by name, or an image file. Raises UnknownPage."""
        self._film = _documents_film(what) if what in DOCUMENTS else _film(lay(picture_of(what), desk()))
        self._page = what

    def clear(self) -> None:
        """Take the page away."""
        self._film, self._page = _documents_film(None), None

    def _commands(self) -> dict[str, Work]:
        return {"Camera.TakePicture": self._take_picture, "Camera.Reset": self._reset}

    def _own_status(self) -> Payload:
        return {"cameras": {"person": "ok"}}

    def _able(self) -> Payload:
        return {"cameras": {"room": False, "person": True, "exitSlot": False}}

    async def _take_picture(self, payload: Payload, _emit: Emit) -> Payload:
        if payload.get("camera") != "person":
            raise command_error("cameraNotSupported")
        frozen = self._fault is Fault.FROZEN
        picture = self._film[0 if frozen else next(self._number) % len(self._film)]
        return {"pictureFile": base64.b64encode(picture).decode("ascii")}

    async def _reset(self, _payload: Payload, _emit: Emit) -> Payload:
        return {}


@lru_cache(maxsize=4)
def _documents_film(what: str | None) -> tuple[bytes, ...]:
    """A demonstration document on the desk, or the bare desk."""
    return _film(desk() if what is None else lay(picture_of(what), desk()))


def _film(view: Picture) -> tuple[bytes, ...]:
    """What a sensor makes of one view: no two pictures that follow one another are the same."""
    chance = np.random.default_rng(5)
    return tuple(
        cv2.imencode(".jpg", cv2.cvtColor(_with_noise(view, chance), cv2.COLOR_RGB2BGR))[1].tobytes()
        for _ in range(2)
    )


def _with_noise(view: Picture, chance: np.random.Generator) -> Picture:
    noise = chance.integers(-2, 3, view.shape[:2], np.int16)[..., None]
    return np.asarray(np.clip(view.astype(np.int16) + noise, 0, 255), np.uint8)
