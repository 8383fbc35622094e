"""The console's pages about oneself: second factor, password, sessions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from hub.accounts import second_factor
from hub.accounts.forms import CodeForm, NewPasswordForm
from hub.accounts.models import Account, Session
from hub.accounts.sessions import end_sessions
from hub.audit.trail import record

FEW_CODES = 3


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User), "only behind ConsoleGate"
    return request.user


def verification(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Asks for the code of the second factor."""
    user, form = _user(request), CodeForm(request.POST or None)
    if second_factor.is_verified(request):
        return HttpResponseRedirect(_next(request))
    if request.method == "POST" and form.is_valid():
        device = second_factor.verify(request, form.cleaned_data["otp_token"])
        if device is not None:
            record(request, "second_factor.shown", user.account, by=device.name)
            _warn_of_few_codes(request, user)
            return HttpResponseRedirect(_next(request))
        record(request, "second_factor.failed", user.account)
        form.add_error("otp_token", _refusal(user))
    context |= {"title": _("Second step"), "form": form, "next": _next(request)}
    return TemplateResponse(request, "accounts/second_factor.html", context)


def set_up(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Sets up an authenticator: the first one after the first login, or one in place of the last."""
    user, form = _user(request), CodeForm(request.POST or None)
    device = second_factor.authenticator_to_confirm(user)
    if request.method == "POST" and form.is_valid():
        if second_factor.confirm_authenticator(request, form.cleaned_data["otp_token"]):
            record(request, "second_factor.set_up", user.account)
            return _codes_shown(request, context)
        form.add_error("otp_token", _refusal(user))
    context |= {
        "title": _("Set up the second factor"),
        "form": form,
        "picture": second_factor.secret_picture(device),
        "secret": second_factor.secret_text(device),
    }
    return TemplateResponse(request, "accounts/set_up.html", context)


@require_POST
def recovery_codes(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """New recovery codes in place of the last."""
    record(request, "second_factor.codes_made", _user(request).account)
    return _codes_shown(request, context)


def password_change(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Changes one's own password; all other sessions end."""
    user = _user(request)
    form = NewPasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, user)
        Account.objects.filter(user=user).update(must_change_password=False, password_set_at=timezone.now())
        end_sessions(user, but=request.session.session_key)
        record(request, "password.changed", user.account)
        messages.success(request, _("The password is changed. Everywhere else you are logged out."))
        return HttpResponseRedirect(_next(request))
    context |= {"title": _("Change password"), "form": form, "next": _next(request)}
    return TemplateResponse(request, "accounts/password.html", context)


def my_account(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Who one is here, and where one is logged in."""
    user = _user(request)
    context |= {
        "title": _("My account"),
        "account": user.account,
        "sessions": Session.objects.filter(user=user).order_by("-seen_at"),
        "this_session": request.session.session_key,
        "codes_left": second_factor.recovery_codes_left(user),
        "has_second_factor": second_factor.has_second_factor(user),
    }
    return TemplateResponse(request, "accounts/my_account.html", context)


@require_POST
def end_other_sessions(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Logs oneself out everywhere else."""
    user = _user(request)
    ended = end_sessions(user, but=request.session.session_key)
    record(request, "login.others_ended", user.account, sessions=ended)
    messages.success(request, _("Everywhere else you are logged out."))
    return HttpResponseRedirect(reverse("admin:my_account"))


def _codes_shown(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    codes = second_factor.new_recovery_codes(_user(request))
    context |= {"title": _("Recovery codes"), "codes": codes}
    return TemplateResponse(request, "accounts/recovery_codes.html", context)


def _refusal(user: User) -> str:
    wait = second_factor.seconds_to_wait(user)
    if wait <= 1:
        return _("This is not the code of the moment. Wait for the next one and try again.")
    return ngettext(
        "This is not the code of the moment. Try again in %(seconds)d second.",
        "This is not the code of the moment. Try again in %(seconds)d seconds.",
        wait,
    ) % {"seconds": wait}


def _warn_of_few_codes(request: HttpRequest, user: User) -> None:
    left = second_factor.recovery_codes_left(user)
    if left < FEW_CODES:
        words = _("Recovery codes left: %(left)d. Make new ones on the page My account.")
        messages.warning(request, words % {"left": left})


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else reverse("admin:index")
