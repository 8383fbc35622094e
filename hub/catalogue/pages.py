"""The console's pages about one guide or file: look, write, review, compare, preview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from hub.catalogue import workflow
from hub.catalogue.beginnings import beginning
from hub.catalogue.differences import differences
from hub.catalogue.forms import FileForm, NewForm, RemarkForm, TextForm
from hub.catalogue.labels import CODES, fault_in_words, label, place_in_words
from hub.catalogue.models import SourceFile, Version
from hub.catalogue.previews import can_be_drawn
from hub.catalogue.reading import Lack, Readings, entry_of
from hub.catalogue.workflow import WorkflowRefused
from kiosk.wire import Fault, ServiceItem
from kiosk.wire.source import kind_of

WRITE, REVIEW, PUBLISH = (f"catalogue.{verb}_sourcefile" for verb in ("write", "review", "publish"))
_TYPES = {"pdf": "application/pdf", "png": "image/png", "mp4": "video/mp4"}


@dataclass(frozen=True)
class ToldFault:
    """A fault as the console tells it. ``costs``: kiosks could not use the whole entry."""

    file: str
    place: str
    words: str
    costs: bool


def told(faults: tuple[Fault, ...]) -> list[ToldFault]:
    """Faults in the console's words."""
    return [
        ToldFault(one.file, place_in_words(one.place), fault_in_words(one.problem), one.costs)
        for one in faults
    ]


def lack_in_words(lack: Lack) -> list[str]:
    """What an item lacks, one line each kind."""
    lines = []
    if lack.elements:
        lines.append(_("Not written: %s") % _listed(label(one) for one in lack.elements))
    if lack.renderings:
        lines.append(_("Renderings missing: %s") % _listed(CODES[one] for one in lack.renderings))
    if lack.files:
        lines.append(_("Files missing: %s") % _listed(lack.files))
    if lack.untranslated:
        lines.append(_("Texts without English: %s") % lack.untranslated)
    return lines


def _listed(words: Any) -> str:
    return _(", ").join(map(str, words))


def may(request: HttpRequest, permission: str) -> None:
    """Raises ``PermissionDenied`` for who must not."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


def overview(request: HttpRequest, context: dict[str, Any], pk: int) -> HttpResponse:
    """One guide or file: what is being done with it, what is in force, its history."""
    source_file = get_object_or_404(SourceFile, pk=pk)
    working, in_force = source_file.working, source_file.in_force
    newest = working or in_force
    readings = Readings()
    item = entry_of(newest) if newest is not None else None
    faults = readings.faults(newest) if newest is not None else ()
    versions = list(source_file.versions.select_related("author", "reviewer"))
    context |= {
        "title": source_file.name or source_file.path,
        "source_file": source_file,
        "original": source_file,
        "working": working,
        "in_force": in_force,
        "faults": told(faults),
        "broken": any(fault.costs for fault in faults),
        "lack": lack_in_words(readings.lack(item)) if isinstance(item, ServiceItem) else [],
        "differences": differences(in_force, working) if working is not None else (),
        "versions": versions,
        "drawable": newest is not None and can_be_drawn(newest),
        "own": working is not None and working.author_id == request.user.pk,
        "waits": working is not None and _waits(working),
        "remark": RemarkForm(),
    }
    return TemplateResponse(request, "catalogue/overview.html", context)


def _waits(version: Version) -> bool:
    day: date | None = version.effective_from
    return day is not None and day > timezone.localdate()


def edit(request: HttpRequest, context: dict[str, Any], pk: int) -> HttpResponse:
    """Write a draft of a guide, or bring another form, card or video."""
    may(request, WRITE)
    source_file = get_object_or_404(SourceFile, pk=pk)
    newest = source_file.working or source_file.in_force or source_file.versions.first()
    is_text = source_file.kind != SourceFile.Kind.ASSET
    form: TextForm | FileForm
    if is_text:
        form = TextForm(request.POST or None, initial={"text": newest.text if newest else ""})
    else:
        form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        saved = _attempt(request, lambda: _write(request, source_file.path, form))
        if saved is not None:
            return _after_writing(request, saved)
    context |= {
        "title": _("Write: %s") % (source_file.name or source_file.path),
        "source_file": source_file,
        "original": source_file,
        "form": form,
        "is_text": is_text,
        "faults": told(Readings().faults(newest)) if newest is not None and is_text else [],
    }
    return TemplateResponse(request, "catalogue/edit.html", context)


def _write(request: HttpRequest, path: str, form: TextForm | FileForm) -> Version:
    if isinstance(form, TextForm):
        return workflow.write(request, path, text=form.cleaned_data["text"])
    return workflow.write(request, path, content=form.cleaned_data["file"].read())


def _after_writing(request: HttpRequest, version: Version) -> HttpResponse:
    faults = Readings().faults(version)
    if any(fault.costs for fault in faults) and not version.file_id:
        messages.warning(request, _("Kept as a draft. What has to be mended is beside the text."))
        return HttpResponseRedirect(_url("edit", version.source_file))
    messages.success(request, _("Kept as a draft."))
    return HttpResponseRedirect(_url("overview", version.source_file))


def new(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Begin something new: its name, then its source, with everything that must be there."""
    may(request, WRITE)
    form = NewForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        path, file = form.cleaned_data["path"], form.cleaned_data["file"]
        content = file.read() if file and kind_of(path) == "asset" else None
        started = _attempt(
            request, lambda: workflow.write(request, path, text=beginning(path), content=content)
        )
        if started is not None:
            return HttpResponseRedirect(_url("overview" if content else "edit", started.source_file))
    context |= {"title": _("Something new in the catalogue"), "form": form}
    return TemplateResponse(request, "catalogue/new.html", context)


def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """What is done with the working version: submit, approve, give back, discard; or to withdraw the file."""
    source_file = get_object_or_404(SourceFile, pk=pk)
    if request.method != "POST" or name not in _STEPS:
        raise Http404
    permissions, do, said = _STEPS[name]
    if not any(request.user.has_perm(one) for one in permissions):
        raise PermissionDenied
    version = source_file.working
    path = source_file.path
    if name == "withdraw":
        done = _attempt(request, lambda: workflow.write(request, path, removal=True))
    elif version is None:
        raise Http404
    else:
        working = version
        done = _attempt(request, lambda: (do(request, working), working)[1])
    if done is not None:
        messages.success(request, said())
    if not SourceFile.objects.filter(pk=pk).exists():
        return HttpResponseRedirect(reverse("admin:catalogue_sourcefile_changelist"))
    return HttpResponseRedirect(_url("overview", source_file))


Do = Callable[[HttpRequest, Version], None]
_STEPS: dict[str, tuple[tuple[str, ...], Do, Callable[[], str]]] = {
    "submit": ((WRITE,), workflow.submit, lambda: _("Sent to review. Somebody else has to approve it.")),
    "approve": (
        (REVIEW,),
        lambda request, version: workflow.approve(request, version, request.POST.get("seen", "")),
        lambda: _("Approved. The next publication brings it to the kiosks."),
    ),
    "give-back": (
        (REVIEW, WRITE),
        lambda request, version: workflow.give_back(request, version, request.POST.get("remark", "")),
        lambda: _("Given back: it is a draft again."),
    ),
    "discard": ((WRITE,), workflow.discard, lambda: _("The draft is gone.")),
    "withdraw": (
        (WRITE,),
        lambda request, version: None,
        lambda: _("A draft that withdraws it is made. It needs a review and a publication."),
    ),
}


def compare(request: HttpRequest, context: dict[str, Any], pk: int) -> HttpResponse:
    """Two versions beside each other, field by field."""
    source_file = get_object_or_404(SourceFile, pk=pk)
    numbers = {key: request.GET.get(key, "") for key in ("before", "after")}
    found = {
        key: source_file.versions.filter(number=int(value)).first() if value.isdecimal() else None
        for key, value in numbers.items()
    }
    context |= {
        "title": _("What changed: %s") % (source_file.name or source_file.path),
        "source_file": source_file,
        "original": source_file,
        "before": found["before"],
        "after": found["after"],
        "differences": differences(found["before"], found["after"]),
    }
    return TemplateResponse(request, "catalogue/compare.html", context)


def restart(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Begin a draft with what an earlier version said."""
    may(request, WRITE)
    if request.method != "POST":
        raise Http404
    old = get_object_or_404(Version, source_file=pk, number=number)
    content = bytes(old.file.content) if old.file else None
    path = old.source_file.path
    made = _attempt(request, lambda: workflow.write(request, path, text=old.text, content=content))
    if made is not None:
        messages.success(request, _("A draft that says what version %s said is made.") % old.number)
    return HttpResponseRedirect(_url("overview", old.source_file))


def show_file(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A form, card or video as it is."""
    version = get_object_or_404(Version.objects.select_related("file"), source_file=pk, number=number)
    if version.file is None:
        raise Http404
    kind = _TYPES[version.source_file.path.rpartition(".")[2]]
    name = version.source_file.path.rpartition("/")[2]
    return HttpResponse(
        bytes(version.file.content),
        content_type=kind,
        headers={"Content-Disposition": f'inline; filename="{name}"', "Content-Security-Policy": "sandbox"},
    )


def _attempt(request: HttpRequest, do: Callable[[], Version]) -> Version | None:
    """Do it, or say in words why not."""
    try:
        return do()
    except WorkflowRefused as error:
        messages.error(request, str(error))
        return None


def _url(name: str, source_file: SourceFile) -> str:
    return reverse(f"admin:catalogue_sourcefile_{name}", args=(source_file.pk,))
