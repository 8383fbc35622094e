"""The messages, the check code and the seal."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from kiosk.wire import (
    Bilingual,
    Condition,
    HpkeOpener,
    HpkeSealer,
    KeyUnreadable,
    OpeningHours,
    ResultQuery,
    SealBroken,
    ServiceItem,
    SubmissionPayload,
    check_code,
    new_private_key,
    normalise_check_code,
)
from tests.hub.filings import payload

CHINA = timezone(timedelta(hours=8))
KEY = new_private_key()
OPENER = HpkeOpener.from_texts([new_private_key(), KEY])
SEALER = OPENER.sealers[1]
ID = UUID("019ab000-0000-7000-8000-000000000009")


@given(st.uuids())
def test_a_check_code_survives_how_people_type_it(submission: UUID) -> None:
    code = check_code(submission)
    assert len(code) == 13
    assert normalise_check_code(code) == code
    sloppy = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert normalise_check_code(sloppy) == code


@given(st.uuids(), st.integers(0, 10), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_any_one_wrong_character_is_noticed(submission: UUID, place: int, wrong: str) -> None:
    code = check_code(submission).replace("-", "")
    if code[place] != wrong:
        with pytest.raises(ValueError, match="does not fit"):
            normalise_check_code(code[:place] + wrong + code[place + 1 :])


@given(st.text(max_size=30))
def test_anything_typed_is_a_code_or_refused(typed: str) -> None:
    with contextlib.suppress(ValueError):
        code = normalise_check_code(typed)
        assert normalise_check_code(code) == code


@settings(max_examples=50)
@given(st.binary(max_size=5000), st.uuids(), st.integers(1, 9), st.integers(0, 9))
def test_what_is_sealed_is_opened_as_what_it_was(
    content: bytes, item_id: UUID, schema: int, part: int
) -> None:
    sealed = SEALER.seal(content, item_id=item_id, kind="submission", schema=schema, part=part)
    assert OPENER.open(sealed, item_id=item_id, kind="submission", schema=schema, part=part) == content
    assert len(content) < 16 or content not in sealed


@pytest.mark.parametrize("change", [{"item_id": uuid4()}, {"kind": "report"}, {"schema": 2}, {"part": 1}])
def test_opened_as_anything_else_it_fails(change: dict[str, object]) -> None:
    sealed = SEALER.seal(b"content", item_id=ID, kind="submission", schema=1)
    bound = {"item_id": ID, "kind": "submission", "schema": 1, "part": 0, **change}
    with pytest.raises(SealBroken, match="altered, or sealed as something else"):
        OPENER.open(sealed, **bound)  # type: ignore[arg-type]  # a table of changes


@settings(max_examples=100)
@given(st.data())
def test_any_altered_byte_is_noticed(data: st.DataObject) -> None:
    sealed = bytearray(SEALER.seal(b"content", item_id=ID, kind="submission", schema=1))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealBroken):
        OPENER.open(bytes(sealed), item_id=ID, kind="submission", schema=1)


@given(st.binary(max_size=2000))
def test_rubbish_is_never_opened(rubbish: bytes) -> None:
    with pytest.raises(SealBroken):
        OPENER.open(rubbish, item_id=ID, kind="submission", schema=1)


def test_key_files_round_trip_and_rubbish_is_refused() -> None:
    assert HpkeSealer.from_text(SEALER.text).key_id == SEALER.key_id
    for text in ("", "rubbish", f"{SEALER.text.split()[0]} ***", f"{SEALER.text.split()[0]} AAAA"):
        with pytest.raises(KeyUnreadable):
            HpkeSealer.from_text(text)
        with pytest.raises(KeyUnreadable):
            HpkeOpener.from_texts([text])


def test_personal_messages_never_show_what_they_hold() -> None:
    submission = payload(b"page")
    query = ResultQuery(document="resident_id", number="11010519491231002X", name="李桂兰")
    for message in (submission, submission.applicant, query):
        for shown in (repr(message), str(message), f"{message}"):
            assert "李桂兰" not in shown
            assert "1949" not in shown


def test_errors_never_repeat_what_was_given() -> None:
    broken = {**payload().model_dump(mode="json"), "unexpected": "李桂兰", "visit_language": "李桂兰"}
    with pytest.raises(ValidationError) as error:
        SubmissionPayload.model_validate(broken)
    assert "unexpected" in str(error.value)
    assert "李桂兰" not in str(error.value)


def test_a_submission_survives_the_wire_unchanged() -> None:
    submission = payload(b"page", name="𠮷㛃𬴊")
    assert SubmissionPayload.model_validate_json(submission.model_dump_json()) == submission


def test_text_falls_back_to_chinese() -> None:
    assert Bilingual.model_validate("免费").text("en") == "免费"
    assert Bilingual(zh="免费", en="Free").text("en") == "Free"


def item(**changes: object) -> dict[str, object]:
    return {
        "id": "some-item",
        "version": 1,
        "name": "事项",
        "short_name": "事项",
        "domain": "民政",
        "audience": ["person"],
        "kind": "instant",
        "self_service": "submit",
        "needs": ["network", "id_card"],
        "summary": "说明",
        "materials": [
            {"id": "always", "name": "总要"},
            {"id": "if-agent", "name": "委托书", "situation": "who=agent"},
        ],
        "fee": {"text": "免费", "free": True},
        "result": "登记",
        "window": {"name": "窗口", "address": "某地", "hours": "工作日", "phone": "12345"},
        "updated": "2026-11-01",
        "source": "演示",
        "form": [
            {
                "id": "who",
                "label": "谁办",
                "kind": "choice",
                "choices": [{"value": "self", "label": "本人"}, {"value": "agent", "label": "代办"}],
            }
        ],
        "consent": {"zh": "同意", "en": "I agree", "version": "1"},
        **changes,
    }


def test_the_material_list_follows_the_answers() -> None:
    guide = ServiceItem.model_validate(item())
    assert guide.accepts == ("id_card",)
    assert [material.id for material in guide.materials_for({})] == ["always"]
    assert [material.id for material in guide.materials_for({"who": "agent"})] == ["always", "if-agent"]


def test_a_situation_narrows_the_list_where_no_form_asks() -> None:
    ways = [{"value": one, "label": one} for one in ("lost", "broken", "expired")]
    guide = ServiceItem.model_validate(
        item(
            form=[],
            situations=[{"id": "why", "question": "为什么换", "choices": ways}],
            materials=[
                {"id": "always", "name": "总要"},
                {"id": "old", "name": "原件", "situation": "why=broken|why=expired"},
            ],
        )
    )
    assert [question.id for question in guide.questions] == ["why"]
    assert [material.id for material in guide.materials_for({"why": "lost"})] == ["always"]
    assert [material.id for material in guide.materials_for({"why": "expired"})] == ["always", "old"]


def test_elements_that_are_not_written_are_listed_for_the_administrator() -> None:
    missing = ServiceItem.model_validate(item()).missing_elements()
    assert {"legal_basis", "steps", "legal_days", "faq"} <= set(missing)
    assert "materials" not in missing


@pytest.mark.parametrize(
    ("answers", "holds"), [({}, None), ({"age": "79"}, False), ({"age": "80"}, True), ({"age": "120"}, True)]
)
def test_a_condition_on_a_number_has_bounds(answers: dict[str, str], holds: bool | None) -> None:
    condition = Condition(fact="age", at_least=80, why=Bilingual(zh="年满 80 岁"))
    assert condition.holds(answers) is holds


def test_an_office_is_open_when_it_says_so() -> None:
    hours = OpeningHours.model_validate({"days": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "17:00"})
    assert hours.covers(datetime(2026, 11, 20, 9, 0, tzinfo=CHINA))
    assert not hours.covers(datetime(2026, 11, 20, 17, 0, tzinfo=CHINA))
    assert not hours.covers(datetime(2026, 11, 21, 12, 0, tzinfo=CHINA)), "a Saturday"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"parts": ["other"]}, "only a bundle has parts"),
        ({"consent": None}, "needs a consent"),
        ({"form": []}, "no question offers 'who=agent'"),
        ({"materials": [{"id": "a", "name": "甲"}, {"id": "a", "name": "乙"}]}, "there twice"),
        ({"form": [{"id": "a", "label": "甲", "pattern": "("}], "materials": []}, "not a regular expression"),
        (
            {"form": [{"id": "a", "label": "甲", "prefill": "nmae"}], "materials": []},
            "no field of an applicant",
        ),
        (
            {"form": [{"id": "a", "label": "甲", "kind": "choice"}], "materials": []},
            "choice field has choices",
        ),
        ({"colour": "red"}, "Extra inputs are not permitted"),
    ],
)
def test_an_item_that_does_not_hang_together_is_refused(changes: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        ServiceItem.model_validate(item(**changes))
