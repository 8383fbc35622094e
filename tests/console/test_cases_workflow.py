"""How cases move: rules alone, and what is done to them in the database, with history and audit."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.audit.models import Entry
from hub.cases import handling, workflow
from hub.cases.cards import Card, card, red, today, yellow
from hub.cases.handling import CaseChanged, NotYours
from hub.cases.models import Case, CertificateTemplate, InstantRule
from hub.cases.told import Explanation, Lacking
from hub.cases.workflow import Move, NotAllowed, Outcome, Standing, State
from hub.cases.working_days import working_days_after, working_days_between
from hub.kiosks.models import Kiosk
from kiosk.wire import Bilingual
from tests.console.conftest import Organisations
from tests.console.filed_cases import CANARY, NUMBER, file_case, publish_item, request_of
from tests.hub.filings import ITEM

DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))
LEFT = (-9, -1, 0, 0, 1, 2, 3, 5, 8, 11, 15, 20, 40)
LACKING = (Lacking("户口本本人页", "照片看不清", "请重新拍", "hukou-own-page"),)
WHY = Explanation("不符合参保条件", "办法第三条", "12345")
CERTIFICATE = {"title": {"zh": "证明"}, "lines": [], "body": {"zh": "准予"}, "authority": {"zh": "医保局"}}

Accounts = Callable[..., User]


class TestTheClock:
    @settings(deadline=None)
    @given(DAYS, st.integers(0, 30), st.integers(0, 20), st.integers(0, 40))
    def test_no_working_day_is_lost_while_it_stands_still(
        self, filed: date, promise: int, worked: int, waited: int
    ) -> None:
        standing = workflow.begin_review(Standing(promised_by=working_days_after(filed, promise)))
        asked = filed + timedelta(days=worked)
        came = asked + timedelta(days=waited)
        again = workflow.take_supplement(workflow.ask_supplement(standing, asked, 10), came)
        assert standing.promised_by is not None
        assert again.promised_by is not None
        left = working_days_between(asked, standing.promised_by)
        if left >= 0:
            assert working_days_between(came, again.promised_by) == left
        else:
            assert again.promised_by >= standing.promised_by
        assert again.paused_on is None
        assert again.supplement_due is None

    def test_a_supplement_lapses_the_day_after_its_last(self) -> None:
        asked = workflow.ask_supplement(Standing(state=State.IN_REVIEW), date(2026, 11, 2), 3)
        assert asked.supplement_due == date(2026, 11, 5)
        assert Move.LAPSE not in workflow.allowed(asked, date(2026, 11, 5))
        with pytest.raises(NotAllowed):
            workflow.lapse(asked, date(2026, 11, 5))
        assert workflow.lapse(asked, date(2026, 11, 6)).outcome == Outcome.WITHDRAWN


class TestCards:
    TODAY = date(2026, 11, 4)

    @pytest.mark.parametrize(
        ("left", "promised", "expected"),
        [
            (-1, 5, Card.RED),
            (0, 5, Card.YELLOW),
            (2, 5, Card.YELLOW),
            (3, 5, None),
            (6, 30, Card.YELLOW),
            (7, 30, None),
        ],
    )
    def test_the_nearer_the_end_the_redder(self, left: int, promised: int, expected: Card | None) -> None:
        by = working_days_after(self.TODAY, left) if left >= 0 else self.TODAY - timedelta(days=1)
        assert card("in_review", by, promised, self.TODAY) == expected

    def test_no_card_while_the_clock_stands_still_or_all_is_done(self) -> None:
        long_ago = self.TODAY - timedelta(days=30)
        assert card("supplement_asked", long_ago, 5, self.TODAY) is None
        assert card("decided", long_ago, 5, self.TODAY) is None

    def test_the_database_finds_the_cards_that_are_shown(self, kiosk: Kiosk) -> None:
        publish_item()
        case = file_case(kiosk)
        chance = random.Random(7)
        for _ in range(60):
            state = chance.choice([one.value for one in State])
            days = chance.choice([None, 0, 1, 5, 10, 20, 60])
            by = self.TODAY + timedelta(days=chance.choice(LEFT)) if days is not None else None
            Case.objects.filter(pk=case.pk).update(state=state, promised_days=days, promised_by=by)
            found = {
                Card.RED: Case.objects.filter(red(self.TODAY)).exists(),
                Card.YELLOW: Case.objects.filter(yellow(self.TODAY)).exists(),
            }
            shown = card(state, by, days, self.TODAY)
            assert found == {one: one == shown for one in Card}, (state, days, by)


class TestFiling:
    def test_a_case_keeps_the_promise_of_its_day(self, kiosk: Kiosk, organisations: Organisations) -> None:
        publish_item()
        case = file_case(kiosk)
        today = case.received_at.date()
        publish_item(promised_days=1)
        case.refresh_from_db()
        assert (case.promised_days, case.legal_days) == (5, 20)
        assert case.promised_by is not None
        assert case.legal_by is not None
        assert case.legal_by > case.promised_by > today
        assert case.organisation == organisations.branch
        assert [one.what for one in case.events.all()] == ["filed"]

    def test_it_goes_to_the_items_department_where_the_tree_has_it(
        self, kiosk: Kiosk, organisations: Organisations
    ) -> None:
        publish_item(department=Bilingual(zh="西区"))
        assert file_case(kiosk).organisation == organisations.west


class TestInstantItems:
    @pytest.fixture(autouse=True)
    def rule(self) -> InstantRule:
        publish_item()
        CertificateTemplate.objects.create(
            item_id=ITEM,
            title_zh="参保登记回执",
            lines="姓名 | Name | {name}\n号码 | Number | {number}\n电话 | Phone | {answer:phone}",
            body_zh="{name}已于{date}登记。{case_no}",
            authority_zh="医保局",
        )
        return InstantRule.objects.create(
            item_id=ITEM, active=True, conditions="document resident_id\nanswer phone\nage >= 60"
        )

    def test_what_a_rule_grants_is_decided_when_the_receipt_is_given(self, kiosk: Kiosk) -> None:
        case = file_case(kiosk)
        assert (case.state, case.outcome) == ("decided", "granted")
        assert [one.what for one in case.events.all()] == ["filed", "decide_by_rule"]
        certificate = case.result.certificate
        values = [line["value"] for line in certificate["lines"]]
        assert values == [CANARY, "110***********002X", "13800000000"]
        assert certificate["body"]["zh"].startswith(f"{CANARY}已于")
        assert case.case_no in certificate["body"]["zh"]

    @pytest.mark.parametrize(
        "conditions", ["answer phone = 1", "material permit", "document typed", "age < 60", "answer other"]
    )
    def test_what_no_rule_grants_waits_for_a_clerk(
        self, kiosk: Kiosk, rule: InstantRule, conditions: str
    ) -> None:
        rule.conditions = conditions
        rule.save()
        assert file_case(kiosk).state == "received"

    def test_a_rule_that_is_not_in_force_decides_nothing(self, kiosk: Kiosk, rule: InstantRule) -> None:
        rule.active = False
        rule.save()
        assert file_case(kiosk).state == "received"


class TestHandling:
    @pytest.fixture
    def case(self, kiosk: Kiosk) -> Case:
        publish_item()
        return file_case(kiosk)

    def test_of_two_clerks_one_decides(self, case: Case, account: Accounts) -> None:
        first, second = request_of(account("clerk")), request_of(account("clerk"))
        case = handling.claim(first, case.pk, case.revision)
        seen = case.revision
        with pytest.raises(NotYours):
            handling.decide(second, case.pk, seen, Outcome.REFUSED, WHY)
        handling.decide(first, case.pk, seen, Outcome.GRANTED, None, CERTIFICATE)
        with pytest.raises(CaseChanged):
            handling.decide(first, case.pk, seen, Outcome.REFUSED, WHY)
        case.refresh_from_db()
        assert case.outcome == "granted"
        assert case.result.certificate == CERTIFICATE

    def test_a_case_somebody_has_is_not_taken_away(self, case: Case, account: Accounts) -> None:
        case = handling.claim(request_of(account("clerk")), case.pk, case.revision)
        with pytest.raises(NotYours):
            handling.claim(request_of(account("clerk")), case.pk, case.revision)
        other = account("clerk")
        handling.hand_over(request_of(account("administrator")), case.pk, case.revision, other)
        case.refresh_from_db()
        assert case.assignee == other

    def test_the_list_of_what_is_missing_is_told_whole_and_the_clock_stops(
        self, case: Case, account: Accounts
    ) -> None:
        clerk = request_of(account("clerk"))
        case = handling.claim(clerk, case.pk, case.revision)
        asked = handling.ask_supplement(clerk, case.pk, case.revision, LACKING, 10)
        case.refresh_from_db()
        assert case.state == "supplement_asked"
        assert asked.lines == [one.stored() for one in LACKING]
        assert case.supplement_due == asked.due
        case = handling.take_supplement_at_window(clerk, case.pk, case.revision, "窗口补交")
        assert (case.state, case.supplement_came) == ("in_review", True)
        asked.refresh_from_db()
        assert asked.answered_at is not None

    def test_neither_an_empty_list_nor_a_refusal_without_reason(self, case: Case, account: Accounts) -> None:
        clerk = request_of(account("clerk"))
        case = handling.claim(clerk, case.pk, case.revision)
        with pytest.raises(ValueError, match="says what is missing"):
            handling.ask_supplement(clerk, case.pk, case.revision, (), 10)
        with pytest.raises(ValueError, match="has a reason"):
            handling.decide(clerk, case.pk, case.revision, Outcome.REFUSED, Explanation(" "))
        with pytest.raises(ValueError, match="certificate"):
            handling.decide(clerk, case.pk, case.revision, Outcome.GRANTED)

    def test_neither_history_nor_audit_say_who_it_is_about(self, case: Case, account: Accounts) -> None:
        clerk = request_of(account("clerk"))
        case = handling.claim(clerk, case.pk, case.revision)
        handling.decide(
            clerk, case.pk, case.revision, Outcome.REFUSED, replace(WHY, reason=f"{CANARY}不符合")
        )
        told = [f"{one.who}{one.action}{one.target}{one.detail}" for one in Entry.objects.all()]
        assert any("case.decide" in one for one in told)
        assert not any(CANARY in one or NUMBER in one or "不符合" in one for one in told)


MOVES: dict[Move, Callable[[Any, Case], object]] = {
    Move.BEGIN_REVIEW: lambda clerk, case: handling.claim(clerk, case.pk, case.revision),
    Move.ASK_SUPPLEMENT: lambda clerk, case: handling.ask_supplement(
        clerk, case.pk, case.revision, LACKING, 1
    ),
    Move.TAKE_SUPPLEMENT: lambda clerk, case: handling.take_supplement_at_window(
        clerk, case.pk, case.revision, ""
    ),
    Move.DECIDE: lambda clerk, case: handling.decide(clerk, case.pk, case.revision, Outcome.REFUSED, WHY),
    Move.WITHDRAW: lambda clerk, case: handling.withdraw(clerk, case.pk, case.revision, WHY),
    Move.LAPSE: lambda clerk, case: handling.lapse(clerk, case.pk, case.revision, WHY),
}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_tried_no_case_moves_but_by_the_table_and_the_history_is_whole(
    kiosk: Kiosk, account: Accounts, seed: int
) -> None:
    publish_item()
    case, clerk = file_case(kiosk), request_of(account("clerk"))
    Case.objects.filter(pk=case.pk).update(assignee=clerk.user)
    chance = random.Random(seed)
    walked = ["filed"]
    for _ in range(14):
        case.refresh_from_db()
        move = chance.choice(list(MOVES))
        # Taking a case that is one's own already changes nothing of where it stands.
        possible = workflow.allowed(handling.standing(case), today())
        before = case.state
        try:
            MOVES[move](clerk, case)
        except NotAllowed:
            assert move not in possible
        else:
            case.refresh_from_db()
            assert move in possible or (move == Move.BEGIN_REVIEW and case.state == before)
            walked.append(move.value)
            if move in possible:
                assert case.state == workflow.TRANSITIONS[move].target
    case.refresh_from_db()
    events = list(case.events.order_by("number"))
    assert [one.what for one in events] == walked
    assert [one.number for one in events] == list(range(len(events)))
    assert case.revision == len(events) - 1
    assert all(one.after == two.before for one, two in pairwise(events))
    assert events[-1].after == case.state
    assert (case.state == "decided") is bool(case.outcome)
