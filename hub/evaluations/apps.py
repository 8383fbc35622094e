"""Django's name for this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EvaluationsConfig(AppConfig):
    """The application ``evaluations``."""

    name = "hub.evaluations"
    verbose_name = _("Evaluations")
