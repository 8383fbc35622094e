"""Lines of Chinese and English, broken where they may be."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from screens.kit.lines import balance, break_lines, settle

CLOSING = "，。、；：？！）》」』】”"


def measure(words: str) -> float:
    """One em a hanzi, half an em for everything else."""
    return sum(1.0 if ord(character) > 0x2E80 else 0.5 for character in words)


SOME_WORDS = st.text(st.sampled_from("办事指南，。（）《》 abc12-王䶮𠮷\n"), max_size=80)


@settings(max_examples=200)
@given(SOME_WORDS, st.integers(3, 30))
def test_nothing_is_lost_and_nothing_sticks_out(words: str, width: int) -> None:
    for broken in (break_lines, settle, balance):
        lines = broken(words, width, measure)
        assert "".join("".join(lines).split()) == "".join(words.split())
        # A mark that must not begin a line may hang behind the last character that fits.
        assert all(measure(line.rstrip(CLOSING)) <= width or len(line) == 1 for line in lines)


def test_a_line_never_begins_with_a_closing_mark() -> None:
    lines = break_lines("没有单位交医保的人，每年在这里登记一次。", 9, measure)
    assert all(line[0] not in CLOSING for line in lines)
    assert len(lines) > 2


def test_words_and_numbers_stay_whole() -> None:
    assert break_lines("请打 12345 热线", 4.5, measure) == ["请打", "12345 热", "线"]


def test_titles_are_broken_where_the_sentence_pauses() -> None:
    assert balance("晚上好，您想办什么事？", 9, measure) == ["晚上好，", "您想办什么事？"]


def test_titles_have_no_lonely_last_character() -> None:
    lines = balance("城乡居民基本医疗保险参保登记", 13, measure)
    assert len(lines) == 2
    assert min(len(line) for line in lines) >= 6


def test_paragraphs_do_not_end_with_one_character_if_they_need_not() -> None:
    lines = settle("结果在任何一台自助机上都能取", 13, measure)
    assert len(lines[-1]) > 1
