"""Logging in by single sign-on (mozilla-django-oidc): the provider says who, our file what that means."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from jwt import PyJWTError
from mozilla_django_oidc.auth import OIDCAuthenticationBackend
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from hub.accounts.models import Account, Organisation, root_organisation
from hub.accounts.roles import RoleBackend
from hub.accounts.sessions import end_sessions
from hub.accounts.single_sign_on import SingleSignOn
from hub.audit.trail import record

WHO = "single sign-on"
log = logging.getLogger(__name__)


class SingleSignOnBackend(OIDCAuthenticationBackend, RoleBackend):
    """Finds or makes the account of somebody whom the provider names; permissions are the role's as ever."""

    get_user = RoleBackend.get_user

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> User | None:
        """The user, ``None`` if they may not log in. Raises ``SuspiciousOperation`` for a foreign token."""
        audience = payload.get("aud")
        if payload.get("iss") != _provider().iss or _provider().client_id not in (
            audience if isinstance(audience, list) else [audience]
        ):
            raise SuspiciousOperation("the token is for somebody else, or of somebody else")
        with transaction.atomic():
            user: User | None = super().get_or_create_user(access_token, id_token, payload)
        if user is None or not self.user_can_authenticate(user):
            return None
        shown = {payload.get("acr"), *_list(payload.get("amr"))}
        user.second_factor_elsewhere = bool(shown & _provider().second_factor)  # type: ignore[attr-defined]
        return user

    def verify_claims(self, claims: dict[str, Any]) -> bool:
        """Whether the claims name somebody, a role that we know, and a place that there is."""
        return bool(claims.get("sub") and _role(claims) and _place(claims))

    def filter_users_by_claims(self, claims: dict[str, Any]) -> Any:
        """Who logged in as the same before."""
        return User.objects.filter(account__subject=_subject(claims))

    def create_user(self, claims: dict[str, Any]) -> User:
        """A new account. Raises ``SuspiciousOperation`` if its name is taken: none is taken over."""
        username = str(claims.get(_provider().name_claim) or claims["sub"])[:150]
        if User.objects.filter(username__iexact=username).exists():
            raise SuspiciousOperation("there is an account of this name already")
        user = User.objects.create_user(username, is_staff=True)
        role = _role(claims)
        assert role is not None
        account = Account.objects.create(
            user=user, role=role, organisation=_place(claims), subject=_subject(claims)
        )
        record(WHO, "account.added", account, name=username, role=account.role, place=account.organisation_id)
        return user

    def update_user(self, user: User, claims: dict[str, Any]) -> User:
        """The account as the provider says it is now."""
        account, role, place = user.account, _role(claims), _place(claims)
        assert role is not None
        assert place is not None
        if (account.role, account.organisation_id) != (role, place.pk):
            account.role, account.organisation = role, place
            account.save()
            end_sessions(user)
            record(WHO, "account.moved", account, name=str(account), role=role, place=place.pk)
        return user


class Callback(OIDCAuthenticationCallbackView):
    """Where the provider sends somebody back to."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Let them in, or say at the login that it did not work."""
        try:
            answer: HttpResponse = super().get(request)
        except (OSError, ValueError, KeyError, PyJWTError, SuspiciousOperation) as error:
            # The library passes on what its HTTP client (an OSError), JSON and JWT raise.
            log.warning("single sign-on failed: %s", type(error).__name__)
            return self.login_failure()
        return answer

    def login_failure(self) -> HttpResponse:
        """Back to the login, with the reason in words."""
        words = _(
            "The single sign-on did not let you in: there is no account for you here, or it may not be used."
            " Ask a security officer."
        )
        messages.error(self.request, words)
        return HttpResponseRedirect(reverse("admin:login"))


urlpatterns = [
    path("callback/", Callback.as_view(), name="oidc_authentication_callback"),
    path("authenticate/", OIDCAuthenticationRequestView.as_view(), name="oidc_authentication_init"),
]


def _provider() -> SingleSignOn:
    provider = settings.SINGLE_SIGN_ON
    assert isinstance(provider, SingleSignOn), "only where there is one"
    return provider


def _subject(claims: dict[str, Any]) -> str:
    return f"{_provider().iss} {claims['sub']}"


def _role(claims: dict[str, Any]) -> str | None:
    """The first role that one of the claim's values has in our file."""
    values = _list(claims.get(_provider().role_claim))
    return next((_provider().roles[value] for value in values if value in _provider().roles), None)


def _place(claims: dict[str, Any]) -> Organisation | None:
    claim = _provider().organisation_claim
    if not claim and not _provider().organisation:
        return Organisation.objects.get(pk=root_organisation())
    name = claims.get(claim) if claim else _provider().organisation
    found = list(Organisation.objects.filter(name=name)[:2])
    return found[0] if len(found) == 1 else None


def _list(value: Any) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
