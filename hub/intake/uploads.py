"""Resumable uploads of sealed files: tus 1.0.0 (tus.io/protocols/resumable-upload), core and creation.

The client names the file by its SHA-256 in ``Upload-Metadata``; asking again for the same file leads to the
same upload, so that a kiosk has nothing to remember over a power cut. Every piece is signed, so it is stored
whole or not at all.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router

from hub.intake.models import SealedFile, Upload, UploadPiece
from hub.kiosks.signatures import KioskSignature, signing_kiosk
from hub.problems import ProblemError
from kiosk.wire import TUS_PIECE, TUS_VERSION

LONGEST: Final = 64_000_000
"""Bytes of the largest file."""

_SHA256: Final = re.compile(r"[0-9a-f]{64}")

router = Router(tags=["uploads"], auth=KioskSignature(in_quarantine=True))


@router.api_operation(["OPTIONS"], "/uploads", auth=None)
def abilities(request: HttpRequest) -> HttpResponse:
    """What this server speaks."""
    return _answer(
        HTTPStatus.NO_CONTENT,
        {"Tus-Version": TUS_VERSION, "Tus-Extension": "creation", "Tus-Max-Size": LONGEST},
    )


@router.post("/uploads")
def create(request: HttpRequest) -> HttpResponse:
    """Begin, or find again, the upload of a file."""
    _speaks_tus(request)
    length, sha256 = _number(request, "Upload-Length"), _sha256(request)
    if length > LONGEST:
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The file is too large")
    kiosk = signing_kiosk(request)
    upload, _created = Upload.objects.get_or_create(kiosk=kiosk, sha256=sha256, length=length)
    return _answer(HTTPStatus.CREATED, {"Location": f"/api/v1/uploads/{upload.id}"})


@router.api_operation(["HEAD"], "/uploads/{upload_id}")
def offset(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """How much of it is here."""
    _speaks_tus(request)
    upload = _upload(request, upload_id)
    return _answer(
        HTTPStatus.OK,
        {"Upload-Offset": upload.received, "Upload-Length": upload.length, "Cache-Control": "no-store"},
    )


@router.patch("/uploads/{upload_id}")
def piece(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Add the next piece; the last one makes it a sealed file."""
    _speaks_tus(request)
    if request.headers.get("Content-Type") != TUS_PIECE:
        raise ProblemError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"A piece is {TUS_PIECE}")
    at = _number(request, "Upload-Offset")
    with transaction.atomic():
        upload = _upload(request, upload_id, lock=True)
        if at != upload.received or at + len(request.body) > upload.length:
            raise ProblemError(HTTPStatus.CONFLICT, "The piece does not continue what is here")
        UploadPiece.objects.create(upload=upload, offset=at, content=request.body)
        upload.received += len(request.body)
        upload.save()
        if upload.received == upload.length and not _complete(upload):
            upload.delete()
            wrong = ProblemError(HTTPStatus.CONFLICT, "The file has another SHA-256")
        else:
            wrong = None
    if wrong is not None:
        raise wrong
    return _answer(HTTPStatus.NO_CONTENT, {"Upload-Offset": upload.received})


def _complete(upload: Upload) -> bool:
    """Make a sealed file of the pieces, if they are the file that was named."""
    content = b"".join(bytes(one.content) for one in upload.pieces.order_by("offset"))
    if hashlib.sha256(content).hexdigest() != upload.sha256:
        return False
    SealedFile.objects.get_or_create(
        sha256=upload.sha256, defaults={"sealed": content, "kiosk": upload.kiosk}
    )
    upload.pieces.all().delete()
    return True


def _upload(request: HttpRequest, upload_id: UUID, *, lock: bool = False) -> Upload:
    uploads = Upload.objects.select_for_update() if lock else Upload.objects
    upload = uploads.filter(id=upload_id, kiosk=signing_kiosk(request)).first()
    if upload is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "This upload is not here any more")
    if upload.received == upload.length and not SealedFile.objects.filter(sha256=upload.sha256).exists():
        upload.delete()
        raise ProblemError(HTTPStatus.NOT_FOUND, "This upload is not here any more")
    return upload


def _speaks_tus(request: HttpRequest) -> None:
    if request.headers.get("Tus-Resumable") != TUS_VERSION:
        raise ProblemError(HTTPStatus.PRECONDITION_FAILED, f"This server speaks tus {TUS_VERSION}")


def _number(request: HttpRequest, name: str) -> int:
    value = request.headers.get(name, "")
    if not value.isascii() or not value.isdigit():
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"{name} is missing or no number")
    return int(value)


def _sha256(request: HttpRequest) -> str:
    pairs = (pair.strip().partition(" ") for pair in request.headers.get("Upload-Metadata", "").split(","))
    encoded = {key: value for key, _, value in pairs}.get("sha256", "")
    try:
        name = base64.b64decode(encoded, validate=True).decode("ascii")
    except (binascii.Error, UnicodeError):
        name = ""
    if not _SHA256.fullmatch(name):
        raise ProblemError(HTTPStatus.BAD_REQUEST, "Upload-Metadata does not name the file's sha256")
    return name


def _answer(status: HTTPStatus, headers: dict[str, object]) -> HttpResponse:
    texts = {name: str(value) for name, value in headers.items()}
    return HttpResponse(status=status, headers={"Tus-Resumable": TUS_VERSION, **texts})
