"""The enrolment code as a QR code holds it: with it the hub's address, and whom to trust to be the hub."""

from __future__ import annotations

import re
from typing import Final, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import Field, ValidationError

from kiosk.wire.base import Message, Sha256

SCHEME: Final = "yedeng-enrol"
_LONGEST: Final = 600


class EnrolmentTicket(Message):
    """``yedeng-enrol:?hub=https://hub.example&code=7K3M-9QX2-P4C1&ca=…``.

    ``ca`` is the SHA-256 of the certificate (DER) of the authority that signed the hub's; empty where the
    machine's own authorities do. Whoever reads it within its days can enrol one machine: it is a secret.
    """

    hub: str = Field(pattern=r"^https?://[^\s/?#@]+$", max_length=200)
    code: str = Field(pattern=r"^[0-9A-Za-z-]{4,64}$", repr=False)
    ca: Sha256 | None = None

    @property
    def text(self) -> str:
        """What the QR code holds."""
        fields = {"hub": self.hub, "code": self.code} | ({"ca": self.ca} if self.ca else {})
        return f"{SCHEME}:?{urlencode(fields, safe=':/')}"

    @classmethod
    def read(cls, text: str) -> Self:
        """The ticket in a scanned text. Raises ``ValueError``, in words, for anything else."""
        parts = urlsplit(text.strip()[:_LONGEST]) if re.match(rf"\s*{SCHEME}:", text) else None
        if parts is None:
            raise ValueError("this is no enrolment code of a hub")
        try:
            return cls.model_validate(dict(parse_qsl(parts.query)), extra="ignore")
        except (ValidationError, ValueError):
            raise ValueError(
                "this enrolment code is damaged; scan it again, or have a new one made"
            ) from None
