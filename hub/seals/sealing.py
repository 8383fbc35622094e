"""Putting the seal on a PDF: PAdES (ETSI EN 319 142-1) by pyHanko, its appearance bound to the signature."""

from __future__ import annotations

import hashlib
import io
from typing import Final, NamedTuple

from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.timestamps import HTTPTimeStamper, TimestampRequestError
from pyhanko.stamp import StaticStampStyle

from hub.seals.certificate import draw_certificate
from hub.seals.keys import SealError, SealKeys
from hub.seals.stamp import draw_stamp
from kiosk.wire import ResultCopy

FIELD: Final = "Seal"
_WHOLE_BOX: Final = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID, Margins(0, 0, 0, 0))


class Sealed(NamedTuple):
    """A sealed certificate."""

    pdf: bytes
    pages: int
    sha256: str


class _Stamp(PdfContent):
    """The drawn seal, taken into the document it seals."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__()
        self._pdf = pdf

    def render(self) -> bytes:
        """The page of the seal as a form of the document."""
        assert self.writer is not None, "pyHanko sets the writer before it renders"
        form = self.writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._pdf)))
        self.resources.xobject["/Stamp"] = form
        left, bottom, right, top = form.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return b"/Stamp Do"


def seal_copy(copy: ResultCopy, keys: SealKeys) -> Sealed:
    """Draw one copy and seal it. Raises ``SealError``, ``FontsMissing``."""
    drawn = draw_certificate(copy, demonstration=keys.demonstration)
    writer = IncrementalPdfFileWriter(io.BytesIO(drawn.pdf))
    stamp = draw_stamp(copy.authority.zh, demonstration=keys.demonstration)
    style = StaticStampStyle(
        border_width=0,
        background=_Stamp(stamp),
        background_layout=_WHOLE_BOX,
        background_opacity=0.88,
    )
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        name=copy.authority.zh,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    field = SigFieldSpec(FIELD, on_page=-1, box=drawn.box)
    timestamper = HTTPTimeStamper(keys.timestamp) if keys.timestamp else None
    try:
        with keys.signer(copy.authority.zh) as signer:
            pdf_signer = PdfSigner(
                metadata, signer, timestamper=timestamper, stamp_style=style, new_field_spec=field
            )
            pdf: bytes = pdf_signer.sign_pdf(writer).getvalue()
    except TimestampRequestError as error:
        raise SealError(f"the time-stamping authority does not answer: {error}") from None
    return Sealed(pdf, drawn.pages, hashlib.sha256(pdf).hexdigest())
