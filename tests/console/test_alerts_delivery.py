"""What is told arrives: by a real mail server, by signed webhooks; again until it does, one at a time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler
from django.core.exceptions import ValidationError
from pytest_django import Settings

from hub.alerts import outbox, webhooks
from hub.alerts.addresses import AddressRefused, check_url, resolved
from hub.alerts.choices import Delivery, Kind, Severity, State, SymptomKey
from hub.alerts.environment import Telling
from hub.alerts.models import Alert, Contact, Member, Notification
from hub.alerts.outbox import deliver
from hub.environment import NotMeant
from hub.kiosks.models import Kiosk
from tests.console.conftest import Organisations

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def alert(organisations: Organisations, kiosk: Kiosk) -> Alert:
    alert = Alert.objects.create(
        symptom=SymptomKey.KIOSK_OFFLINE,
        group="x",
        organisation=organisations.branch,
        severity=Severity.CRITICAL,
        state=State.FIRING,
        since=NOW,
        seen_at=NOW,
        fired_at=NOW,
    )
    Member.objects.create(alert=alert, key=kiosk.id, words=str(kiosk), value=20, kiosk=kiosk, since=NOW)
    return alert


@pytest.fixture
def tell(alert: Alert) -> Callable[[Contact], Notification]:
    def put(contact: Contact) -> Notification:
        contact.save()
        return Notification.objects.create(
            alert=alert, contact=contact, kind=Kind.FIRING, created_at=NOW, due_at=NOW
        )

    return put


# ------------------------------------------------------------------------------------------------- by e-mail


class Mailbox(MessageHandler):
    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Message] = []

    def handle_message(self, message: Message) -> None:
        self.mails.append(message)


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        settings.EMAIL_PORT = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=settings.EMAIL_PORT)
    server.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.DEFAULT_FROM_EMAIL = "hub@denghe.example.cn"
        yield box
    finally:
        server.stop()


def test_an_email_arrives_in_the_language_of_its_reader(
    mailbox: Mailbox, tell: Callable[[Contact], Notification]
) -> None:
    notification = tell(Contact(name="值班", email="duty@example.cn", language="en"))
    assert deliver(NOW) == 1
    (mail,) = mailbox.mails
    assert mail["Message-ID"] == f"<{notification.id}@denghe.example.cn>"
    assert "kiosk not heard" in str(mail["Subject"]) or "=?utf-8?" in str(mail["Subject"])
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert "K0000001 东街支行大厅 (20 minutes)" in body.decode()
    assert Notification.objects.get().delivery == Delivery.SENT


def test_a_mail_server_that_is_down_is_asked_again_later(
    settings: Settings, mailbox: Mailbox, tell: Callable[[Contact], Notification]
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    tell(Contact(name="值班", email="duty@example.cn"))
    assert deliver(NOW) == 0
    waiting = Notification.objects.get()
    assert (waiting.delivery, waiting.attempts, waiting.problem) == (
        Delivery.WAITING,
        1,
        "ConnectionRefusedError",
    )
    assert timedelta(seconds=20) < waiting.due_at - NOW < timedelta(seconds=40)
    settings.EMAIL_PORT = port
    assert deliver(NOW + timedelta(seconds=10)) == 0
    assert deliver(NOW + timedelta(seconds=60)) == 1
    assert len(mailbox.mails) == 1


def test_what_never_arrives_is_given_up_and_shown(
    settings: Settings, tell: Callable[[Contact], Notification]
) -> None:
    settings.EMAIL_HOST = ""
    tell(Contact(name="值班", email="duty@example.cn"))
    deliver(NOW)
    deliver(NOW + timedelta(days=4))
    lost = Notification.objects.get()
    assert (lost.delivery, lost.problem) == (Delivery.GIVEN_UP, "no mail server is set")


# ------------------------------------------------------------------------------------------------ by webhook


class Hook:
    """The other end of webhooks, on a real socket; ``answers`` are the next statuses."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                status = hook.answers.pop(0) if hook.answers else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", f"http://127.0.0.1:{hook.port}/elsewhere")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port


@pytest.fixture
def hook(settings: Settings) -> Iterator[Hook]:
    settings.ALERTS_WEBHOOK_NETWORKS = (ip_network("127.0.0.0/8"),)
    found = Hook()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.01,))
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


def to(hook: Hook) -> Contact:
    return Contact(name="duty system", url=f"http://localhost:{hook.port}/alerts?x=1")


def test_a_webhook_is_signed_and_says_nothing_of_residents(
    hook: Hook, tell: Callable[[Contact], Notification]
) -> None:
    contact = to(hook)
    notification = tell(contact)
    assert deliver(NOW) == 1
    ((path, headers, body),) = hook.asked
    assert (path, headers["host"]) == ("/alerts?x=1", f"localhost:{hook.port}")
    assert headers["webhook-id"] == str(notification.id)
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    # As the other end does it (Standard Webhooks 1.0), from the secret as the console shows it.
    key = base64.b64decode(Contact.objects.get().secret_text.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    said = json.loads(body)
    assert said["type"] == "alert.firing"
    assert said["data"]["members"] == [
        {"kiosk": "K0000001", "name": "K0000001 东街支行大厅", "value": 20, "since": NOW.isoformat()}
    ]


def test_the_signature_is_that_of_the_published_example() -> None:
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = webhooks.signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', secret
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_webhook_that_fails_comes_again_under_the_same_id(
    hook: Hook, tell: Callable[[Contact], Notification]
) -> None:
    hook.answers = [503, 302]
    tell(to(hook))
    assert deliver(NOW) == 0
    assert deliver(NOW + timedelta(minutes=1)) == 0
    assert Notification.objects.get().problem == "HTTP 302", "redirects are not followed"
    assert deliver(NOW + timedelta(minutes=5)) == 1
    assert [path for path, _headers, _body in hook.asked] == ["/alerts?x=1"] * 3
    assert len({headers["webhook-id"] for _path, headers, _body in hook.asked}) == 1


def test_an_end_that_wants_nothing_more_is_put_out_of_force(
    hook: Hook, tell: Callable[[Contact], Notification]
) -> None:
    hook.answers = [410]
    tell(to(hook))
    deliver(NOW)
    assert Notification.objects.get().delivery == Delivery.GIVEN_UP
    assert not Contact.objects.get().enabled


def test_what_one_process_has_in_hand_no_other_takes(
    hook: Hook, tell: Callable[[Contact], Notification], monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(to(hook))
    inside: list[int] = []
    send = webhooks.send

    def while_sending(notification: Notification, now: datetime) -> None:
        inside.append(deliver(now))
        send(notification, now)

    monkeypatch.setattr(webhooks, "send", while_sending)
    assert deliver(NOW) == 1
    assert inside == [0]
    assert len(hook.asked) == 1


def test_what_was_in_hand_when_a_process_died_is_taken_again(
    hook: Hook, tell: Callable[[Contact], Notification], monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(to(hook))

    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(webhooks, "send", die)
        with pytest.raises(SystemExit):
            deliver(NOW)
    assert deliver(NOW + timedelta(minutes=1)) == 0
    assert deliver(NOW + outbox.IN_HAND) == 1


# ------------------------------------------------------------------------------------- where webhooks may go


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://0.0.0.0/",
        "http://169.254.169.254/latest/meta-data",
        "http://[fe80::1]/",
        "http://224.0.0.1/",
        "ftp://10.0.0.1/",
        "file:///etc/passwd",
        "https://user:word@10.0.0.1/",
        "https://10.0.0.1/#x",
        "http:///nowhere",
    ],
)
def test_the_hub_is_not_sent_to_itself(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_url(url)
    with pytest.raises(ValidationError):
        Contact(name="x", url=url).full_clean()


def test_a_name_that_leads_here_is_refused_when_it_is_looked_up() -> None:
    check_url("http://localhost:8000/")
    with pytest.raises(AddressRefused):
        resolved("http://localhost:8000/")


def test_private_addresses_are_what_an_isolated_network_has(settings: Settings) -> None:
    for url in ("http://10.1.2.3/", "https://192.168.1.9:8443/alerts", "https://[fd00::9]/"):
        assert str(resolved(url)) in url
    settings.ALERTS_WEBHOOK_NETWORKS = (ip_network("10.1.0.0/16"),)
    resolved("http://10.1.2.3/")
    with pytest.raises(AddressRefused):
        resolved("https://192.168.1.9:8443/alerts")


def test_a_contact_is_told_in_one_way() -> None:
    for contact in (Contact(name="x"), Contact(name="x", email="a@example.cn", url="http://10.0.0.1/")):
        with pytest.raises(ValidationError):
            contact.full_clean()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("YEDENG_HUB_MAIL_SECURITY", "ssl"),
        ("YEDENG_HUB_MAIL_PORT", "smtp"),
        ("YEDENG_HUB_MAIL_PASSWORD_FILE", "/no/such/file"),
        ("YEDENG_HUB_WEBHOOK_NETWORKS", "10.0.0.0/99"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_named(variable: str, value: str) -> None:
    with pytest.raises(NotMeant, match=variable):
        Telling.from_environment({variable: value})
