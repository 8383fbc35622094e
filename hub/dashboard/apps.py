"""Django's name for this room."""

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """The application ``dashboard``."""

    name = "hub.dashboard"
