"""What each role may do: one table of Django's permissions ("app.verb_model"), and what answers from it."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Model

from hub.accounts.models import Account, Role

_FLEET_VIEW: Final = frozenset(
    {"kiosks.view_kiosk", "kiosks.view_keeper", "kiosks.view_label", "accounts.view_organisation"}
)
_FLEET_CARE: Final = frozenset(
    f"kiosks.{verb}_{model}" for verb in ("add", "change", "delete") for model in ("keeper", "label")
)

_FLEET_REMOTE: Final = frozenset(
    {
        "kiosks.view_kioskcommand",
        "kiosks.command_kiosk",
        "kiosks.view_enrolmentcode",
        "kiosks.add_enrolmentcode",
        "kiosks.view_desiredsetting",
    }
)
_FLEET_RULE: Final = frozenset(
    f"{model}.{verb}_{name}"
    for verb in ("view", "add", "change", "delete")
    for model, name in (("kiosks", "desiredsetting"), ("channels", "channel"))
)

_PRACTICE: Final = frozenset(
    f"cases.{verb}_{model}"
    for verb in ("view", "add", "change", "delete")
    for model in ("certificatetemplate", "instantrule", "retentionpolicy")
)
_HELD: Final = frozenset({"intake.view_heldsubmission", "intake.change_heldsubmission"})

_COMPLAINTS: Final = frozenset(
    {
        "evaluations.view_complaint",
        "evaluations.handle_complaint",
        "evaluations.view_phone",
        "evaluations.view_evaluation",
        "evaluations.view_troubleticket",
        "evaluations.view_figures",
    }
)

_GUIDES: Final = frozenset(
    f"catalogue.{permission}"
    for permission in (
        "view_publication",
        "view_sourcefile",
        "write_sourcefile",
        "review_sourcefile",
        "publish_sourcefile",
    )
)

_ALERTS: Final = frozenset({"alerts.view_alert", "alerts.acknowledge_alert", "alerts.view_notification"})
_SILENCES: Final = frozenset(f"alerts.{verb}_alertsilence" for verb in ("view", "add", "change", "delete"))
_ALERT_RULES: Final = frozenset(
    f"alerts.{verb}_{model}" for verb in ("view", "add", "change", "delete") for model in ("rule", "contact")
)
_ANALYTICS: Final = frozenset({"analytics.view_visitcount", "analytics.view_searchcount"})

PERMISSIONS: Final[dict[str, frozenset[str]]] = {
    Role.ADMINISTRATOR: _FLEET_VIEW
    | _FLEET_CARE
    | _FLEET_REMOTE
    | _FLEET_RULE
    | _PRACTICE
    | _HELD
    | _COMPLAINTS
    | _ALERTS
    | _ALERT_RULES
    | _SILENCES
    | _ANALYTICS
    | {
        "cases.assign_case",
        "cases.erase_case",
        "cases.view_erasurerun",
        "kiosks.change_kiosk",
        "accounts.add_organisation",
        "accounts.change_organisation",
        "accounts.delete_organisation",
        "intake.view_receiveditem",
        "cases.view_case",
        "cases.view_result",
        "catalogue.view_publication",
        "catalogue.view_sourcefile",
    },
    Role.PUBLISHER: _GUIDES | _ANALYTICS | {"evaluations.view_figures"},
    Role.CLERK: frozenset(
        {
            "cases.view_case",
            "cases.view_personal",
            "cases.decide_case",
            "cases.view_certificatetemplate",
            "cases.view_instantrule",
            "cases.view_result",
            "evaluations.view_troubleticket",
            "evaluations.view_figures",
            "catalogue.view_publication",
        }
    ),
    Role.TECHNICIAN: _FLEET_VIEW
    | _FLEET_REMOTE
    | _HELD
    | _ALERTS
    | _SILENCES
    | {
        "evaluations.view_troubleticket",
        "evaluations.view_figures",
    },
    Role.AUDITOR: frozenset(
        {
            "audit.view_entry",
            "audit.export_entry",
            "evaluations.view_complaint",
            "evaluations.view_evaluation",
            "evaluations.view_figures",
        }
    ),
    Role.SECURITY_OFFICER: _ALERTS
    | frozenset(
        {
            "accounts.view_account",
            "accounts.add_account",
            "accounts.change_account",
            "accounts.view_organisation",
            "audit.view_entry",
        }
    ),
}
"""Permissions by role. Nobody who handles cases manages accounts, nobody who is recorded keeps the record."""


def account_of(user: User | AnonymousUser) -> Account | None:
    """The account of a user that may work, ``None`` for anybody else."""
    if not isinstance(user, User) or not user.is_active:
        return None
    return getattr(user, "account", None)


class RoleBackend(ModelBackend):
    """Logs in by password; permissions come from the role's row in ``PERMISSIONS`` and from nowhere else."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Whether the user may log in at all: has an account, active, its one-time password not too old."""
        from hub.accounts.managing import one_time_password_expired

        account = account_of(user)
        return account is not None and not one_time_password_expired(account)

    def get_all_permissions(
        self,
        user_obj: User | AnonymousUser,
        obj: Model | None = None,
    ) -> set[str]:
        """The permissions of the user's role."""
        account = account_of(user_obj)
        return set(PERMISSIONS[account.role]) if account is not None else set()

    def get_group_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        """None: groups say nothing here."""
        return set()

    def has_perm(self, user_obj: Any, perm: str, obj: Model | None = None) -> bool:
        """Whether the user's role permits it."""
        return perm in self.get_all_permissions(user_obj, obj)
