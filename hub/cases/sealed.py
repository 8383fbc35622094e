"""The sealed PDF of a numbered copy: made once, the same bytes for ever after, encrypted like its case."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from hub.encryption import EncryptedField


class SealedCopy(models.Model):
    """What was sealed for a copy. It lies apart from the copy, which is listed more often than printed."""

    copy = models.OneToOneField(
        "cases.Copy",
        verbose_name=_("copy"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="sealed",
    )
    pdf = EncryptedField(_("sealed PDF"))
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveIntegerField(_("bytes"))
    pages = models.PositiveIntegerField(_("pages"))
    sealed_at = models.DateTimeField(_("sealed"), auto_now_add=True)

    class Meta:
        verbose_name = _("sealed copy")
        verbose_name_plural = _("sealed copies")

    def __str__(self) -> str:
        return str(self.copy_id)
