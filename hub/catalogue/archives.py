"""Source folders as zip files: read with suspicion, written so that the same folder gives the same bytes."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LARGEST_ARCHIVE: Final = 200_000_000
LARGEST_FILE: Final = 64_000_000
LARGEST_WHOLE: Final = 500_000_000
MOST_FILES: Final = 10_000
"""Bytes of the zip file, of one file in it, of everything in it unpacked; and how many files."""

_READ: Final = 1 << 20
_SYMLINK: Final = 0o120000
_RUBBISH: Final = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


class ArchiveRefused(Exception):
    """This is no zip file of a source folder, or not a safe one; the message says why. Nothing was taken."""

    def __init__(self, words: str | Promise) -> None:
        super().__init__(words)
        self.words = words

    def __str__(self) -> str:
        return str(self.words)


def read_archive(file: IO[bytes], size: int) -> dict[str, bytes]:
    """Every file by its path; a folder around everything is looked through. Raises ``ArchiveRefused``.

    Nothing is written to disk, sizes are counted while unpacking (what a zip says of itself may be a lie),
    and what leads out of the folder spoils the whole.
    """
    if size > LARGEST_ARCHIVE:
        raise ArchiveRefused(
            _("The zip file is larger than %(size)s MB.") % {"size": LARGEST_ARCHIVE // 1_000_000}
        )
    try:
        with zipfile.ZipFile(file) as archive:
            return _without_wrapping(_read_all(archive))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise ArchiveRefused(_("This is not a zip file, or a damaged one.")) from error


def write_archive(files: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip file of a folder; without times, so that the same files give the same bytes."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _read_all(archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = [one for one in archive.infolist() if not one.is_dir()]
    if len(members) > MOST_FILES:
        raise ArchiveRefused(_("There are more than %(count)s files in it.") % {"count": MOST_FILES})
    found: dict[str, bytes] = {}
    room = LARGEST_WHOLE
    for member in members:
        name = _safe_name(member)
        if name in found:
            raise ArchiveRefused(_("“%(name)s” is in it twice.") % {"name": name})
        if _is_rubbish(name):
            continue
        found[name] = _unpacked(archive, member, min(room, LARGEST_FILE))
        room -= len(found[name])
    return found


def _safe_name(member: zipfile.ZipInfo) -> str:
    name = member.filename
    parts = name.split("/")
    if "\\" in member.orig_filename or ":" in parts[0] or {"", ".", ".."} & set(parts):
        raise ArchiveRefused(_("“%(name)s” would lead out of the folder.") % {"name": name[:120]})
    if member.external_attr >> 16 & 0o170000 == _SYMLINK:
        raise ArchiveRefused(_("“%(name)s” is a link, not a file.") % {"name": name[:120]})
    if member.flag_bits & 1:
        raise ArchiveRefused(_("It is locked by a password."))
    return name


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    content = bytearray()
    with archive.open(member) as opened:
        while piece := opened.read(_READ):
            content += piece
            if len(content) > most:
                raise ArchiveRefused(
                    _("“%(name)s” is too large when unpacked.") % {"name": member.filename[:120]}
                )
    return bytes(content)


def _is_rubbish(name: str) -> bool:
    """What systems leave in folders."""
    return any(part in _RUBBISH for part in PurePosixPath(name).parts)


def _without_wrapping(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same without a folder that is around everything, as packing a folder makes."""
    tops = {name.partition("/")[0] for name in files}
    wrapped = len(tops) == 1 and any(
        name.count("/") == 1 and name.endswith(".toml") and not name.startswith("offices/") for name in files
    )
    return {name.partition("/")[2]: content for name, content in files.items()} if wrapped else dict(files)
