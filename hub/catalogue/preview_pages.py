"""The console's page on which a guide is seen as residents will see it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from hub.catalogue.forms import MannerForm
from hub.catalogue.labels import fault_in_words, place_in_words
from hub.catalogue.models import SourceFile
from hub.catalogue.previews import Manner, PreviewFailed, can_be_drawn, picture, preview


def show_preview(request: HttpRequest, context: dict[str, Any], pk: int) -> HttpResponse:
    """The newest version as residents will see it."""
    source_file = get_object_or_404(SourceFile, pk=pk)
    version = source_file.working or source_file.in_force
    if version is None or not can_be_drawn(version):
        raise Http404
    form = MannerForm(request.GET or None, initial=asdict(Manner()))
    key, count, failed = "", 0, ""
    try:
        key, count = preview(version, form.manner)
    except PreviewFailed as error:
        failed = str(error)
    context |= {
        "title": _("Preview: %s") % source_file.name,
        "source_file": source_file,
        "original": source_file,
        "version": version,
        "form": form,
        "failed": [_fault_line(line) for line in failed.splitlines()],
        "pictures": [
            reverse("admin:catalogue_sourcefile_picture", args=(key, n)) for n in range(1, count + 1)
        ],
        "wide": form.manner.panel in {"landscape", "1366x768"},
    }
    return TemplateResponse(request, "catalogue/preview.html", context)


def _fault_line(line: str) -> str:
    """A line of the command, whose faults are in English, in the console's words."""
    line = line.removeprefix("Error: ")
    place, found, problem = line.partition(".toml: ")[2].partition(": ")
    if not found:
        return line
    return _("%(place)s: %(fault)s") % {"place": place_in_words(place), "fault": fault_in_words(problem)}


def show_picture(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """One drawn screenful."""
    content = picture(key, number)
    if content is None:
        raise Http404
    headers = {"Cache-Control": "private, max-age=3600"}
    return HttpResponse(content, content_type="image/png", headers=headers)
