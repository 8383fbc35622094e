"""The catalogue feed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router

from hub.catalogue.models import File, Publication
from hub.kiosks.signatures import KioskSignature
from kiosk.wire import Publication as Notice

router = Router(tags=["catalogue"], auth=KioskSignature(in_quarantine=True))


@router.get("/catalogue", response=Notice)
def catalogue(request: HttpRequest) -> HttpResponse:
    """The newest publication, signed; 404 before the first."""
    newest = Publication.newest()
    if newest is None:
        raise Http404
    return HttpResponse(newest.notice, content_type="application/json", headers={"Cache-Control": "no-cache"})


@router.get("/catalogue/files/{sha256}")
def file(request: HttpRequest, sha256: str) -> HttpResponse:
    """A catalogue's bytes, or those of a file that belongs to it, by their SHA-256."""
    kept = get_object_or_404(File, sha256=sha256)
    forever = {"Cache-Control": "private, max-age=31536000, immutable", "ETag": f'"{sha256}"'}
    return HttpResponse(bytes(kept.content), content_type="application/octet-stream", headers=forever)
