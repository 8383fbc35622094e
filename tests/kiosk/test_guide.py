"""Finding things in the catalogue."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.guide import Guide
from tests.kiosk.items import open_guide


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Guide:
    return open_guide(tmp_path_factory.mktemp("guide"))


MEDICAL = "resident-medical-insurance-enrol"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("医保", MEDICAL),
        ("新农合", MEDICAL),
        ("jumin yibao", MEDICAL),
        ("jmyb", MEDICAL),
        ("ＪＭＹＢ", MEDICAL),
        ("城乡居民基本医疗保险参保登记", MEDICAL),
        ("shenfenzheng", "id-card-renew"),
        ("换身份证", "id-card-renew"),
        ("社保证明", "social-insurance-record"),
        ("结婚", "marriage-register"),
        ("resident health insurance", MEDICAL),
        ("marriage", "marriage-register"),
    ],
)
def test_people_find_it_by_hanzi_pinyin_initials_and_english(guide: Guide, words: str, found: str) -> None:
    assert found in [hit.item.id for hit in guide.find(words, 5).hits]


def test_a_whole_sentence_still_finds_the_word_in_it(guide: Guide) -> None:
    assert MEDICAL in [hit.item.id for hit in guide.find("我想给家里老人办新农合怎么弄", 3).hits]


@pytest.mark.parametrize("words", ["", "   ", "，。？", "量子纠缠", "qqxxzz"])
def test_nothing_is_found_for_nothing(guide: Guide, words: str) -> None:
    assert guide.find(words).hits == ()


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40))
def test_any_keys_are_fine(guide: Guide, words: str) -> None:
    hits = guide.find(words, 7).hits
    assert len(hits) <= 7
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
