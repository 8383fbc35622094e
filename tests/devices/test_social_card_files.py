"""Records and commands of social-security cards, without a reader."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.identity import MalformedCard, Sex, SocialSecurityCard
from devices.simulators.cards import RESIDENTS, encode_social_card
from devices.social_card import apdu, files

CARDS = [resident.social_card for resident in RESIDENTS.values() if resident.social_card]
LI_GUILAN = CARDS[0]


def _values(card: SocialSecurityCard) -> dict[files.Record, bytes]:
    encoded = encode_social_card(card)
    return {record: encoded[record.file][record.tag] for record in files.RECORDS}


def test_the_application_is_named_by_the_published_bytes() -> None:
    command = apdu.select_application(files.APPLICATION)
    assert command == bytes.fromhex("00A404000F 7378312E73682EC9E7BBE1B1A3D5CF")
    assert apdu.select_file(0xEF05) == bytes.fromhex("00A4000002EF05")


def test_no_command_here_is_a_pin() -> None:
    commands = [
        apdu.select_application(files.APPLICATION),
        apdu.select_file(0xEF06),
        apdu.read_record(1, 4),
    ]
    assert {command[1] for command in commands} == {0xA4, 0xB2}


@pytest.mark.parametrize("number", range(len(CARDS)))
def test_a_card_reads_as_it_was_written(number: int) -> None:
    assert files.decode_card(_values(CARDS[number])) == CARDS[number]


def test_a_long_name_goes_on_in_its_second_record_even_in_the_middle_of_a_character() -> None:
    name = "a" + "阿卜杜热西提·买买提吐尔逊江"
    values = _values(LI_GUILAN)
    encoded = name.encode("gbk")
    assert len(encoded) < 30
    long = encoded + "·艾山江".encode("gbk")
    values[files.NAME], values[files.NAME_CONTINUED] = long[:30], long[30:].ljust(20)
    assert files.decode_card(values).name == name + "·艾山江"


def test_a_card_of_the_first_version_has_fewer_records() -> None:
    values = {
        files.NUMBER: b"11010519491231002x",
        files.NAME: "李桂兰".encode("gbk") + b"\0" * 24,
        files.VERSION: b"1.00",
    }
    card = files.decode_card(values)
    assert (card.name, card.number, card.version) == ("李桂兰", "11010519491231002X", "1.00")
    assert [card.sex, card.birth_date, card.issuer, card.valid_until] == [None] * 4


def test_an_issuer_in_packed_decimal_is_given_as_digits() -> None:
    values = _values(LI_GUILAN) | {files.ISSUER: bytes.fromhex("915600000237100037100123")}
    assert files.decode_card(values).issuer == "915600000237100037100123"


@pytest.mark.parametrize(
    ("field", "record", "value"),
    [
        ("name", files.NAME, b" " * 30),
        ("name", files.NAME, b"\xc0"),
        ("name", files.NAME, b"\x1b@abc"),
        ("number", files.NUMBER, b"110105194912310021"),
        ("number", files.NUMBER, b""),
        ("sex", files.SEX, b"7"),
        ("birth_date", files.BIRTH_DATE, bytes.fromhex("19490230")),
        ("birth_date", files.BIRTH_DATE, bytes.fromhex("1949AB30")),
        ("valid_until", files.VALID_UNTIL, bytes.fromhex("2039")),
    ],
)
def test_a_record_that_breaks_a_rule_is_refused_by_the_fields_name(
    field: str, record: files.Record, value: bytes
) -> None:
    with pytest.raises(MalformedCard) as refusal:
        files.decode_card(_values(LI_GUILAN) | {record: value})
    assert refusal.value.field == field


@given(st.dictionaries(st.sampled_from(files.RECORDS), st.binary(max_size=40)))
def test_any_values_are_read_or_refused(values: dict[files.Record, bytes]) -> None:
    try:
        card = files.decode_card(_values(LI_GUILAN) | values)
    except MalformedCard:
        return
    assert card.name
    assert card.sex is None or isinstance(card.sex, Sex)
    assert card.birth_date is None or isinstance(card.birth_date, date)


@given(st.sampled_from(files.RECORDS), st.binary(max_size=60))
def test_any_answer_to_read_record_is_read_or_refused(record: files.Record, answer: bytes) -> None:
    try:
        value = files.value_of(record, answer)
    except MalformedCard:
        return
    assert answer.startswith(bytes((record.tag, len(value))) + value)


def test_pieces_and_lengths_are_followed() -> None:
    script = {
        bytes.fromhex("00B2010400"): "6C0A",
        bytes.fromhex("00B201040A"): "01020304 6103",
        bytes.fromhex("00C0000003"): "050607 9000",
    }
    response = apdu.exchange(lambda sent: bytes.fromhex(script[sent]), apdu.read_record(1, 4))
    assert response == apdu.Response(bytes.fromhex("01020304050607"), 0x9000)
    assert response.ok


@pytest.mark.parametrize("answer", ["", "90", "6100", "6C00", "3A49"])
def test_nonsense_and_endless_answers_are_refused(answer: str) -> None:
    with pytest.raises(ValueError, match=r"status|ends"):
        apdu.exchange(lambda _: bytes.fromhex(answer), apdu.read_record(1, 4))


@given(st.lists(st.binary(max_size=12), min_size=1))
def test_whatever_a_card_answers_the_exchange_ends(answers: list[bytes]) -> None:
    turns = iter(answers * apdu.MAX_ROUNDS)
    try:
        response = apdu.exchange(lambda _: next(turns), apdu.read_record(1, 4))
    except ValueError:
        return
    assert response.status >> 12 in {6, 9}
