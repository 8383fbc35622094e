"""The catalogue feed."""

from __future__ import annotations

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router

from hub.catalogue.models import File, Publication
from hub.kiosks.signatures import KioskSignature
from kiosk.wire import Publication as Notice

router = Router(tags=["catalogue"], auth=KioskSignature(in_quarantine=True))


@router.get("/catalogue", response=Notice)
def catalogue(request: HttpRequest) -> HttpResponse:
    """Tell the newest publication, signed; 404 before the first, 304 if it is the one in `If-None-Match`."""
    version = Publication.newest_version()
    if not version:
        raise Http404
    headers = {"Cache-Control": "no-cache", "ETag": f'"{version}"'}
    if headers["ETag"] == request.headers.get("If-None-Match"):
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    newest = get_object_or_404(Publication, version=version)
    return HttpResponse(newest.notice, content_type="application/json", headers=headers)


@router.get("/catalogue/files/{sha256}")
def file(request: HttpRequest, sha256: str) -> HttpResponse:
    """Send a catalogue's bytes, or those of a file that belongs to it, by their SHA-256."""
    if request.headers.get("If-None-Match") == f'"{sha256}"':
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers={"ETag": f'"{sha256}"'})
    kept = get_object_or_404(File, sha256=sha256)
    forever = {"Cache-Control": "private, max-age=31536000, immutable", "ETag": f'"{sha256}"'}
    return HttpResponse(bytes(kept.content), content_type="application/octet-stream", headers=forever)
