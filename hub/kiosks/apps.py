"""Django's name for this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KiosksConfig(AppConfig):
    """The application ``kiosks``."""

    name = "hub.kiosks"
    verbose_name = _("Kiosks")
