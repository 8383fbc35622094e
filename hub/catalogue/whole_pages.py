"""The console's pages about the whole catalogue: publish, what is missing, import and export, the history."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hub.audit.trail import record
from hub.catalogue.archives import ArchiveRefused, read_archive, write_archive
from hub.catalogue.differences import differences
from hub.catalogue.forms import ImportForm
from hub.catalogue.models import Publication, SourceFile, Version
from hub.catalogue.pages import PUBLISH, REVIEW, WRITE, lack_in_words, may, told
from hub.catalogue.publishing import PublicationRefused, plan, publish
from hub.catalogue.reading import Readings, entry_of
from hub.catalogue.transfer import Arrival, exported, take_in, with_faults
from kiosk.wire import ServiceItem


def publishing(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """What the next publication would change; and the key that makes it."""
    may(request, PUBLISH)
    planned = plan(request)
    if request.method == "POST":
        if str(hash_of(planned.same)) != request.POST.get("seen"):
            messages.error(request, _("Something has changed since you looked. Look again."))
            return HttpResponseRedirect(reverse("admin:catalogue_sourcefile_publish"))
        try:
            publication = publish(request, planned)
        except PublicationRefused as error:
            messages.error(request, str(error))
            return HttpResponseRedirect(reverse("admin:catalogue_sourcefile_publish"))
        messages.success(
            request,
            _("Version %s is published. Kiosks take it at their next check-in.") % publication.version,
        )
        return HttpResponseRedirect(reverse("admin:catalogue_publication_change", args=(publication.pk,)))
    source, faults = planned.read
    context |= {
        "title": _("Publish the catalogue"),
        "planned": planned,
        "steps": planned.steps,
        "items": len(source.items),
        "faults": told(faults),
        "broken": any(fault.costs for fault in faults),
        "newest": Publication.newest(),
        "seen": hash_of(planned.same),
    }
    return TemplateResponse(request, "catalogue/publish.html", context)


def due(request: HttpRequest) -> dict[str, int]:
    """How much waits for whoever looks: ``publication``, changes they may publish; ``review``, of others."""
    steps = plan(request).steps if request.user.has_perm(PUBLISH) else ()
    waiting = Version.objects.filter(state=Version.State.IN_REVIEW).exclude(author=request.user.pk)
    return {
        "publication": len(steps),
        "review": waiting.count() if request.user.has_perm(REVIEW) else 0,
    }


def hash_of(same: tuple[tuple[int, int], ...]) -> str:
    """By which a plan is known again when it comes back from the page."""
    return ".".join(f"{after}-{file}" for after, file in same)


def published(request: HttpRequest, context: dict[str, Any], version: int) -> HttpResponse:
    """One publication, and what it changed against the one before."""
    publication = get_object_or_404(Publication.objects.select_related("published_by"), pk=version)
    changes = publication.changes.select_related("source_file", "before", "after", "after__reviewer")
    context |= {
        "title": _("Publication %s") % publication.version,
        "publication": publication,
        "changes": [
            {"change": one, "differences": differences(one.before, one.after)[:12]} for one in changes[:200]
        ],
        "count": changes.count(),
    }
    return TemplateResponse(request, "catalogue/published.html", context)


def missing(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """What each guide lacks: elements, renderings, files, English."""
    readings = Readings()
    rows, whole = [], 0
    newest: dict[str, Version] = {}
    states = (*Version.WORKING, Version.State.PUBLISHED)
    found = Version.objects.filter(source_file__kind=SourceFile.Kind.ITEM, state__in=states, removal=False)
    for version in found.select_related("source_file").order_by("number"):
        newest[version.source_file.path] = version
    for _path, version in sorted(newest.items()):
        item = entry_of(version)
        lines = lack_in_words(readings.lack(item)) if isinstance(item, ServiceItem) else [_("It has faults.")]
        if lines:
            rows.append({"version": version, "lines": lines})
        else:
            whole += 1
    context |= {"title": _("What is missing"), "rows": rows, "whole": whole}
    return TemplateResponse(request, "catalogue/missing.html", context)


def importing(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Take a source folder in, from a zip file; what came of every file."""
    may(request, WRITE)
    form = ImportForm(request.POST or None, request.FILES or None)
    arrivals: tuple[Arrival, ...] = ()
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["archive"]
        try:
            contents = read_archive(upload.file, upload.size)
            arrivals = with_faults(take_in(request, contents), contents)
        except ArchiveRefused as error:
            record(request, "catalogue.import_refused", reason=str(error)[:200])
            form.add_error("archive", str(error))
        except IntegrityError:
            form.add_error("archive", _("Somebody else has just changed something. Try again."))
    context |= {
        "title": _("Import and export"),
        "form": form,
        "arrivals": [
            {"arrival": one, "faults": told(one.faults)}
            for one in arrivals
            if one.faults or one.outcome != "unchanged"
        ],
        "counts": _counts(arrivals),
    }
    return TemplateResponse(request, "catalogue/import.html", context)


def _counts(arrivals: tuple[Arrival, ...]) -> list[str]:
    if not arrivals:
        return []
    taken = sum(one.outcome in {"new", "changed"} for one in arrivals)
    same = sum(one.outcome == "unchanged" for one in arrivals)
    broken = sum(bool(one.faults) for one in arrivals)
    return [
        ngettext("%s file came in as a draft", "%s files came in as drafts", taken) % taken,
        ngettext("%s is as it was", "%s are as they were", same) % same,
        ngettext("%s has faults", "%s have faults", broken) % broken,
    ]


def export(request: HttpRequest) -> HttpResponse:
    """The source folder as a zip file: as published, or with ``drafts`` as it is being written."""
    may(request, "catalogue.view_sourcefile")
    drafts = "drafts" in request.GET
    content = write_archive(exported(drafts=drafts))
    record(request, "catalogue.exported", drafts=drafts, bytes=len(content))
    name = f"catalogue-{timezone.localdate():%Y%m%d}.zip"
    return HttpResponse(
        content,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
