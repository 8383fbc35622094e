"""Django's name for this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AlertsConfig(AppConfig):
    """The application ``alerts``."""

    name = "hub.alerts"
    verbose_name = _("Alerts")
