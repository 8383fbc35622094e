"""How a version goes from hand to hand: written, sent to review, approved by somebody else, or given back.

Four eyes are kept here and nowhere else: whoever wrote a version last neither approves nor publishes it.
"""

from __future__ import annotations

import hashlib

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from hub.audit.trail import record
from hub.catalogue.models import File, SourceFile, Version
from hub.catalogue.reading import Readings, entry_of, name_of, say
from kiosk.wire.source import kind_of

Who = HttpRequest | str
"""Somebody at the console, or a word as "command line"."""


class WorkflowRefused(Exception):
    """This cannot be done with a version now; the message says why and what can be done instead."""

    def __init__(self, words: str | Promise) -> None:
        super().__init__(words)
        self.words = words

    def __str__(self) -> str:
        return str(self.words)


def user_of(who: Who) -> User | None:
    """The account that acts; None for the command line."""
    return who.user if not isinstance(who, str) and isinstance(who.user, User) else None


@transaction.atomic
def write(
    who: Who, path: str, *, text: str = "", content: bytes | None = None, removal: bool = False
) -> Version:
    """Write a draft: a new one, or what the draft that is there says from now on.

    ``content`` is that of a form, card or video, ``removal`` says that the file is to leave the catalogue.
    Raises ``WorkflowRefused`` while a version is with the reviewer or waits for its publication.
    """
    kind = kind_of(path)
    if kind is None:
        raise WorkflowRefused(
            _("The catalogue has no place for “%(path)s”. See the guide for names.") % {"path": path}
        )
    source_file, _created = SourceFile.objects.select_for_update().get_or_create(
        path=path, defaults={"kind": kind}
    )
    version = source_file.working
    if version is None:
        version = Version(source_file=source_file, number=_next_number(source_file))
    elif version.state != Version.State.DRAFT:
        raise WorkflowRefused(
            _("A version waits for review or publication. Have it given back first, then change it.")
        )
    before = version.file_id
    say(version, text=text, content=content, removal=removal)
    if content is not None:
        keep_file(content)
    version.author, version.reviewer, version.reviewed_at = user_of(who), None, None
    version.written_at = timezone.now()
    version.save()
    source_file.save()
    _let_go(before)
    record(who, "catalogue.written", version, file=path, version=version.number, removal=removal)
    return version


def keep_file(content: bytes) -> File:
    """Keep bytes by their digest, once."""
    digest = hashlib.sha256(content).hexdigest()
    return File.objects.get_or_create(sha256=digest, defaults={"content": content})[0]


@transaction.atomic
def submit(who: Who, version: Version) -> None:
    """Send a draft to review. Raises ``WorkflowRefused`` for a broken one: a reviewer reads, not repairs."""
    version = _locked(version, Version.State.DRAFT)
    if any(fault.costs for fault in Readings().faults(version)):
        raise WorkflowRefused(_("It has faults that kiosks cannot read over. Mend them first."))
    _move(who, version, Version.State.IN_REVIEW, "catalogue.submitted")


@transaction.atomic
def approve(who: HttpRequest, version: Version, seen: str) -> None:
    """Let a version be published. ``seen`` is the digest of what the reviewer read.

    Raises ``WorkflowRefused`` for its author, and when it is no longer what was read.
    """
    version = _locked(version, Version.State.IN_REVIEW)
    reviewer = user_of(who)
    if version.author_id is not None and reviewer is not None and reviewer.pk == version.author_id:
        raise WorkflowRefused(_("You wrote this version yourself. Another account has to review it."))
    if seen != version.sha256:
        raise WorkflowRefused(_("It was changed while you were reading. Read it again."))
    version.reviewer, version.reviewed_at, version.remark = reviewer, timezone.now(), ""
    _move(who, version, Version.State.APPROVED, "catalogue.approved")


@transaction.atomic
def give_back(who: HttpRequest, version: Version, remark: str) -> None:
    """Make a version a draft again, with what is to be changed; its author may take it back without words."""
    version = _locked(version, Version.State.IN_REVIEW, Version.State.APPROVED)
    giver = user_of(who)
    own = giver is not None and version.author_id == giver.pk
    if not remark.strip() and not own:
        raise WorkflowRefused(_("Say what is to be changed."))
    version.reviewer, version.reviewed_at = (None, None) if own else (giver, timezone.now())
    version.remark = remark.strip()[:500]
    _move(who, version, Version.State.DRAFT, "catalogue.given_back")


@transaction.atomic
def discard(who: Who, version: Version) -> None:
    """Throw a draft away; a file of which nothing else is there goes with it."""
    version = _locked(version, Version.State.DRAFT)
    source_file = version.source_file
    record(who, "catalogue.discarded", version, file=source_file.path, version=version.number)
    version.delete()
    _let_go(version.file_id)
    newest = source_file.versions.first()
    if newest is None:
        source_file.delete()
    else:
        source_file.name = name_of(source_file.path, entry_of(newest))
        source_file.save(update_fields=["name"])


def _let_go(digest: str | None) -> None:
    """Remove a form, card or video that no version holds any more: it was never published."""
    if digest is not None and not Version.objects.filter(file_id=digest).exists():
        File.objects.filter(pk=digest).delete()


def _locked(version: Version, *states: str) -> Version:
    """The version as it is now, held until the end of the transaction."""
    found = Version.objects.select_for_update().select_related("source_file").filter(pk=version.pk).first()
    if found is None or found.state not in states:
        raise WorkflowRefused(_("Somebody else has just done something with this version. Look again."))
    return found


def _move(who: Who, version: Version, state: str, action: str) -> None:
    version.state = state
    version.save()
    record(who, action, version, file=version.source_file.path, version=version.number, sha256=version.sha256)


def _next_number(source_file: SourceFile) -> int:
    return int(source_file.versions.aggregate(last=Max("number"))["last"] or 0) + 1
