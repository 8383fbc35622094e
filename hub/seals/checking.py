"""Whether a PDF is as it was sealed, and by whom."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from asn1crypto import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

# It would tell the log, with a traceback, what the verdict says in a word.
logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)


class Verdict(StrEnum):
    """What is known of a PDF."""

    INTACT = "intact"
    ALTERED = "altered"
    UNKNOWN_SIGNER = "unknown signer"
    NO_SEAL = "no seal"
    UNREADABLE = "no PDF"


class Checked(NamedTuple):
    """The verdict, who sealed it and when (by the sealer's clock), as far as the seal says."""

    verdict: Verdict
    signer: str = ""
    sealed_at: datetime | None = None


def check_seal(pdf: bytes, trusted: Sequence[x509.Certificate]) -> Checked:
    """Check the seal on a PDF: every byte of it, and that its signer was certified by a trusted root.

    The certificate must have been good when the PDF was sealed, not today. Nothing is asked of any network.
    """
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    except (PdfError, ValueError, RecursionError):
        return Checked(Verdict.UNREADABLE)
    if not signatures:
        return Checked(Verdict.NO_SEAL)
    return _check(signatures[-1], trusted)


def _check(signature: EmbeddedPdfSignature, trusted: Sequence[x509.Certificate]) -> Checked:
    try:
        sealed_at = signature.self_reported_timestamp
        signer = signature.signer_cert.subject.native.get("common_name", "")
        context = ValidationContext(
            trust_roots=list(trusted), allow_fetching=False, moment=sealed_at, revocation_mode="soft-fail"
        )
        status = validate_pdf_signature(signature, context)
    except (PdfError, SigningError, SignatureValidationError, ValueError):
        return Checked(Verdict.ALTERED)
    return Checked(_verdict(status), signer, sealed_at)


def _verdict(status: PdfSignatureStatus) -> Verdict:
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    if not (status.intact and status.valid and whole and status.docmdp_ok):
        return Verdict.ALTERED
    return Verdict.INTACT if status.trusted else Verdict.UNKNOWN_SIGNER
