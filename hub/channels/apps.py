"""Django's name for this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsConfig(AppConfig):
    """The application ``channels``."""

    name = "hub.channels"
    verbose_name = _("Other channels")
