"""Django's name for this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    """The application ``analytics``."""

    name = "hub.analytics"
    verbose_name = _("Analytics")
