"""Django's name for this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntakeConfig(AppConfig):
    """The application ``intake``."""

    name = "hub.intake"
    verbose_name = _("Intake")
