"""Numbers, codes and what may be shown of a card."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.identity import (
    ETHNICITY_BY_CODE,
    IdCard,
    SocialSecurityCard,
    check_digit,
    is_identity_number,
    mask_name,
    mask_number,
)
from devices.simulators.cards import RESIDENTS

LI_GUILAN = RESIDENTS["li-guilan"].id_card


@pytest.mark.parametrize(
    "number",
    [
        "11010519491231002X",
        "440524188001010014",
        "810000199001010019",
        "820000199001010010",
        "830000199001010012",
    ],
)
def test_published_numbers_have_the_right_check_digit(number: str) -> None:
    assert is_identity_number(number)


@given(st.text(alphabet="0123456789", min_size=17, max_size=17), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(first_17: str, place: int, step: int) -> None:
    number = first_17 + check_digit(first_17)
    wrong = str((int(number[place]) + step) % 10)
    assert is_identity_number(number)
    assert not is_identity_number(number[:place] + wrong + number[place + 1 :])


@given(st.text(max_size=20))
def test_any_text_can_be_asked_whether_it_is_a_number(text: str) -> None:
    assert is_identity_number(text) in {True, False}


def test_digits_of_other_scripts_make_no_number() -> None:
    assert not is_identity_number("１１０１０５１９４９１２３１００２X")


def test_ethnic_codes_begin_and_end_as_in_the_standard() -> None:
    assert ETHNICITY_BY_CODE["01"] == "汉"
    assert ETHNICITY_BY_CODE["56"] == "基诺"
    assert len(ETHNICITY_BY_CODE) == 58


@pytest.mark.parametrize("who", RESIDENTS)
def test_nothing_personal_shows_in_repr_or_in_the_masked_document(who: str) -> None:
    resident = RESIDENTS[who]
    for card in (resident.id_card, resident.social_card):
        if card is None:
            continue
        masked = json.dumps(card.masked(), ensure_ascii=False)
        personal = ("name", "name_en", "address", "pass_number", "card_number")
        secrets = [getattr(card, field, None) or card.number for field in personal]
        secrets += [card.number, str(card.birth_date)]
        for secret in secrets:
            assert secret not in masked
            assert secret not in repr(card)


def test_masked_name_and_number_can_still_be_recognised() -> None:
    assert mask_name("李桂兰") == "李**"
    assert mask_number("11010519491231002X") == "110***********002X"
    assert mask_number("1234567") == "*******"


def test_unmasked_document_is_complete_and_plain() -> None:
    document = json.loads(json.dumps(LI_GUILAN.unmasked()))
    assert document["document"] == "resident_id"
    assert document["name"] == "李桂兰"
    assert document["sex"] == "female"
    assert document["ethnicity"] == "汉"
    assert document["birth_date"] == "1949-12-31"
    assert document["valid_until"] is None
    assert document["pass_number"] is None
    assert len(document["photo_wlt"]) == 1368
    assert set(document) == {field.name for field in dataclasses.fields(IdCard)}


def test_validity_counts_calendar_days_in_china() -> None:
    card = dataclasses.replace(LI_GUILAN, valid_from=date(2020, 1, 1), valid_until=date(2026, 11, 21))
    assert card.is_valid_at(datetime(2026, 11, 21, 15, 59, tzinfo=UTC))  # 23:59 in Beijing
    assert not card.is_valid_at(datetime(2026, 11, 21, 16, 0, tzinfo=UTC))  # 0:00 of the next day
    assert card.is_valid_at(datetime(2019, 12, 31, 16, 0, tzinfo=UTC))
    assert not card.is_valid_at(datetime(2019, 12, 31, 15, 59, tzinfo=UTC))
    assert LI_GUILAN.is_valid_at(datetime(2126, 1, 1, tzinfo=UTC))


def test_a_social_card_without_dates_is_not_expired() -> None:
    card = SocialSecurityCard(name="李桂兰", number="11010519491231002X")
    assert card.is_valid_at(datetime(2026, 1, 1, tzinfo=UTC))
