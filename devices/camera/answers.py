"""What the process of a camera may answer: it handles strangers' bytes, nothing it says is taken unseen."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devices.camera.protocol import BrokenMessage, Message
from devices.codes import Symbology
from devices.errors import CompletionCode, KeeperAction
from devices.status import DeviceState

Side = Annotated[int, Field(ge=1, le=10_000)]
Key = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=40)]
Corner = tuple[Annotated[float, Field(ge=-2, le=3)], Annotated[float, Field(ge=-2, le=3)]]


class Answer(BaseModel):
    """How a request went, and how the camera is.

    Attributes:
        number: of the newest picture; it grows with every new one.
        at: when that was taken, seconds of `time.monotonic`, the same for all processes of a machine.
        seen: its width and height as the camera gave it, None when there is none.
        rate: pictures a second, None while not known.
        troubles: keys of `devices.camera.freshness`.
        live: width and height of the live picture in the shared memory.
        outline: corners of the page in it as fractions of width and height.
        size, verdicts: of the page captured, whose JPEG is the message's data.
        symbology: of the code read, whose content is the message's data.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    number: int = Field(ge=0)
    at: float
    seen: tuple[Side, Side] | None
    rate: float | None
    troubles: tuple[Key, ...] = Field(max_length=8)
    live: tuple[Side, Side] | None = None
    outline: tuple[Corner, Corner, Corner, Corner] | None = None
    size: tuple[Side, Side] | None = None
    verdicts: tuple[Key, ...] = Field(default=(), max_length=8)
    symbology: Symbology | None = None


class _Failure(BaseModel):
    model_config = ConfigDict(extra="forbid")

    code: CompletionCode
    detail: Key
    state: DeviceState | None


def understood(message: Message) -> Answer:
    """The answer in a message.

    Raises:
        KeeperAction: the process says that the camera does not work.
        BrokenMessage: it says what no such process says.
    """
    words = dict(message.words)
    good = words.pop("ok", None)
    try:
        if good is True:
            return Answer.model_validate(words)
        failure = _Failure.model_validate(words)
    except ValidationError:
        raise BrokenMessage("not an answer") from None
    raise KeeperAction(failure.code, failure.detail, state=failure.state)
