"""Logging in: two factors, passwords, sessions, locks; and what a security officer does with accounts."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from hub import settings as product
from hub.accounts import second_factor
from hub.accounts.models import Account, RecoveryCodes, Session
from hub.accounts.policy import Policy
from hub.audit.models import Entry
from hub.environment import NotMeant
from tests.console.conftest import PASSWORD, Organisations

NEW = "quite another password 8"
ACCOUNTS = "/console/accounts/account/"


def log_in(user: User, password: str = PASSWORD, client: Client | None = None) -> tuple[Client, Any]:
    """Only the first factor."""
    client = client or Client()
    return client, client.post("/console/login/", {"username": user.username, "password": password})


def code(user: User, steps: int = 0) -> str:
    """What the user's authenticator shows, ``steps`` half minutes from now."""
    device = TOTPDevice.objects.get(user=user)
    totp = TOTP(device.bin_key, device.step)
    totp.time = timezone.now().timestamp() + steps * device.step
    return f"{totp.token():06d}"


def actions() -> list[str]:
    return list(Entry.objects.order_by("number").values_list("action", flat=True))


@pytest.fixture
def user(account: Callable[..., User]) -> User:
    return account("clerk")


class TestSecondFactor:
    def test_at_the_first_login_it_is_set_up(self, user: User) -> None:
        client, _answer = log_in(user)
        page = client.get("/console/", follow=True)
        assert page.redirect_chain[-1][0].startswith("/console/second-factor/set-up/")
        shown = re.search(r'id="secret">([^<]+)<', page.content.decode())
        assert shown is not None
        device = TOTPDevice.objects.get(user=user)
        assert base64.b32decode(shown[1].replace(" ", "")) == device.bin_key
        assert "<svg" in page.content.decode()
        codes = client.post("/console/second-factor/set-up/", {"otp_token": code(user)})
        assert len(re.findall(r"<li[^>]*>([0-9A-Z-]{14})</li>", codes.content.decode())) == 10
        assert client.get("/console/").status_code == 200
        assert {"login.done", "second_factor.set_up"} <= set(actions())

    def test_two_that_wait_from_pages_opened_at_once_do_not_lock_anybody_out(self, user: User) -> None:
        for _tab in range(2):
            TOTPDevice.objects.create(user=user, confirmed=False)
        client, _answer = log_in(user)
        shown = re.search(r'id="secret">([^<]+)<', client.get("/console/", follow=True).content.decode())
        assert shown is not None
        totp = TOTP(base64.b32decode(shown[1].replace(" ", "")))
        totp.time = timezone.now().timestamp()
        client.post("/console/second-factor/set-up/", {"otp_token": f"{totp.token():06d}"})
        assert client.get("/console/").status_code == 200
        assert TOTPDevice.objects.get(user=user).confirmed

    def test_a_code_counts_once(self, console: Callable[..., Client], user: User) -> None:
        console(user)
        used = code(user)
        for expected in (200, 302):
            client, _answer = log_in(user)
            assert client.get("/console/").status_code == 302
            answer = client.post("/console/second-factor/", {"otp_token": used})
            if expected == 200:
                assert client.get("/console/").status_code == 200
            else:
                assert "验证码不对" in answer.content.decode()
                assert client.get("/console/").status_code == 302

    def test_wrong_codes_cost_waiting(self, console: Callable[..., Client], user: User) -> None:
        console(user)
        client, _answer = log_in(user)
        for _wrong in range(3):
            client.post("/console/second-factor/", {"otp_token": "000000"})
        TOTPDevice.objects.filter(user=user).update(throttling_failure_count=6)
        answer = client.post("/console/second-factor/", {"otp_token": code(user)})
        assert re.search(r"请过 \d+ 秒再试", answer.content.decode())
        assert client.get("/console/").status_code == 302
        assert actions().count("second_factor.failed") == 4

    def test_a_recovery_code_opens_once_and_is_kept_as_a_digest(
        self, console: Callable[..., Client], user: User
    ) -> None:
        console(user)
        codes = second_factor.new_recovery_codes(user)
        assert not any(one in str(RecoveryCodes.objects.get(user=user).digests) for one in codes)
        for inside in (True, False):
            client, _answer = log_in(user)
            client.post("/console/second-factor/", {"otp_token": codes[0].lower().replace("-", " ")})
            assert (client.get("/console/").status_code == 200) is inside
        assert second_factor.recovery_codes_left(user) == 9

    def test_it_is_asked_of_the_roles_that_the_setting_names(
        self, account: Callable[..., User], settings: Settings
    ) -> None:
        settings.POLICY = Policy(second_factor=frozenset({"administrator"}))
        clerk, _answer = log_in(account("clerk"))
        page = clerk.get("/console/")
        assert page.status_code == 200
        assert "双因素验证未开启" in page.content.decode()
        administrator, _answer = log_in(account("administrator"))
        assert administrator.get("/console/").status_code == 302

    @pytest.mark.parametrize(
        ("name", "value"),
        [("YEDENG_HUB_SECOND_FACTOR", "king"), ("YEDENG_HUB_SESSIONS", "0"), ("YEDENG_HUB_TLS", "yes")],
    )
    def test_a_setting_that_cannot_be_meant_is_told(self, name: str, value: str) -> None:
        with pytest.raises(NotMeant, match=name):
            Policy.from_environment({name: value})


class TestPasswords:
    def test_they_are_kept_by_argon2_and_renewed_so(self, settings: Settings, user: User) -> None:
        settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
        user.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
        user.save()
        log_in(user)
        user.refresh_from_db()
        assert user.password.startswith("argon2$argon2id$")

    def test_one_set_by_somebody_else_is_changed_first(
        self, console: Callable[..., Client], user: User
    ) -> None:
        client = console(user)
        Account.objects.filter(user=user).update(must_change_password=True)
        assert client.get("/console/").headers["Location"].startswith("/console/password_change/")
        form = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
        assert client.post("/console/password_change/", form).status_code == 302
        assert client.get("/console/").status_code == 200

    @pytest.mark.parametrize(
        ("new", "words"),
        [
            pytest.param("short 1", "至少 12", id="short"),
            pytest.param("1qaz2wsx3edc", "太常见", id="one that many use"),
            pytest.param(PASSWORD, "不能与现在的密码相同", id="the same"),
        ],
    )
    def test_a_poor_one_is_refused(
        self, console: Callable[..., Client], user: User, new: str, words: str
    ) -> None:
        form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        answer = console(user).post("/console/password_change/", form)
        assert answer.status_code == 200
        assert words in answer.content.decode()
        user.refresh_from_db()
        assert user.check_password(PASSWORD)

    def test_an_old_one_is_changed(self, console: Callable[..., Client], user: User) -> None:
        client = console(user)
        Account.objects.filter(user=user).update(password_set_at=timezone.now() - timedelta(days=91))
        assert client.get("/console/").headers["Location"].startswith("/console/password_change/")

    def test_changing_it_ends_all_other_sessions(self, console: Callable[..., Client], user: User) -> None:
        here, there = console(user), console(user)
        form = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
        here.post("/console/password_change/", form)
        assert here.get("/console/").status_code == 200
        assert there.get("/console/").status_code == 302


class TestSessions:
    def test_an_unused_one_ends(self, console: Callable[..., Client], user: User) -> None:
        client = console(user)
        _age(client, seen=settings.POLICY.idle)
        answer = client.get("/console/", follow=True)
        assert answer.redirect_chain[-1][0].startswith("/console/login/")
        assert "长时间没有操作" in answer.content.decode()

    def test_a_used_one_ends_after_the_longest_time(self, console: Callable[..., Client], user: User) -> None:
        client = console(user)
        _age(client, started=settings.POLICY.longest)
        assert client.get("/console/").headers["Location"].startswith("/console/login/")

    def test_the_oldest_of_too_many_ends(self, console: Callable[..., Client], user: User) -> None:
        clients = [console(user) for _one in range(settings.POLICY.sessions + 1)]
        assert [one.get("/console/").status_code for one in clients] == [302, 200, 200, 200]
        page = clients[-1].get("/console/my-account/").content.decode()
        assert page.count("127.0.0.1") == 0 or "退出其他所有登录" in page
        assert Session.objects.filter(user=user).count() == settings.POLICY.sessions
        clients[-1].post("/console/my-account/end-others/")
        assert [one.get("/console/").status_code for one in clients[1:]] == [302, 302, 200]


def _age(client: Client, **by: timedelta) -> None:
    session = client.session
    for name, how_long in by.items():
        session[name] -= how_long.total_seconds() + 1
    session.save()


class TestLock:
    def test_after_five_failures_even_the_right_password_is_refused(self, user: User) -> None:
        client = Client()
        statuses = [log_in(user, "wrong", client)[1].status_code for _one in range(5)]
        assert statuses == [200, 200, 200, 200, 429]
        assert log_in(user, PASSWORD, client)[1].status_code == 429
        assert log_in(user, PASSWORD, Client(REMOTE_ADDR="10.0.0.9"))[1].status_code == 302

    def test_a_name_that_is_nobodys_is_answered_alike(self, user: User) -> None:
        nobody = User(username="nobody-at-all")
        answers = []
        for who in (user, nobody):
            client = Client()
            pages = [log_in(who, "wrong", client)[1] for _one in range(6)]
            answers.append([(one.status_code, _words(one)) for one in pages])
        assert answers[0] == answers[1]
        assert not Entry.objects.filter(target__contains="nobody-at-all").exists()
        assert actions().count("login.failed") >= 10

    def test_who_tries_many_names_is_locked_with_all_of_them(self, user: User) -> None:
        client = Client()
        for number in range(50):
            log_in(User(username=f"guess-{number}"), "wrong", client)
        assert log_in(user, PASSWORD, client)[1].status_code == 429

    def test_a_security_officer_lifts_it(self, user: User, console: Callable[..., Client]) -> None:
        client = Client()
        for _one in range(5):
            log_in(user, "wrong", client)
        officer = console("security_officer")
        assert "已锁定" in officer.get(ACCOUNTS).content.decode()
        officer.post(f"{ACCOUNTS}{user.account.pk}/do/unlock/")
        assert log_in(user, PASSWORD, client)[1].status_code == 302
        assert "login.unlocked" in actions()

    def test_behind_our_proxies_the_address_is_the_clients(self, user: User, settings: Settings) -> None:
        settings.POLICY = Policy(proxies=2)
        form = {"username": user.username, "password": "wrong"}
        said = [f"6.6.6.{number}, 9.9.9.9, 10.0.0.1" for number in range(5)]
        answers = [Client(HTTP_X_FORWARDED_FOR=one).post("/console/login/", form) for one in said]
        assert answers[-1].status_code == 429
        assert set(Entry.objects.filter(action="login.failed").values_list("address", flat=True)) == {
            "9.9.9.9"
        }

    def test_without_proxies_nobody_is_believed(self, user: User) -> None:
        Client(HTTP_X_FORWARDED_FOR="9.9.9.9").post("/console/login/", {"username": "x", "password": "y"})
        assert Entry.objects.get(action="login.failed").address == "127.0.0.1"


def _words(answer: Any) -> str:
    page = re.sub(r"<input[^>]*>|guess-\d+|nobody-at-all|clerk-\d+", "", answer.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


class TestOfficer:
    def test_makes_an_account_with_a_password_for_one_login(
        self, console: Callable[..., Client], organisations: Organisations
    ) -> None:
        form = {"username": "wang", "role": "clerk", "organisation": organisations.east.pk, "phone": ""}
        page = console("security_officer").post(f"{ACCOUNTS}add/", form, follow=True).content.decode()
        told = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", page)
        assert told is not None
        user = User.objects.get(username="wang")
        assert user.account.organisation == organisations.east
        client, answer = log_in(user, told[0])
        assert answer.status_code == 302
        assert client.get("/console/").headers["Location"].startswith("/console/password_change/")
        assert told[0] not in str(list(Entry.objects.values_list("detail", flat=True)))

    def test_a_one_time_password_does_not_last(self, console: Callable[..., Client], user: User) -> None:
        Account.objects.filter(user=user).update(
            must_change_password=True, password_set_at=timezone.now() - timedelta(days=8)
        )
        assert log_in(user)[1].status_code == 200

    def test_a_new_officer_needs_a_second_one(
        self, console: Callable[..., Client], account: Callable[..., User]
    ) -> None:
        first, second = account("security_officer"), account("security_officer")
        form = {"username": "third", "role": "security_officer", "organisation": 1, "phone": ""}
        form["organisation"] = first.account.organisation_id
        console(first).post(f"{ACCOUNTS}add/", form)
        third = Account.objects.get(user__username="third")
        assert not third.user.is_active
        do = f"{ACCOUNTS}{third.pk}/do"
        assert console(first).post(f"{do}/confirm/").status_code == 403
        assert console(first).post(f"{do}/activate/").status_code == 403
        assert console(second).post(f"{do}/confirm/").status_code == 302
        third.refresh_from_db()
        assert third.user.is_active

    def test_nobody_changes_their_own_role(
        self, console: Callable[..., Client], account: Callable[..., User], organisations: Organisations
    ) -> None:
        officer = account("security_officer", organisations.east)
        form = {"role": "administrator", "organisation": organisations.east.pk, "phone": ""}
        client = console(officer)
        assert client.post(f"{ACCOUNTS}{officer.account.pk}/change/", form).status_code == 403
        assert client.post(f"{ACCOUNTS}{officer.account.pk}/do/second-factor/").status_code == 403

    def test_gives_no_place_beyond_their_own(
        self, console: Callable[..., Client], account: Callable[..., User], organisations: Organisations
    ) -> None:
        client = console("security_officer", organisations.east)
        form = {"username": "li", "role": "clerk", "organisation": organisations.west.pk, "phone": ""}
        assert client.post(f"{ACCOUNTS}add/", form).status_code == 200
        assert not User.objects.filter(username="li").exists()
        there = account("clerk", organisations.west).account
        assert client.post(f"{ACCOUNTS}{there.pk}/do/deactivate/").status_code == 404
        assert "account.denied" in actions()

    def test_a_new_role_ends_all_sessions(
        self, console: Callable[..., Client], user: User, organisations: Organisations
    ) -> None:
        client = console(user)
        form = {"role": "technician", "organisation": organisations.east.pk, "phone": "12345"}
        answer = console("security_officer").post(f"{ACCOUNTS}{user.account.pk}/change/", form)
        assert answer.status_code == 302
        account = Account.objects.get(user=user)
        assert (account.role, account.organisation, account.phone) == (
            "technician",
            organisations.east,
            "12345",
        )
        assert client.get("/console/").status_code == 302

    @pytest.mark.parametrize("deed", ["deactivate", "log-out", "password", "second-factor"])
    def test_ends_somebodys_work(self, console: Callable[..., Client], user: User, deed: str) -> None:
        client, officer = console(user), console("security_officer")
        assert officer.get(f"{ACCOUNTS}{user.account.pk}/do/{deed}/").status_code == 405
        assert officer.post(f"{ACCOUNTS}{user.account.pk}/do/{deed}/").status_code == 302
        assert client.get("/console/").status_code == 302
        assert TOTPDevice.objects.filter(user=user).exists() is (deed != "second-factor")
        assert log_in(user)[1].status_code == (200 if deed in {"deactivate", "password"} else 302)

    def test_removes_nobody(self, console: Callable[..., Client], user: User) -> None:
        officer = console("security_officer")
        assert officer.post(f"{ACCOUNTS}{user.account.pk}/delete/", {"post": "yes"}).status_code == 403
        officer.post(
            ACCOUNTS, {"action": "delete_selected", "_selected_action": [user.account.pk], "post": "yes"}
        )
        assert Account.objects.filter(user=user).exists()


class TestPages:
    def test_nothing_is_done_for_a_page_of_somebody_else(
        self, console: Callable[..., Client], user: User
    ) -> None:
        logged_in = console("security_officer")
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = logged_in.cookies
        addresses = [f"{ACCOUNTS}{user.account.pk}/do/deactivate/", f"{ACCOUNTS}add/", "/console/login/"]
        addresses += ["/console/logout/", "/console/password_change/", "/console/my-account/end-others/"]
        assert {strict.post(one).status_code for one in addresses} == {403}
        assert strict.get("/console/").status_code == 200

    def test_headers_keep_pages_to_ourselves(self, console: Callable[..., Client]) -> None:
        answer = console("clerk").get("/console/")
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
        assert "camera=()" in answer.headers["Permissions-Policy"]

    def test_cookies_stay_here(self, user: User) -> None:
        client, _answer = log_in(user)
        for name in ("sessionid", "csrftoken"):
            cookie = client.cookies[name]
            assert cookie["httponly"]
            assert cookie["samesite"] == "Lax"

    def test_a_page_outside_leads_nobody_away_after_the_login(self, user: User) -> None:
        client = Client()
        form = {"username": user.username, "password": PASSWORD, "next": "https://evil.example/"}
        assert "evil" not in client.post("/console/login/", form).headers["Location"]
        second_factor.authenticator_to_confirm(user)
        TOTPDevice.objects.update(confirmed=True)
        form = {"otp_token": code(user), "next": "//evil.example/"}
        assert client.post("/console/second-factor/", form).headers["Location"] == "/console/"
