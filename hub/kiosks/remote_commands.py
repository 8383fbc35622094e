"""Commands to kiosks: issued with a reason and an end, told at the next check-in, answered for once."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter

from hub.audit.trail import record
from hub.problems import ProblemError
from kiosk.wire import Command, CommandAction, CommandReceipt, CommandReport, SignedCommand

TOLD_AT_ONCE: Final = 10
"""Commands told in one answer."""

LONGEST: Final = timedelta(days=7)
"""How long a command may wait for its kiosk at most."""

_ACTION: TypeAdapter[CommandAction] = TypeAdapter(CommandAction)


class KioskCommand(models.Model):
    """One command to one kiosk, and what became of it.

    ``action`` is a ``kiosk.wire.CommandAction``. ``outcome`` is empty while the kiosk has not answered;
    ``answer`` holds the diagnostics it sent, ``picture`` the picture of its screen.
    """

    class Outcome(models.TextChoices):
        """In the words of ``kiosk.wire.CommandOutcome``."""

        DONE = "done", _("done")
        REFUSED = "refused", _("refused by the kiosk")
        FAILED = "failed", _("failed")
        EXPIRED = "expired", _("expired")

    class Type(models.TextChoices):
        """Everything there is to ask for."""

        RESTART = "restart", _("start the software again")
        TEST_DEVICE = "test-device", _("test a device")
        FETCH_CATALOGUE = "fetch-catalogue", _("fetch the catalogue now")
        ROLL_KEY = "roll-key", _("make a new key")
        CLOSE = "close", _("close")
        OPEN = "open", _("open")
        SEND_DIAGNOSTICS = "send-diagnostics", _("send diagnostics")
        TAKE_PICTURE = "take-picture", _("picture of the screen")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kiosk = models.ForeignKey(
        "kiosks.Kiosk", verbose_name=_("kiosk"), on_delete=models.CASCADE, related_name="commands"
    )
    type = models.CharField(_("command"), max_length=32, choices=Type.choices)
    action = models.JSONField(_("command in full"))
    reason = models.CharField(_("reason"), max_length=400)
    issued_by = models.CharField(_("asked by"), max_length=160)
    issued_at = models.DateTimeField(_("asked at"), default=timezone.now)
    expires_at = models.DateTimeField(_("to be begun by"))
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    outcome = models.CharField(_("what became of it"), max_length=16, choices=Outcome.choices, blank=True)
    detail = models.CharField(_("detail"), max_length=400, blank=True)
    reported_at = models.DateTimeField(_("reported at"), null=True, blank=True)
    answer = models.JSONField(_("what the kiosk sent"), null=True, blank=True)
    picture = models.BinaryField(null=True, editable=False)

    class Meta:
        verbose_name = _("command")
        verbose_name_plural = _("commands")
        ordering = ("-issued_at", "id")
        indexes = (models.Index(fields=("kiosk", "outcome"), name="commands_of_a_kiosk"),)
        permissions = (("command_kiosk", "Can command kiosks"),)

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.get_type_display()}"

    @property
    def signed(self) -> SignedCommand:
        """The command as it travels."""
        command = Command(
            id=self.id,
            kiosk_id=self.kiosk_id,
            action=_ACTION.validate_python(self.action),
            reason=self.reason,
            issued_by=self.issued_by,
            issued_at=self.issued_at,
            expires_at=self.expires_at,
        )
        return SignedCommand.signed(settings.DATA.command_key, command)


@transaction.atomic
def issue(
    who: HttpRequest | str,
    kiosk: models.Model,
    action: CommandAction,
    reason: str,
    valid: timedelta = timedelta(hours=1),
) -> KioskCommand:
    """Issue a command; ``who`` is a request of the console, or a word. Raises ``ValueError``: no reason.

    Whether they may is for the caller to ask (permission ``kiosks.command_kiosk``).
    """
    if not reason.strip():
        raise ValueError("a command needs a reason")
    now = timezone.now()
    name = who if isinstance(who, str) else str(getattr(who.user, "get_username", str)())
    command = KioskCommand.objects.create(
        kiosk_id=kiosk.pk,
        type=action.type,
        action=action.model_dump(mode="json"),
        reason=reason.strip()[:400],
        issued_by=name[:160],
        issued_at=now,
        expires_at=now + min(valid, LONGEST),
    )
    _count_open(kiosk.pk)
    record(who, "kiosk.commanded", kiosk, command=str(command.id), type=action.type, reason=command.reason)
    return command


def told(kiosk_id: str) -> tuple[SignedCommand, ...]:
    """The commands a kiosk has to be told now, the oldest first; those whose time has passed are closed."""
    now = timezone.now()
    unanswered = _open(kiosk_id)
    if unanswered.filter(expires_at__lte=now).update(outcome=KioskCommand.Outcome.EXPIRED, reported_at=now):
        _count_open(kiosk_id)
    commands = list(unanswered.order_by("issued_at")[:TOLD_AT_ONCE])
    unanswered.filter(id__in=[one.id for one in commands], told_at=None).update(told_at=now)
    return tuple(one.signed for one in commands)


@transaction.atomic
def note_report(kiosk_id: str, command_id: UUID, report: CommandReport) -> CommandReceipt:
    """Note what became of a command; the first report stays. Raises ``ProblemError`` 404."""
    command = KioskCommand.objects.select_for_update().filter(id=command_id, kiosk_id=kiosk_id).first()
    if command is None:
        raise ProblemError(HTTPStatus.NOT_FOUND, "There is no such command for this kiosk")
    # What the kiosk did counts more than that its time ran out here before the answer came.
    if command.outcome in {"", KioskCommand.Outcome.EXPIRED}:
        command.outcome, command.detail, command.reported_at = report.outcome, report.detail, timezone.now()
        command.answer = report.diagnostics.model_dump(mode="json") if report.diagnostics else None
        command.picture = report.picture
        command.save()
        _count_open(kiosk_id)
        record(command.kiosk, "kiosk.command-answered", command, outcome=report.outcome)
    return CommandReceipt.model_validate({"id": command.id, "outcome": command.outcome})


def _open(kiosk_id: str) -> QuerySet[KioskCommand]:
    return KioskCommand.objects.filter(kiosk_id=kiosk_id, outcome="")


def _count_open(kiosk_id: str) -> None:
    """Keep on the kiosk's own row whether there is anything to tell: check-ins come by the hundred."""
    from hub.kiosks.models import Kiosk

    Kiosk.objects.filter(id=kiosk_id).update(open_commands=_open(kiosk_id).count())
