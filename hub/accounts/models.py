"""The organisation tree, and the accounts of those who work with the hub."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin


class Organisation(models.Model):
    """A place in the tree: 市, 区, 街道, 社区 or a bank's branch.

    ``path`` is the ids from the root down to it, as ``/1/4/``: what begins with it lies below it. The root is
    made by the first migration and stays.
    """

    class Kind(models.TextChoices):
        """Level of the administration, or a bank's branch."""

        CITY = "city", _("city")
        DISTRICT = "district", _("district")
        STREET = "street", _("street")
        COMMUNITY = "community", _("community")
        BRANCH = "branch", _("bank branch")

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.CITY)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("belongs to"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    path = models.CharField(max_length=240, db_index=True, editable=False, default="")

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("path",)

    def __str__(self) -> str:
        return self.name

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the path of this place and of everything below it; raises ``ValueError`` for a circle."""
        super().save(*args, **kwargs)
        above = self.parent.path if self.parent else "/"
        path = f"{above}{self.pk}/"
        if path == self.path:
            return
        if f"/{self.pk}/" in above:
            raise ValueError("an organisation cannot belong to itself")
        old, self.path = self.path, path
        type(self).objects.filter(pk=self.pk).update(path=path)
        if old:
            for below in type(self).objects.filter(path__startswith=old).exclude(pk=self.pk):
                type(self).objects.filter(pk=below.pk).update(path=path + below.path[len(old) :])

    @property
    def depth(self) -> int:
        """How far below the root; the root has 0."""
        return self.path.count("/") - 2


def root_organisation() -> int:
    """The id of the root: what nobody has placed yet belongs there."""
    found = Organisation.objects.filter(parent=None).order_by("pk").values_list("pk", flat=True).first()
    assert found is not None, "the first migration makes the root"
    return found


class Role(models.TextChoices):
    """What somebody does here. One account has one role, so that roles stay apart (GB/T 22239, 三员分立)."""

    ADMINISTRATOR = "administrator", _("administrator")
    PUBLISHER = "publisher", _("publisher")
    CLERK = "clerk", _("clerk")
    TECHNICIAN = "technician", _("technician")
    AUDITOR = "auditor", _("auditor")
    SECURITY_OFFICER = "security_officer", _("security officer")


class Account(models.Model):
    """A user's role, and the organisation below which everything they see lies."""

    user = models.OneToOneField(
        User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="account"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        default=root_organisation,
        related_name="accounts",
    )
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    password_set_at = models.DateTimeField(_("password set"), default=timezone.now, editable=False)
    must_change_password = models.BooleanField(
        _("must choose a password"),
        default=False,
        editable=False,
        help_text=_("It was set by somebody else."),
    )
    proposed_by = models.ForeignKey(
        User,
        verbose_name=_("proposed by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("Waits until another security officer confirms it."),
    )
    subject = models.CharField(max_length=255, null=True, unique=True, editable=False)
    """Who this is at the provider of the single sign-on (OpenID Connect ``iss`` and ``sub``)."""

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")

    def __str__(self) -> str:
        return str(self.user.get_username())


class Session(AbstractBaseSession):
    """Somebody logged in somewhere (``hub.accounts.sessions``)."""

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    started_at = models.DateTimeField(_("since"), null=True)
    seen_at = models.DateTimeField(_("last used"), null=True)
    address = models.CharField(_("address"), max_length=45, blank=True)
    agent = models.CharField(_("browser"), max_length=160, blank=True)

    @classmethod
    def get_session_store_class(cls) -> Any:
        """What reads and writes these rows."""
        from hub.accounts.sessions import SessionStore

        return SessionStore


class RecoveryCodes(ThrottlingMixin, Device):
    """Codes for the day on which somebody's second factor is lost: each serves once.

    Only their SHA-256 is kept, which is enough for codes with 58 random bits.
    """

    digests = models.JSONField(default=list)

    def get_throttle_factor(self) -> float:
        """Seconds to wait after the first wrong code; doubled by each further one."""
        return 1.0

    def verify_token(self, token: str) -> bool:
        """Whether it is one of the codes; it is then gone."""
        from hub.accounts.second_factor import code_digest

        if not self.verify_is_allowed()[0]:
            return False
        digest = code_digest(token)
        if digest not in self.digests:
            self.throttle_increment()
            return False
        self.digests = [one for one in self.digests if one != digest]
        self.throttle_reset(commit=False)
        self.save()
        return True
