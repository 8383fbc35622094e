"""Lists of kiosks that somebody gave a name."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from hub.accounts.roles import account_of
from hub.kiosks.grouping import SavedFilter
from hub.kiosks.places import number_in

KEPT: Final = ("q", "state", "place", "trouble", "unable", "labels__id__exact", "revoked__exact")
"""Parameters of the list that a filter keeps; nothing else of an address is."""

MOST: Final = 30
"""Filters one account may save."""


def query_of(parameters: QueryDict) -> str:
    """The part of an address that is kept."""
    return urlencode([(key, parameters[key]) for key in KEPT if parameters.get(key)])


def filters_for(request: HttpRequest) -> QuerySet[SavedFilter]:
    """The user's own, and those shared by somebody of an organisation at or above the user's."""
    account = account_of(request.user)
    if account is None:
        return SavedFilter.objects.none()
    above = [int(part) for part in account.organisation.path.split("/") if part]
    return SavedFilter.objects.filter(Q(owner=account.user) | Q(shared=True, organisation__in=above))


def save_filter(request: HttpRequest, name: str, query: str, *, shared: bool) -> SavedFilter | None:
    """Save or overwrite one of the user's own; ``None`` where there is nothing to save or no room."""
    account = account_of(request.user)
    name, query = name.replace("\0", "").strip()[:40], query_of(QueryDict(query))
    if account is None or not name or not query or len(query) > 400:
        return None
    own = SavedFilter.objects.filter(owner=account.user)
    if not own.filter(name=name).exists() and own.count() >= MOST:
        return None
    kept, _made = SavedFilter.objects.update_or_create(
        owner=account.user,
        name=name,
        defaults={"query": query, "shared": shared, "organisation": account.organisation},
    )
    return kept


def change_filters(request: HttpRequest, page: str) -> HttpResponse:
    """Save the filter of the list at ``page`` under a name, or remove one of one's own; back to the list."""
    sent = request.POST
    if request.method != "POST":
        return redirect(page)
    unwanted = number_in(sent.get("remove", ""))
    if unwanted is not None:
        filters_for(request).filter(pk=unwanted, owner=request.user.pk).delete()
        return redirect(page)
    query = query_of(QueryDict(sent.get("query", "")))
    kept = save_filter(request, sent.get("name", ""), query, shared=sent.get("shared") == "on")
    if kept is None:
        messages.error(request, _("Not saved: a filter needs a name and something chosen."))
    else:
        messages.success(request, _("Filter saved."))
    return redirect(f"{page}?{query}" if query else page)
