"""Django's name for this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """The application ``cases``."""

    name = "hub.cases"
    verbose_name = _("Cases")
