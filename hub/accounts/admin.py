"""Accounts and the organisation tree in the console."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from hub.accounts import lock_out, managing
from hub.accounts.models import Account, Organisation, Role, Session
from hub.accounts.second_factor import has_second_factor
from hub.console import HubAdmin

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Deed(NamedTuple):
    """A button on an account's page."""

    name: str
    label: StrOrPromise
    done: StrOrPromise
    do: Callable[[HttpRequest, Account], object]


def _password_shown(request: HttpRequest, account: Account) -> None:
    _tell_password(request, account, managing.renew_password(request, account))


_COLOURS = {"active": "success", "proposed": "warning", "locked": "danger"}
DEEDS = {
    one.name: one
    for one in (
        Deed("confirm", _("Confirm"), _("The account is confirmed."), managing.confirm),
        Deed("password", _("New one-time password"), "", _password_shown),
        Deed(
            "second-factor",
            _("Reset the second factor"),
            _("At the next login a new authenticator is set up."),
            managing.reset_second_factor,
        ),
        Deed("unlock", _("Lift the lock"), _("Failed logins are forgotten."), managing.unlock),
        Deed("log-out", _("End all sessions"), _("All sessions are ended."), managing.log_out),
        Deed(
            "deactivate",
            _("Deactivate"),
            _("The account is deactivated."),
            partial(managing.set_active, active=False),
        ),
        Deed(
            "activate",
            _("Activate"),
            _("The account is active again."),
            partial(managing.set_active, active=True),
        ),
    )
}


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """An account; its name only when it is made."""

    username = forms.CharField(
        label=_("Username"),
        max_length=150,
        validators=[User.username_validator],
        widget=UnfoldAdminTextInputWidget(),
    )

    class Meta:
        model = Account
        fields = ("role", "organisation", "phone")

    def clean_username(self) -> str:
        """Raises ``ValidationError`` when there is such an account."""
        username = str(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("There is an account of this name."))
        return username


@admin.register(Account)
class AccountAdmin(HubAdmin):
    """Everybody who works with the hub, in the officer's scope."""

    list_display = ("username", "role", "organisation", "state", "second_factor", "last_login")
    list_filter = ("role", "user__is_active")
    list_select_related = ("user", "organisation", "proposed_by")
    search_fields = ("user__username",)
    change_form_outer_after_template = "accounts/deeds.html"

    def get_fields(self, request: HttpRequest, obj: Account | None = None) -> tuple[str, ...]:
        """What the form asks for."""
        if obj is None:
            return ("username", "role", "organisation", "phone")
        return (
            "username",
            "role",
            "organisation",
            "phone",
            "standing",
            "second_factor",
            "last_login",
            "logged_in",
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> tuple[str, ...]:
        """What it only shows."""
        return () if obj is None else ("username", "standing", "second_factor", "last_login", "logged_in")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """A new account's form asks for a name."""
        if obj is None:
            kwargs["form"] = AccountForm
        form = super().get_form(request, obj, change=change, **kwargs)
        if obj is None and "role" in form.base_fields:
            form.base_fields["role"].choices = [("", "—"), *Role.choices]  # nobody gets a role by oversight
        return form

    @admin.display(description=_("Username"), ordering="user__username")
    def username(self, account: Account) -> str:
        """The name typed at the login."""
        return str(account)

    @display(description=_("State"), label=_COLOURS)  # type: ignore[untyped-decorator]
    def state(self, account: Account) -> tuple[str, StrOrPromise]:
        """Whether this account can log in."""
        if account.proposed_by is not None:
            return "proposed", _("waits for a second officer")
        if not account.user.is_active:
            return "deactivated", _("deactivated")
        return ("locked", _("locked")) if lock_out.is_locked(account.user) else ("active", _("active"))

    @admin.display(description=_("State"))
    def standing(self, account: Account) -> StrOrPromise:
        """The same in words alone."""
        words: StrOrPromise = self.state(account)[1]
        return words

    @admin.display(description=_("Second factor"), boolean=True)
    def second_factor(self, account: Account) -> bool:
        """Whether an authenticator is set up."""
        return has_second_factor(account.user)

    @admin.display(description=_("Last login"), ordering="user__last_login")
    def last_login(self, account: Account) -> Any:
        """When the password was right last."""
        return account.user.last_login

    @admin.display(description=_("Sessions"))
    def logged_in(self, account: Account) -> int:
        """How many sessions there are."""
        return Session.objects.filter(user=account.user).count()

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody changes their own role or scope."""
        own = isinstance(obj, Account) and obj.user == request.user
        return not own and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Accounts are deactivated: the record names them."""
        return False

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        """Make the account, or move it."""
        if not change:
            _tell_password(request, obj, managing.create(request, obj, form.cleaned_data["username"]))
            return
        role, organisation = obj.role, obj.organisation
        obj.refresh_from_db(fields=["role", "organisation"])
        managing.move(request, obj, role, organisation)
        obj.save()

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> None:
        """``managing.create`` has recorded it."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page of an account, with what can be done."""
        account = context.get("original")
        context["deeds"] = [] if account is None else self._deeds(request, account)
        answer: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return answer

    def get_urls(self) -> list[URLPattern]:
        """The deeds' addresses beside Django's."""
        view = require_POST(self.admin_site.admin_view(self.do))
        return [path("<int:pk>/do/<str:deed>/", view, name="accounts_account_do"), *super().get_urls()]

    def do(self, request: HttpRequest, pk: int, deed: str) -> HttpResponse:
        """Do one of ``DEEDS`` to an account in one's scope; only by POST."""
        account = self.get_object(request, str(pk))
        if account is None or deed not in DEEDS:
            raise Http404
        if deed not in {one.name for one in self._deeds(request, account)}:
            raise PermissionDenied
        DEEDS[deed].do(request, account)
        if DEEDS[deed].done:
            messages.success(request, DEEDS[deed].done)
        return HttpResponseRedirect(reverse("admin:accounts_account_change", args=(pk,)))

    def _deeds(self, request: HttpRequest, account: Account) -> list[Deed]:
        """What this officer may do to it now."""
        if not self.has_change_permission(request, account):
            return []
        proposed = account.proposed_by is not None
        wanted = {"password", "second-factor", "unlock", "log-out"}
        if proposed and account.proposed_by != request.user:
            wanted.add("confirm")
        if not proposed:
            wanted.add("deactivate" if account.user.is_active else "activate")
        return [one for one in DEEDS.values() if one.name in wanted]


@admin.register(Organisation)
class OrganisationAdmin(HubAdmin):
    """The tree, from one's own place down. Whoever moves a place moves everything below it."""

    scope = ""
    list_display = ("indented", "kind")
    list_filter = ("kind",)
    search_fields = ("name",)
    autocomplete_fields = ("parent",)

    @admin.display(description=_("name"), ordering="path")
    def indented(self, organisation: Organisation) -> str:
        """The name, further right the further down."""
        return "\u2003" * organisation.depth + organisation.name

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """There is one root: every other place belongs to one."""
        form = super().get_form(request, obj, change=change, **kwargs)
        if "parent" in form.base_fields:
            form.base_fields["parent"].required = True
        return form

    def get_readonly_fields(self, request: HttpRequest, obj: Organisation | None = None) -> tuple[str, ...]:
        """One's own place hangs where it hangs."""
        own = obj is not None and obj == request.user.account.organisation  # type: ignore[union-attr]
        return ("parent",) if own else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """The root stays, and so does one's own place."""
        if obj is not None and obj == request.user.account.organisation:  # type: ignore[union-attr]
            return False
        return bool(super().has_delete_permission(request, obj))


def _tell_password(request: HttpRequest, account: Account, password: str) -> None:
    words = gettext("One-time password of %(name)s, shown only now: %(password)s")
    messages.warning(request, words % {"name": account, "password": password})
