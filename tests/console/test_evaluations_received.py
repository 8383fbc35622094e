"""Ratings as they come in: bound to their case, kept as they are, the bad ones followed up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from hub.audit.models import Entry
from hub.evaluations.deadlines import Card, card, deadlines, red, yellow
from hub.evaluations.models import (
    Complaint,
    ComplaintEntry,
    Evaluation,
    TroubleTicket,
)
from hub.evaluations.progress import said_by_code
from hub.evaluations.said import SaidUnchangeable
from hub.kiosks.models import Kiosk
from tests.console.said import ITEM, PHONE, a_case, complain, give_up, rate

FRIDAY = datetime(2026, 11, 20, 2, tzinfo=UTC)

State = Complaint.State


def test_a_rating_is_bound_to_the_case_by_its_submission_or_its_number(kiosk: Kiosk) -> None:
    case, other = a_case(kiosk), a_case(kiosk, "3701-2026-000002")
    by_submission = rate(kiosk, 5, submission_id=case.pk)
    by_number = rate(kiosk, 4, case_no="3701-2026-000002", of="result")
    assert (by_submission.case, by_number.case) == (case, other)
    assert {by_submission.item_id, by_number.item_id} == {ITEM}


def test_a_rating_may_come_before_its_case(kiosk: Kiosk) -> None:
    submission = uuid4()
    rate(kiosk, 2, submission_id=submission)
    case = a_case(kiosk, case_id=submission)
    assert list(case.evaluations.values_list("level", flat=True)) == [2]


def test_the_first_rating_of_a_case_counts_the_second_is_added_what_follows_is_kept(kiosk: Kiosk) -> None:
    case = a_case(kiosk)
    standings = [rate(kiosk, level, case_no=case.case_no).standing for level in (4, 2, 5, 1)]
    assert standings == ["main", "appended", "further", "further"]
    assert rate(kiosk, 1, of="guide", item_id=ITEM).standing == "main", "guides are no case"
    assert rate(kiosk, 1, of="guide", item_id=ITEM).standing == "main"


def test_nobody_changes_or_removes_what_was_said(kiosk: Kiosk) -> None:
    complaint = complain(kiosk)
    rating = complaint.evaluation
    assert rating is not None
    entry = complaint.entries.get()
    rating.level, entry.who = 5, "another"
    for row in (rating, entry):
        with pytest.raises(SaidUnchangeable):
            row.save()
        with pytest.raises(SaidUnchangeable):
            row.delete()
    for model in (Evaluation, ComplaintEntry, TroubleTicket):
        with pytest.raises(SaidUnchangeable):
            model.objects.all().update(id=uuid4())
        with pytest.raises(SaidUnchangeable):
            model.objects.all().delete()
    told = Entry.objects.filter(action="evaluation.received").get()
    assert told.detail["level"] == 1, "the trail would show it"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evaluations_evaluation SET level = 5",
        "DELETE FROM evaluations_evaluation",
        "UPDATE evaluations_complaintentry SET who = 'another'",
        "DELETE FROM evaluations_complaintentry",
        "UPDATE evaluations_troubleticket SET reason = 'other'",
    ],
)
def test_the_database_itself_refuses_too(kiosk: Kiosk, statement: str) -> None:
    complain(kiosk)
    give_up(kiosk)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("level", "phone", "kind"),
    [
        (5, None, None),
        (3, None, None),
        (3, PHONE, "call_back"),
        (2, None, "bad_rating"),
        (1, PHONE, "bad_rating"),
    ],
)
def test_a_bad_rating_or_a_wish_to_be_called_opens_a_complaint(
    kiosk: Kiosk, level: int, phone: str | None, kind: str | None
) -> None:
    rate(kiosk, level, FRIDAY, call_back=phone)
    found = list(Complaint.objects.values_list("kind", "contact_by", "due"))
    assert found == ([(kind, date(2026, 11, 23), date(2026, 11, 27))] if kind else []), "in working days"


def test_who_could_not_get_it_done_is_followed_up_with_the_context(kiosk: Kiosk) -> None:
    complaint = give_up(kiosk, devices=[{"name": "receipt-printer", "state": "hardwareError"}], online=False)
    ticket = complaint.ticket
    assert ticket is not None
    assert (complaint.kind, complaint.organisation) == ("trouble", kiosk.organisation)
    assert (ticket.page, ticket.devices, ticket.online) == (
        "ask-phone",
        {"receipt-printer": "hardwareError"},
        False,
    )


def test_the_number_to_call_is_nowhere_in_clear(kiosk: Kiosk) -> None:
    complain(kiosk, call_back=PHONE)
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 our own tables
            cells = [bytes(cell) if isinstance(cell, memoryview) else cell for row in cursor for cell in row]
            assert PHONE not in str(cells), table
    assert Complaint.objects.get().phone == PHONE


def test_a_second_bad_rating_joins_the_complaint_and_opens_a_closed_one_again(kiosk: Kiosk) -> None:
    case = a_case(kiosk)
    first = complain(kiosk, 2, FRIDAY, case_no=case.case_no)
    Complaint.objects.update(state=State.CLOSED, finding="justified")
    again = complain(kiosk, 1, case_no=case.case_no, call_back=PHONE)
    assert again == first
    assert (again.state, again.finding, again.reopened, again.phone) == (State.OPEN, "", 1, PHONE)
    assert again.due == deadlines(timezone.localdate())[1], "the deadline begins anew"
    assert [one.what for one in again.entries.all()] == ["opened", "rated_again", "reopened"]


def test_a_good_second_rating_leaves_it_closed(kiosk: Kiosk) -> None:
    case = a_case(kiosk)
    complain(kiosk, 2, case_no=case.case_no)
    Complaint.objects.update(state=State.CLOSED)
    assert complain(kiosk, 5, case_no=case.case_no).state == State.CLOSED


@pytest.mark.parametrize(
    ("today", "state", "phone", "expected"),
    [
        (date(2026, 11, 20), State.OPEN, PHONE, Card.YELLOW),
        (date(2026, 11, 20), State.OPEN, None, None),
        (date(2026, 11, 24), State.OPEN, PHONE, Card.RED),
        (date(2026, 11, 24), State.CALLING_BACK, PHONE, None),
        (date(2026, 11, 26), State.REMEDIED, None, Card.YELLOW),
        (date(2026, 11, 27), State.OPEN, None, Card.YELLOW),
        (date(2026, 11, 28), State.REMEDIED, None, Card.RED),
        (date(2026, 12, 28), State.CLOSED, None, None),
    ],
)
def test_cards_are_the_same_on_the_page_and_in_the_list(
    kiosk: Kiosk, today: date, state: str, phone: str | None, expected: Card | None
) -> None:
    complaint = complain(kiosk, 2, FRIDAY, call_back=phone)
    complaint.state = state
    complaint.save()
    assert card(complaint, today) == expected
    assert Complaint.objects.filter(red(today)).exists() == (expected is Card.RED)
    assert Complaint.objects.filter(yellow(today)).exists() == (expected is Card.YELLOW)


def test_by_the_check_code_one_sees_what_became_of_it(kiosk: Kiosk, account: Callable[..., User]) -> None:
    case = a_case(kiosk)
    complaint = complain(kiosk, 2, FRIDAY, case_no=case.case_no)
    code = str(complaint)

    def told() -> tuple[str, str, str | None, date | None]:
        (one,) = said_by_code(code)
        return one.what, one.state, one.number, one.promised_by

    assert told() == ("evaluation", "received", case.case_no, date(2026, 11, 27))
    complaint.assignee = account("administrator")
    complaint.save()
    assert told()[1] == "in_review"
    complaint.state = State.CLOSED
    complaint.save()
    assert told() == ("evaluation", "decided", case.case_no, None)
    good = rate(kiosk, 5, of="guide", item_id=ITEM)
    assert [one.state for one in said_by_code(good.check_code)] == ["received"]
    ticket = give_up(kiosk, FRIDAY)
    assert [(one.what, one.state) for one in said_by_code(str(ticket))] == [("ticket", "received")]
