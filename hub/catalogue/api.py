"""The catalogue feed."""

from __future__ import annotations

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router

from hub.catalogue.models import Publication
from hub.kiosks.signatures import KioskSignature
from kiosk.wire import Catalogue

router = Router(tags=["catalogue"], auth=KioskSignature())


@router.get("/catalogue", response={HTTPStatus.OK: Catalogue, HTTPStatus.NOT_MODIFIED: None})
def catalogue(request: HttpRequest) -> HttpResponse:
    """The published catalogue; 304 if the one that ``If-None-Match`` names is still the newest."""
    newest = Publication.newest()
    if newest is None:
        raise Http404
    headers = {"ETag": newest.etag, "Cache-Control": "no-cache"}
    if request.headers.get("If-None-Match") == newest.etag:
        return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return HttpResponse(newest.content, content_type="application/json", headers=headers)
