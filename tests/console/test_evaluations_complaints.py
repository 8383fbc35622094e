"""Working on complaints in the console: calls, remedy, evidence; never by whoever was rated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from hub.accounts.models import Role
from hub.accounts.roles import PERMISSIONS
from hub.audit.models import Entry
from hub.audit.trail import faults
from hub.cases.models import CaseEvent
from hub.evaluations.models import Complaint, Evidence
from hub.kiosks.models import Kiosk
from tests.console.conftest import Organisations
from tests.console.said import PHONE, a_case, complain, give_up, rate

PDF = b"%PDF-1.7 proof"
NOTE = "本人说已经取到证"

ClientOf = Callable[..., Client]
State = Complaint.State


def page(complaint: Complaint) -> str:
    return reverse("admin:evaluations_complaint_change", args=[complaint.pk])


def do(client: Client, complaint: Complaint, word: str, **filled: object) -> Any:
    """Fill in the form of an act as the page has it now, and send it."""
    now = Complaint.objects.get(pk=complaint.pk)
    address = reverse("admin:complaint_act", args=[complaint.pk, word])
    return client.post(address, {"revision": now.revision} | filled)


def state(complaint: Complaint) -> str:
    return Complaint.objects.get(pk=complaint.pk).state


def test_from_the_call_to_the_evidence_and_back_again(kiosk: Kiosk, console: ClientOf) -> None:
    complaint, client = complain(kiosk, call_back=PHONE), console("administrator")
    do(client, complaint, "take")
    do(client, complaint, "call", outcome="no_answer", note="")
    assert state(complaint) == State.CALLING_BACK
    do(client, complaint, "remedy", finding="justified", note="指南已改")
    do(client, complaint, "close", note=NOTE)
    assert state(complaint) == State.REMEDIED, "nobody was reached yet"

    do(client, complaint, "call", outcome="reached", note=NOTE)
    do(client, complaint, "close", note=NOTE, file=SimpleUploadedFile("proof.pdf", PDF))
    closed = Complaint.objects.get(pk=complaint.pk)
    assert (closed.state, closed.finding, closed.phone) == (State.CLOSED, "justified", None)
    evidence = Evidence.objects.get()
    kept = client.get(reverse("admin:complaint_evidence", args=[complaint.pk, evidence.pk]))
    assert (kept.content, kept["Content-Type"]) == (PDF, "application/pdf")
    assert kept["Content-Disposition"].startswith("attachment")
    assert NOTE in client.get(page(complaint)).content.decode()

    do(client, complaint, "reopen", note="又要我跑一趟")
    again = Complaint.objects.get(pk=complaint.pk)
    assert (again.state, again.reopened, again.closed_at) == (State.OPEN, 1, None)
    told = set(Entry.objects.filter(action__startswith="complaint.").values_list("action", flat=True))
    assert {f"complaint.{word}" for word in ("taken", "called", "closed", "reopened")} <= told
    assert list(faults()) == []
    assert NOTE not in str(list(Entry.objects.values_list("detail", flat=True)))


def test_after_three_calls_without_an_answer_it_can_be_closed(kiosk: Kiosk, console: ClientOf) -> None:
    complaint, client = complain(kiosk, 2, call_back=PHONE), console("administrator")
    do(client, complaint, "remedy", finding="unjustified", note="已解释")
    for tries in range(3):
        do(client, complaint, "close", note=NOTE)
        assert state(complaint) == State.REMEDIED, f"after {tries} calls"
        do(client, complaint, "call", outcome="no_answer", note="")
    do(client, complaint, "close", note=NOTE)
    assert state(complaint) == State.CLOSED


@pytest.mark.parametrize("hand", ["assignee", "history"])
def test_who_was_rated_looks_and_touches_nothing(
    kiosk: Kiosk, account: Callable[..., User], console: ClientOf, hand: str
) -> None:
    rated = account("administrator")
    case = a_case(kiosk, assignee=rated if hand == "assignee" else None)
    if hand == "history":
        CaseEvent.objects.create(
            case=case, number=1, at=timezone.now(), who=rated.username, what="decide", after="decided"
        )
    complaint, client = complain(kiosk, case_no=case.case_no, call_back=PHONE), console(rated)
    shown = client.get(page(complaint))
    assert shown.status_code == 200
    assert not shown.context["acts"]
    for word in ("take", "call", "remedy", "close"):
        do(client, complaint, word, outcome="reached", finding="unjustified", note=NOTE)
    client.post(reverse("admin:complaint_phone", args=[complaint.pk]))
    assert complaint.entries.count() == 1
    other = console("administrator")
    do(other, complaint, "remedy", finding="justified", note=NOTE)
    assert state(complaint) == State.REMEDIED, "somebody else can"


def test_the_number_is_shown_on_request_alone_and_that_is_recorded(kiosk: Kiosk, console: ClientOf) -> None:
    complaint, client = complain(kiosk, call_back=PHONE), console("administrator")
    assert PHONE not in client.get(page(complaint)).content.decode()
    assert not complaint.entries.filter(what="phone_seen").exists()
    address = reverse("admin:complaint_phone", args=[complaint.pk])
    assert client.get(address).status_code == 405
    shown = client.post(address)
    assert PHONE in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert Entry.objects.filter(action="complaint.phone_seen").count() == 1
    for role in ("auditor",):
        reader = console(role)
        assert reader.get(page(complaint)).status_code == 200
        assert reader.post(address).status_code == 403


@pytest.mark.parametrize("role", list(Role.values))
def test_ratings_can_be_seen_by_some_and_changed_by_nobody(
    kiosk: Kiosk, console: ClientOf, role: str
) -> None:
    rating, client = rate(kiosk, 1), console(role)
    listed = reverse("admin:evaluations_evaluation_changelist")
    one = reverse("admin:evaluations_evaluation_change", args=[rating.pk])
    seen = "evaluations.view_evaluation" in PERMISSIONS[role]
    assert client.get(listed).status_code == (200 if seen else 403)
    assert client.get(one).status_code == (200 if seen else 403)
    for address in (one, reverse("admin:evaluations_evaluation_delete", args=[rating.pk])):
        assert client.post(address, {"level": 5, "post": "yes"}).status_code == 403
    assert client.post(reverse("admin:evaluations_evaluation_add")).status_code == 403
    rating.refresh_from_db()
    assert rating.level == 1


@pytest.mark.parametrize("role", ["clerk", "publisher", "technician", "auditor", "security_officer"])
def test_only_administrators_work_on_complaints(kiosk: Kiosk, console: ClientOf, role: str) -> None:
    complaint, client = complain(kiosk), console(role)
    for word in ("take", "call", "remedy"):
        do(client, complaint, word, outcome="reached", finding="justified", note=NOTE)
    assert complaint.entries.count() == 1


def test_another_place_does_not_find_it(
    kiosk: Kiosk, organisations: Organisations, console: ClientOf
) -> None:
    complaint = complain(kiosk)
    for place, status in ((organisations.west, 302), (organisations.east, 200)):
        assert console("administrator", place).get(page(complaint)).status_code == status
    west = console("administrator", organisations.west)
    assert do(west, complaint, "take").status_code == 404
    assert west.post(reverse("admin:complaint_phone", args=[complaint.pk])).status_code == 404


def test_of_two_who_act_at_once_the_second_is_told(kiosk: Kiosk, console: ClientOf) -> None:
    complaint, client = complain(kiosk), console("administrator")
    seen = Complaint.objects.get().revision
    do(client, complaint, "take")
    late = do(client, complaint, "remedy", revision=seen, finding="mistaken", note=NOTE)
    assert late.status_code == 302
    assert state(complaint) == State.OPEN


@pytest.mark.parametrize("content", [b"<html><script>", b"MZ", b"", b"%PDF-" + bytes(5_000_000)])
def test_only_small_papers_and_pictures_are_evidence(kiosk: Kiosk, console: ClientOf, content: bytes) -> None:
    complaint, client = complain(kiosk), console("administrator")
    do(client, complaint, "remedy", finding="justified", note=NOTE)
    refused = do(client, complaint, "close", note=NOTE, file=SimpleUploadedFile("a.pdf", content))
    assert refused.status_code == 200, "the form again, with what is wrong"
    assert state(complaint) == State.REMEDIED


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_speaks_the_language(kiosk: Kiosk, console: ClientOf, language: str) -> None:
    client = console("administrator")
    client.cookies["django_language"] = language
    several = [complain(kiosk, 1, reasons=["guide-wrong"], call_back=PHONE), give_up(kiosk)]
    words = {
        "zh-hans": ("诉求办理", "指南与实际不符", "机器坏了", "评价统计"),
        "en": ("Complaints", "guide wrong", "machine broken", "Figures"),
    }[language]
    listed = client.get(reverse("admin:evaluations_complaint_changelist")).content.decode()
    assert words[0] in listed
    assert words[1] in client.get(page(several[0])).content.decode()
    ticket = client.get(page(several[1])).content.decode()
    assert words[2] in ticket
    assert words[3] in client.get(reverse("admin:evaluations_figures_changelist")).content.decode()


def test_hostile_words_stay_words(kiosk: Kiosk, console: ClientOf) -> None:
    complaint, client = complain(kiosk), console("administrator")
    do(client, complaint, "remedy", finding="justified", note="<script>alert(1)</script>")
    shown = client.get(page(complaint)).content.decode()
    assert "<script>alert(1)</script>" not in shown
    assert "&lt;script&gt;" in shown
