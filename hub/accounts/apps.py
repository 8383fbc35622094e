"""Django's name for this room."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """The application ``accounts``."""

    name = "hub.accounts"
    default = True
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Logins are recorded from now on."""
        from hub.accounts import logins  # noqa: F401


class ConsoleConfig(admin_apps.SimpleAdminConfig):
    """Our console in the admin's place; its pages are read with the addresses, not by commands."""

    default = False
    default_site = "hub.accounts.site.ConsoleSite"
