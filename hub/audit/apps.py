"""Django's name for this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """The application ``audit``."""

    name = "hub.audit"
    verbose_name = _("Audit")
