"""Published guides and availability for other channels. Nothing here is about a person."""

from __future__ import annotations

import json
from functools import lru_cache
from http import HTTPStatus
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from hub.accounts.models import Organisation
from hub.catalogue.models import Publication
from hub.channels.access import ChannelToken
from hub.channels.messages import Availability, GuideList, GuideSummary, KioskStanding, PublishedGuide
from hub.kiosks import availability
from hub.kiosks.models import Kiosk
from hub.paging import Cursor, Limit, cursor_after, key_in
from hub.problems import ProblemError
from kiosk.wire import Message, ServiceItem

router = Router(tags=["other channels"], auth=ChannelToken())

Area = Annotated[
    int | None, Query(ge=1, le=2**31 - 1, description="Only kiosks below this organisation, by its number.")
]


@router.get("/public/guides", response=GuideList)
def guides(request: HttpRequest, cursor: Cursor = "", limit: Limit = 50) -> HttpResponse:
    """List the published guides, by id. With `If-None-Match`, 304 while no other catalogue is published."""
    version = Publication.newest_version()
    if answer := _unchanged(request, version):
        return answer
    after = key_in(cursor)
    items = _items(version)
    found = [item for id_, item in items.items() if after is None or id_ > after[0]]
    page = found[:limit]
    listed = GuideList(
        catalogue_version=version,
        guides=tuple(_summary(item) for item in page),
        next=cursor_after(page[-1].id) if len(found) > limit else None,
    )
    return _answer(listed, version)


@router.get("/public/guides/{item_id}", response=PublishedGuide)
def guide(request: HttpRequest, item_id: str) -> HttpResponse:
    """Read one guide, whole. With `If-None-Match`, 304 while no other catalogue is published."""
    version = Publication.newest_version()
    item = _published(version, item_id)
    return _unchanged(request, version) or _answer(
        PublishedGuide(catalogue_version=version, guide=item), version
    )


@router.get("/public/guides/{item_id}/availability", response=Availability)
def where(
    request: HttpRequest, item_id: str, cursor: Cursor = "", limit: Limit = 50, area: Area = None
) -> Availability:
    """Tell at which kiosks an item can be done now, and what is missing at the others."""
    item = _published(Publication.newest_version(), item_id)
    now = timezone.now()
    kiosks = Kiosk.objects.filter(revoked=False).select_related("organisation").order_by("id")
    if area is not None:
        organisation = Organisation.objects.filter(pk=area).first()
        if organisation is None:
            raise ProblemError(HTTPStatus.NOT_FOUND, "There is no such organisation")
        kiosks = kiosks.filter(organisation__path__startswith=organisation.path)
    if after := key_in(cursor):
        kiosks = kiosks.filter(id__gt=after[0])
    found = list(kiosks[: limit + 1])
    page = found[:limit]
    standings = availability.standings(page, [item.id], now)
    return Availability(
        item_id=item.id,
        at=now,
        kiosks=tuple(
            _standing(kiosk, standings[kiosk.pk, item.id])
            for kiosk in page
            if (kiosk.pk, item.id) in standings
        ),
        next=cursor_after(page[-1].id) if len(found) > limit else None,
    )


@lru_cache(maxsize=2)
def _items(version: int) -> dict[str, ServiceItem]:
    """The items of a publication, by id, in order; a publication never changes."""
    published = Publication.objects.filter(version=version).first()
    found = json.loads(published.items) if published is not None else {}
    return {id_: ServiceItem.model_validate(found[id_]) for id_ in sorted(found)}


def _published(version: int, item_id: str) -> ServiceItem:
    item = _items(version).get(item_id)
    if item is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "No guide with this id is published")
    return item


def _summary(item: ServiceItem) -> GuideSummary:
    return GuideSummary.model_validate(
        {name: getattr(item, name) for name in GuideSummary.model_fields}, from_attributes=True
    )


def _standing(kiosk: Kiosk, standing: availability.Standing) -> KioskStanding:
    can: Literal["yes", "limited", "no", "not-known"]
    if standing.able is None:
        can = "not-known"
    elif standing.able:
        can = "limited" if standing.cause else "yes"
    else:
        can = "no"
    return KioskStanding(
        kiosk=kiosk.id,
        place=kiosk.place,
        address=kiosk.address,
        organisation=kiosk.organisation.name,
        can=can,
        cause=standing.cause,
        since=standing.since,
    )


def _unchanged(request: HttpRequest, version: int) -> HttpResponse | None:
    """304 (RFC 9110, 13.1.2) if the asker has what this catalogue says."""
    has = {tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")}
    if f'"{version}"' not in has:
        return None
    return HttpResponse(status=HTTPStatus.NOT_MODIFIED, headers=_cached(version))


def _answer(message: Message, version: int) -> HttpResponse:
    return HttpResponse(message.model_dump_json(), content_type="application/json", headers=_cached(version))


def _cached(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"', "Cache-Control": "private, no-cache"}
