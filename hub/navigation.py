"""The console's menu: what one does there, in the order of a day; everybody sees what their role opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.urls import reverse_lazy
from django.utils.functional import Promise, lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:  # the settings name this menu: Django is not ready yet
    from django.http import HttpRequest

Title = str | Promise
Entry = dict[str, Any]


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _plural(model: str) -> Title:
    """What a model calls its rows, in the language of whoever looks."""
    return lazy(lambda: str(capfirst(apps.get_model(model)._meta.verbose_name_plural)), str)()


def _page(title: Title, icon: str, name: str, permission: str) -> Entry:
    link = reverse_lazy(f"admin:{name}")
    return {
        "title": title,
        "icon": icon,
        "link": link,
        "permission": _may(permission),
        "active": lambda request: _nearest(request.path) == str(link),
    }


def _nearest(path: str) -> str:
    """The link of the menu below which a page lies: of several the longest."""
    return max((link for link in _links() if path.startswith(link)), key=len, default="")


@cache
def _links() -> tuple[str, ...]:
    """Worked out once: each entry of the menu asks on every page whether it is the nearest."""
    return tuple(str(entry["link"]) for section in SIDEBAR["navigation"] for entry in section["items"])


def _rows(icon: str, model: str) -> Entry:
    """The list of a model, ``app.model``, by its own name, for whoever may see its rows."""
    app, _dot, name = model.partition(".")
    return _page(_plural(model), icon, f"{app}_{name}_changelist", f"{app}.view_{name}")


def _section(title: Title, *entries: Entry) -> Entry:
    return {"title": title, "separator": True, "items": list(entries)}


SIDEBAR: dict[str, Any] = {
    "show_search": False,
    "show_all_applications": False,
    "navigation": [
        {
            "title": None,
            "items": [
                {"title": _("Today"), "icon": "wb_twilight", "link": reverse_lazy("admin:index")},
                _rows("notifications_active", "alerts.alert"),
                _page(_("Kiosks now"), "monitor_heart", "kiosks_overview", "kiosks.view_kiosk"),
            ],
        },
        _section(
            _("Cases"),
            _rows("inbox", "cases.case"),
            _rows("workspace_premium", "cases.result"),
            _rows("pan_tool", "intake.heldsubmission"),
            _rows("move_to_inbox", "intake.receiveditem"),
        ),
        _section(
            _("What residents say"),
            _rows("support_agent", "evaluations.complaint"),
            _rows("sentiment_dissatisfied", "evaluations.troubleticket"),
            _rows("star_half", "evaluations.evaluation"),
        ),
        _section(
            _("Fleet"),
            _rows("storefront", "kiosks.kiosk"),
            _page(_("Who can do what now"), "grid_on", "kiosks_matrix", "kiosks.view_kiosk"),
            _rows("engineering", "kiosks.keeper"),
            _rows("label", "kiosks.label"),
            _rows("qr_code_2", "kiosks.enrolmentcode"),
            _rows("tune", "kiosks.desiredsetting"),
            _rows("terminal", "kiosks.kioskcommand"),
        ),
        _section(
            _("Guides"),
            _rows("menu_book", "catalogue.sourcefile"),
            _rows("campaign", "catalogue.publication"),
            _rows("hub", "channels.channel"),
        ),
        _section(
            _("Analytics"),
            _rows("filter_alt", "analytics.visitcount"),
            _rows("search_off", "analytics.searchcount"),
        ),
        _section(
            _("Rules"),
            _rows("description", "cases.certificatetemplate"),
            _rows("bolt", "cases.instantrule"),
            _rows("hourglass_bottom", "cases.retentionpolicy"),
            _rows("ink_eraser", "cases.erasurerun"),
        ),
        _section(
            _("Watching"),
            _rows("rule", "alerts.rule"),
            _rows("contact_mail", "alerts.contact"),
            _rows("notifications_off", "alerts.alertsilence"),
            _rows("outgoing_mail", "alerts.notification"),
        ),
        _section(
            _("Accounts and audit"),
            _rows("account_tree", "accounts.organisation"),
            _rows("group", "accounts.account"),
            _rows("policy", "audit.entry"),
        ),
    ],
}
