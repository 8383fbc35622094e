"""The demonstration's catalogue, which comes with this software: taken in and published without review."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.utils import timezone

from hub.catalogue.children import ROOT
from hub.catalogue.models import Publication, Version
from hub.catalogue.publishing import plan, publish
from hub.catalogue.transfer import read_folder, take_in
from kiosk.wire import Fault

DEMONSTRATION: Final = Path(__file__).parent / "demonstration"
DEMONSTRATION_FILES: Final = ROOT / "assets" / "build" / "catalogue"
"""Forms, samples, cards and videos of the demonstration, made at set-up."""

_BUILT: Final = ROOT / "assets" / "build" / "demonstration.catalogue"
_WHO: Final = "command line"


def seed_demonstration() -> tuple[Publication, tuple[Fault, ...]]:
    """Publish the demonstration; the newest publication itself if nothing changed. What is missing is told.

    A guide that somebody is working on here is left to them. Raises ``PublicationRefused``.
    """
    files = (DEMONSTRATION_FILES,) if DEMONSTRATION_FILES.is_dir() else ()
    take_in(_WHO, read_folder(DEMONSTRATION, *files), state=Version.State.APPROVED)
    fresh = Version.objects.filter(state=Version.State.APPROVED, effective_from__isnull=False)
    days = fresh.values_list("effective_from", flat=True)
    # Shown whole, whatever this machine's clock says.
    planned = plan(_WHO, max([timezone.localdate(), *(day for day in days if day)]))
    return publish(_WHO, planned, ready=_BUILT), planned.read[1]
