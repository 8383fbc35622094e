"""The text of ID cards: four layouts, and every rule that a card can break."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.identity import Document, IdCard, MalformedCard
from devices.sam.card_text import decode_card
from devices.simulators.cards import RESIDENTS, encode_id_card

LI_GUILAN = RESIDENTS["li-guilan"].id_card


def _changed(offset: int, replacement: bytes, who: str = "li-guilan") -> bytes:
    data = bytearray(encode_id_card(RESIDENTS[who].id_card))
    data[4 + offset : 4 + offset + len(replacement)] = replacement
    return bytes(data)


def _text(text: str) -> bytes:
    return text.encode("utf-16-le")


def test_the_demonstration_residents_show_all_four_layouts() -> None:
    assert {resident.id_card.document for resident in RESIDENTS.values()} == set(Document) - {
        Document.SOCIAL_SECURITY_CARD
    }


@pytest.mark.parametrize("who", RESIDENTS)
def test_a_card_reads_as_it_was_written(who: str) -> None:
    card = RESIDENTS[who].id_card
    assert decode_card(encode_id_card(card)) == card


def test_rare_hanzi_come_through_unchanged() -> None:
    assert decode_card(_changed(0, _text("王䶮𠮷㛃𬴊"))).name == "王䶮𠮷㛃𬴊"


def test_long_term_has_no_last_day() -> None:
    assert decode_card(encode_id_card(LI_GUILAN)).valid_until is None


def test_blank_may_be_zero_as_well() -> None:
    assert decode_card(_changed(248, b"\0\0")).document is Document.RESIDENT_ID


def test_an_english_name_goes_on_in_its_second_part() -> None:
    maria = RESIDENTS["maria-garcia"].id_card
    name = decode_card(encode_id_card(maria)).name_en
    assert name == "GARCIA DE LA VEGA Y MENDOZA, MARIA ISABEL"


@pytest.mark.parametrize(
    ("field", "offset", "replacement"),
    [
        ("name", 0, b"\x42\xd8\x20\x00"),  # a high surrogate alone
        ("name", 0, b"\xb7\xdf\x20\x00"),  # a low surrogate alone
        ("name", 28, b"\x42\xd8"),  # a pair cut by the field's end
        ("name", 0, _text(" " * 15)),
        ("name", 0, _text("李\x1b@")),
        ("sex", 30, _text("3")),
        ("name", 0, _text("李\u202e桂")),  # turns the direction of what follows
        ("ethnicity", 32, _text("汉 ")),
        ("ethnicity", 32, _text("00")),
        ("ethnicity", 32, _text("59")),
        ("birth_date", 36, _text("19490230")),
        ("birth_date", 36, _text("        ")),
        ("birth_date", 36, _text("１９４９１２３１")),
        ("address", 52, _text("北京\n市")),
        ("number", 122, _text("110105194912310021")),
        ("number", 122, _text(" " * 18)),
        ("valid_from", 188, _text("20101301")),
        ("valid_until", 204, _text("20091231")),
        ("valid_until", 204, _text("长长    ")),
        ("layout", 248, _text("Z")),
    ],
)
def test_a_card_that_breaks_a_rule_is_refused_by_the_fields_name(
    field: str, offset: int, replacement: bytes
) -> None:
    with pytest.raises(MalformedCard) as refusal:
        decode_card(_changed(offset, replacement))
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("who", "field", "offset", "replacement"),
    [
        ("chan-tai-man", "issue_count", 238, _text("x1")),
        ("john-smith", "number", 122, _text("1BR310081040501")),
        ("john-smith", "nationality", 152, _text("G8R")),
        ("maria-garcia", "name_en", 220, _text("\x7f")),
        ("maria-garcia", "number", 122, _text("11010519491231002X")),
    ],
)
def test_the_other_layouts_have_their_rules_too(
    who: str, field: str, offset: int, replacement: bytes
) -> None:
    with pytest.raises(MalformedCard) as refusal:
        decode_card(_changed(offset, replacement, who))
    assert refusal.value.field == field


@pytest.mark.parametrize("fingers", [0, 1, 2])
def test_fingerprints_that_come_along_are_dropped(fingers: int) -> None:
    data = encode_id_card(LI_GUILAN)
    prints = b"\x11" * 512 * fingers
    assert decode_card(data[:4] + len(prints).to_bytes(2) + data[4:] + prints) == LI_GUILAN


@pytest.mark.parametrize("size", [0, 3, 4, 259, 1283, 1285])
def test_wrong_sizes_are_refused(size: int) -> None:
    data = encode_id_card(LI_GUILAN).ljust(1285, b" ")[:size]
    with pytest.raises(MalformedCard):
        decode_card(data)


@settings(max_examples=200)
@given(
    who=st.sampled_from(sorted(RESIDENTS)),
    offset=st.integers(0, 255),
    replacement=st.binary(min_size=1, max_size=12),
)
def test_damage_gives_a_whole_identity_or_a_typed_error(who: str, offset: int, replacement: bytes) -> None:
    outcome = _outcome(_changed(offset, replacement[: 256 - offset], who))
    if isinstance(outcome, MalformedCard):
        assert outcome.field
        assert not any("\u4e00" <= char <= "\u9fff" for char in repr(outcome))
    else:
        assert outcome.name or outcome.name_en
        assert outcome.number


@given(st.binary(min_size=256, max_size=256))
def test_any_text_block_is_read_or_refused(block: bytes) -> None:
    outcome = _outcome(b"\x01\x00\x00\x00" + block)
    assert isinstance(outcome, MalformedCard | IdCard)


def _outcome(data: bytes) -> IdCard | MalformedCard:
    try:
        return decode_card(data)
    except MalformedCard as error:
        return error
