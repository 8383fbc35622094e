"""Policies held against answers; the question that is worth asking next; what a credit code says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.policies import business_kind, match, match_all, next_fact, normalise_credit_code
from tests.kiosk.items import demonstration, item

FACTS = {fact.id: fact for fact in demonstration().facts}


@pytest.mark.parametrize(
    ("item_id", "answers", "expected"),
    [
        ("elderly-allowance", {"age": "80", "residence": "local"}, "fits"),
        ("elderly-allowance", {"age": "79", "residence": "local"}, "nearly"),
        ("elderly-allowance", {"age": "80"}, "perhaps"),
        ("elderly-allowance", {"age": "30", "residence": "other"}, "no"),
        ("policy-stable-jobs", {"insured-months": "12", "layoffs": "few", "standing": "good"}, "fits"),
        ("policy-stable-jobs", {"insured-months": "11", "layoffs": "few", "standing": "good"}, "nearly"),
    ],
)
def test_conditions_are_held_against_what_is_known(
    item_id: str, answers: dict[str, str], expected: str
) -> None:
    found = match(item(item_id), answers)
    assert found is not None
    assert found.verdict == expected


def test_what_is_no_policy_is_not_matched() -> None:
    assert match(item("id-card-renew"), {}) is None


@pytest.mark.parametrize("about", ["person", "business"])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_asking_ends_and_asks_nothing_that_could_not_matter(about: str, data: st.DataObject) -> None:
    answers: dict[str, str] = {}
    asked: list[str] = []
    found = match_all(demonstration().items, about, answers)
    while (fact := next_fact(found, asked)) is not None:
        assert fact not in asked
        assert FACTS[fact].about == about
        assert any(condition.fact == fact for one in found if not one.failed for condition in one.unknown)
        asked.append(fact)
        choices = [choice.value for choice in FACTS[fact].choices] or ["0", "12", "66", "90"]
        answers[fact] = data.draw(st.sampled_from(["", *choices]))
        found = match_all(demonstration().items, about, answers)
    for one in found:
        assert one.verdict != "fits" or not (one.unknown or one.failed)
        unsaid = {fact for fact in asked if not answers[fact]}
        assert one.failed or {condition.fact for condition in one.unknown} <= unsaid


def test_each_reason_is_said_in_words() -> None:
    for one in match_all(demonstration().items, "person", {}):
        assert all(condition.why.zh and condition.why.en for condition in one.unknown)


@pytest.mark.parametrize("code", ["91350100M000100Y43", "91110000802100433B", "9111 0000 8021 0043 3b"])
def test_credit_codes_are_checked_by_their_last_character(code: str) -> None:
    normal = normalise_credit_code(code)
    assert business_kind(normal) == "company"
    for place in range(18):
        other = "A" if normal[place] != "A" else "B"
        with pytest.raises(ValueError, match="check character"):
            normalise_credit_code(normal[:place] + other + normal[place + 1 :])


@given(st.text(max_size=25))
def test_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    try:
        assert len(normalise_credit_code(typed)) == 18
    except ValueError:
        return
