"""Whether residents are found with the keys in the data folder."""

from __future__ import annotations

from hub.cases.models import Case, resident_index
from hub.data_keys import DataKeyError


def check_index() -> None:
    """Whether ``index.key`` is the one by which residents are found. Raises ``DataKeyError``."""
    case = Case.objects.exclude(resident_index="").order_by("-pk").first()
    applicant = (case.resident or {}).get("applicant") if case is not None else None
    if case is not None and applicant and resident_index(applicant["number"]) != case.resident_index:
        raise DataKeyError("index.key is not the one of this database: nobody would be found; put it back")
