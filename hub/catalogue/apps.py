"""Django's name for this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CatalogueConfig(AppConfig):
    """The application ``catalogue``."""

    name = "hub.catalogue"
    verbose_name = _("Catalogue")
