"""What kiosks are sorted by: labels, keepers, filters that somebody has saved."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import models
from django.utils.translation import gettext_lazy as _

from hub.accounts.models import root_organisation


class Label(models.Model):
    """A word put on kiosks, with one of a few colours that read well by day and by night."""

    class Colour(models.TextChoices):
        """Colours by name; what they look like is the console's matter."""

        GREY = "grey", _("grey")
        AMBER = "amber", _("amber")
        GREEN = "green", _("green")
        BLUE = "blue", _("blue")
        RED = "red", _("red")

    name = models.CharField(_("name"), max_length=40, unique=True)
    colour = models.CharField(_("colour"), max_length=8, choices=Colour.choices, default=Colour.GREY)

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Keeper(models.Model):
    """The person responsible for kiosks (维护责任人), and the phone on which they are reached."""

    name = models.CharField(_("name"), max_length=60)
    phone = models.CharField(_("phone"), max_length=40)
    organisation = models.ForeignKey(
        "accounts.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        default=root_organisation,
        related_name="keepers",
    )

    class Meta:
        verbose_name = _("keeper")
        verbose_name_plural = _("keepers")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class SavedFilter(models.Model):
    """A list of kiosks worth a name: the query of its page.

    It is its owner's; when ``shared``, everybody finds it whose scope lies in the owner's organisation.
    """

    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(_("query"), max_length=400)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", editable=False)
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.CASCADE, related_name="+", editable=False
    )
    shared = models.BooleanField(_("shared in my organisation"), default=False)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("owner", "name"), name="filter_name_once"),)

    def __str__(self) -> str:
        return self.name
