"""Documents photographed at the kiosk: found, straightened, judged, shown, kept or taken again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import partial

from devices.contract import Camera, Capture
from devices.errors import DeviceError
from devices.supervisor import Supervisor
from kiosk.availability import usable
from kiosk.pages import Action, CaptureDocument, Glimpse, Idle, Notice, ReviewCapture, Step
from kiosk.text import Sayable, text
from kiosk.visit import Visit
from kiosk.wire import Material

#: Without a page there is nothing to keep; any other fault is the resident's to judge.
NO_PAGE = "no-page"
CAPTURE_SECONDS = 8.0


@dataclass(frozen=True)
class Photo:
    """A photographed material; ``jpeg`` lives in memory only, until the queue has sealed it."""

    material: Material
    jpeg: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """SHA-256 of the picture in hexadecimal."""
        return hashlib.sha256(self.jpeg).hexdigest()


async def collect_materials(
    visit: Visit, materials: tuple[Material, ...], step: Step | None = None
) -> list[Photo]:
    """Photograph each material that is taken here, in order."""
    return [await photograph(visit, material, step) for material in materials if material.capture]


async def photograph(visit: Visit, material: Material, step: Step | None = None) -> Photo:
    """Photograph one document until the resident keeps the picture."""
    problem: Sayable | None = None
    while True:
        camera = usable(visit.kiosk.devices, Camera)
        await visit.show(_capture_page(camera, material, problem, step))
        capture = await _take(visit, material)
        if capture is None:
            problem = text("capture.problem.camera")
        elif NO_PAGE in capture.verdicts:
            problem = text("capture.problem.no-page")
        else:
            problem = text(f"capture.problem.{capture.verdicts[0]}") if capture.verdicts else None
            answer = await visit.show(_review_page(material, capture.jpeg, problem, step))
            if answer.id == "keep":
                return Photo(material, capture.jpeg)
            problem = None


def _capture_page(
    camera: Camera | None, material: Material, problem: Sayable | None, step: Step | None
) -> CaptureDocument:
    if camera is None:
        problem = text("capture.problem.camera")
    return CaptureDocument(
        name=f"capture-{material.id}",
        title=text("capture.title", material=material.name),
        note=material.note or text("capture.note"),
        look=partial(_look, camera),
        problem=problem,
        main=Action("shoot", text("capture.shoot"), "camera"),
        step=step,
    )


def _look(camera: Camera | None) -> Glimpse | None:
    frame = camera.latest() if camera is not None else None
    if frame is None:
        return None
    return Glimpse(frame, frame.outline)


async def _take(visit: Visit, material: Material) -> Capture | None:
    page = Notice(
        name="capturing",
        title=text("capture.working"),
        note=material.name,
        waiting=True,
        private=True,
        idle=Idle.PRIVATE,
    )
    capture = await visit.show_while(page, partial(_picture, visit.kiosk.devices))
    return capture if isinstance(capture, Capture) else None


async def _picture(devices: Supervisor) -> Capture | None:
    """One picture, or None: the camera is gone or did not deliver (its log line and status say why)."""
    camera = usable(devices, Camera)
    try:
        return await camera.capture(CAPTURE_SECONDS) if camera is not None else None
    except DeviceError:
        return None


def _review_page(
    material: Material, jpeg: bytes, problem: Sayable | None, step: Step | None
) -> ReviewCapture:
    keep = Action("keep", text("capture.keep"), "check")
    again = Action("again", text("capture.again"), "camera")
    return ReviewCapture(
        name=f"review-{material.id}",
        title=text("capture.review.problem") if problem else text("capture.review"),
        note=material.name,
        picture=jpeg,
        problem=problem,
        main=again if problem else keep,
        others=(Action("keep", text("capture.keep-anyway")),) if problem else (again,),
        step=step,
    )
