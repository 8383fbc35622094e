"""Desired settings of kiosks: who wants what where, what follows from it for one kiosk, and how far it is.

A row wants one setting for everything below an organisation, for the kiosks there with a label, or for one
kiosk. Of several the closest counts: the kiosk's own, then a label's, then the organisation's; among equals
that of the organisation further down, then the latest.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from pydantic import JsonValue

from hub.accounts.models import Organisation, root_organisation
from kiosk.wire import REMOTE_SETTINGS, DesiredSettings, setting_fault

if TYPE_CHECKING:
    from hub.kiosks.models import Kiosk

_KEEP: Final = 10.0
"""Seconds for which a process takes the rows as it has read them: check-ins come by the hundred."""

SETTING_NAMES: Final = {
    "kiosk.keeper": _("name of the keeper"),
    "kiosk.keeper_phone": _("phone of the keeper"),
    "kiosk.helpline": _("public hotline"),
    "kiosk.window_zh": _("nearest window, Chinese"),
    "kiosk.window_en": _("nearest window, English"),
    "kiosk.language": _("language a visit starts in (zh, en)"),
    "panel.theme": _("colours (auto, night, day, contrast, yellow)"),
    "panel.reduced_motion": _("pages without motion"),
    "visit.reading": _("seconds on a guide"),
    "visit.form": _("seconds on a form"),
    "visit.private": _("seconds on something private"),
    "visit.done": _("seconds on the last page"),
    "visit.warning": _("seconds of the warning"),
    "visit.elder_factor": _("times longer in elder mode"),
    "visit.card": _("seconds for a card"),
    "queue.bandwidth": _("bytes a second for uploads"),
    "queue.hold_days": _("days to see to a held item"),
    "queue.longest_wait": _("longest wait between uploads, seconds"),
}
"""What each setting is called in the console."""


class DesiredSetting(models.Model):
    """One setting that is wanted somewhere; ``name`` and ``value`` are those of ``kiosk.wire``."""

    name = models.CharField(_("setting"), max_length=64, choices=[(name, name) for name in REMOTE_SETTINGS])
    value = models.JSONField(_("wanted value"))
    organisation = models.ForeignKey(
        "accounts.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.CASCADE,
        default=root_organisation,
        related_name="desired_settings",
    )
    label = models.ForeignKey(
        "kiosks.Label",
        verbose_name=_("only with the label"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="desired_settings",
    )
    kiosk = models.ForeignKey(
        "kiosks.Kiosk",
        verbose_name=_("only this kiosk"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="desired_settings",
    )
    changed_by = models.CharField(_("changed by"), max_length=160, blank=True, editable=False)
    changed_at = models.DateTimeField(_("changed at"), auto_now=True)

    class Meta:
        verbose_name = _("desired setting")
        verbose_name_plural = _("desired settings")
        ordering = ("name", "organisation__path", "id")

    def __str__(self) -> str:
        return f"{self.name} = {self.value}"

    def clean(self) -> None:
        """Refuse a value that no kiosk could take, and a second wish for the same place."""
        if fault := setting_fault(self.name, self.value):
            raise ValidationError({"value": fault})
        if self.kiosk is not None:
            self.organisation, self.label = self.kiosk.organisation, None
        same = DesiredSetting.objects.exclude(pk=self.pk).filter(
            name=self.name, organisation=self.organisation, label=self.label, kiosk=self.kiosk
        )
        if same.exists():
            raise ValidationError(_("This setting is wanted here already: change that row."))

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Let this process see it at once; others within ten seconds."""
        super().save(*args, **kwargs)
        forget()

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Let this process see it at once; others within ten seconds."""
        deleted = super().delete(*args, **kwargs)
        forget()
        return deleted


@dataclass(frozen=True)
class Difference:
    """A setting that is not as it is wanted.

    ``reported`` is what is in force at the kiosk (``None``: it has not said), ``reason`` why the kiosk
    refused it; ``waiting``: it was taken and comes into force with the next start.
    """

    name: str
    desired: JsonValue
    reported: JsonValue
    reason: str = ""
    waiting: bool = False


@dataclass(frozen=True)
class _Wish:
    name: str
    value: JsonValue
    path: str
    labelled: frozenset[str] | None
    kiosk_id: str | None
    rank: tuple[bool, bool, int, int]

    def concerns(self, kiosk_id: str, path: str) -> bool:
        if self.kiosk_id is not None:
            return self.kiosk_id == kiosk_id
        return path.startswith(self.path) and (self.labelled is None or kiosk_id in self.labelled)


@dataclass(frozen=True)
class _Wishes:
    """All rows, and the paths of all organisations, as read at one moment; the weakest wish first."""

    wishes: tuple[_Wish, ...]
    paths: Mapping[int, str]

    def of(self, kiosk_id: str, organisation_id: int | None) -> dict[str, JsonValue]:
        path = self.paths.get(organisation_id or 0, "/")
        return {one.name: one.value for one in self.wishes if one.concerns(kiosk_id, path)}


def desired(kiosk: Kiosk) -> DesiredSettings:
    """What is wanted at a kiosk, merged."""
    known = _known()
    return DesiredSettings.of(known.of(kiosk.pk, kiosk.organisation_id) if known.wishes else {})


def to_tell(kiosk: Kiosk, has: str) -> DesiredSettings | None:
    """What a kiosk that has taken version ``has`` (empty: none yet) must be told; ``None``: it knows.

    Where all wishes are gone again it is told so, and goes back to its site file.
    """
    wanted = desired(kiosk)
    return wanted if has != wanted.version and (has or wanted.values) else None


def difference(kiosk: Kiosk) -> list[Difference]:
    """Every setting at a kiosk that is not as it is wanted, by name; all of them where it reports none."""
    wanted = desired(kiosk)
    report = (kiosk.status or {}).get("settings") or {}
    in_force: Mapping[str, JsonValue] = report.get("in_force", {})
    reasons = {one["name"]: one["reason"] for one in report.get("refused", ())}
    waiting = set(report.get("waiting", ()))
    return [
        Difference(name, value, in_force.get(name), reasons.get(name, ""), name in waiting)
        for name, value in sorted(wanted.values.items())
        if in_force.get(name) != value
    ]


_lock = threading.Lock()
_read: tuple[float, _Wishes] | None = None


def forget() -> None:
    """Read the rows again at the next question."""
    global _read  # noqa: PLW0603 - one copy for all requests of this process
    with _lock:
        _read = None


def _known() -> _Wishes:
    global _read  # noqa: PLW0603 - one copy for all requests of this process
    with _lock:
        if _read is None or time.monotonic() - _read[0] > _KEEP:
            _read = time.monotonic(), _from_database()
        return _read[1]


def _from_database() -> _Wishes:
    rows = DesiredSetting.objects.select_related("organisation", "label")
    wishes = [
        _Wish(
            row.name,
            row.value,
            row.organisation.path,
            None if row.label is None else frozenset(row.label.kiosks.values_list("pk", flat=True)),
            row.kiosk_id,
            (row.kiosk_id is not None, row.label_id is not None, row.organisation.depth, row.pk),
        )
        for row in rows
    ]
    paths = dict(Organisation.objects.values_list("pk", "path")) if wishes else {}
    return _Wishes(tuple(sorted(wishes, key=lambda one: one.rank)), paths)
