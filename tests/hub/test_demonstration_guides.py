"""The demonstration guides: each one whole, true to its name, in both languages and in plain words."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from pydantic import BaseModel

from kiosk.guide import Guide
from kiosk.wire import ServiceItem
from kiosk.wire.base import Bilingual
from kiosk.wire.places import Office
from kiosk.wire.policies import Fact
from tests.kiosk.items import open_guide

FOLDER = Path(__file__).parents[2] / "hub" / "catalogue" / "demonstration"
FACTS = FOLDER / "facts.toml"
SOURCES = sorted(path for path in FOLDER.glob("*.toml") if path != FACTS)
OFFICES = sorted((FOLDER / "offices").glob("*.toml"))
NAMES = {
    row["id"]: row["name"]
    for row in csv.DictReader(
        (Path(__file__).parent / "demonstration_names.csv").read_text(encoding="utf-8").splitlines()
    )
}
ICONS = Path(__file__).parents[2] / "assets" / "icons"
HANZI = re.compile(r"[\u3400-\u9fff]")
SENTENCE_END = re.compile(r"[。！？；]|(?<=[.!?;:]) ")
CHINESE_SENTENCE, ENGLISH_SENTENCE = 36, 26
"""Longest sentence we ask of a reader: hanzi and other signs in Chinese, words in English."""
LONGEST = {
    "fee": 12,
    "short_name": 14,
    "summary": 60,
    "note": 45,
    "steps": 50,
    "hint": 40,
    "label": 24,
    "q": 24,
    "a": 95,
    "question": 24,
    "special_steps": 45,
    "why": 30,
    "amount": 40,
    "way": 45,
}
"""Longest Chinese text, in characters, by the field it stands in."""


@cache
def guide(path: Path) -> ServiceItem:
    return ServiceItem.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))


def texts(value: object, place: str = "") -> Iterator[tuple[str, Bilingual]]:
    """Every bilingual text below ``value`` with its place, as ``materials.0.note``."""
    if isinstance(value, Bilingual):
        yield place, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts(getattr(value, name), f"{place}.{name}".lstrip("."))
    elif isinstance(value, tuple):
        for index, one in enumerate(value):
            yield from texts(one, f"{place}.{index}")


@cache
def offices() -> dict[str, Office]:
    """The offices of the demonstration, by the name of their file."""
    return {
        path.stem: Office.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))) for path in OFFICES
    }


@cache
def facts() -> tuple[Fact, ...]:
    """What the policies of the demonstration ask."""
    return tuple(map(Fact.model_validate, tomllib.loads(FACTS.read_text(encoding="utf-8"))["facts"]))


def assert_speaks_both_languages(told: BaseModel) -> None:
    for place, text in texts(told):
        assert HANZI.search(text.zh) or text.zh.isdigit(), place
        assert text.en, place
        assert not HANZI.search(text.en), f"{place}: Chinese in the English text"
        assert not re.search(r"[,;?!]", text.zh), f"{place}: half-width punctuation in the Chinese text"
        # The Chinese face draws these full width, curly quotes among them.
        assert not re.search(r"[，。；：？！‘’“”]", text.en), f"{place}: Chinese signs in the English text"


def assert_is_plain_and_polite(told: BaseModel) -> None:
    for place, text in texts(told):
        assert "你" not in text.zh, f"{place}: residents are 您"
        if place.startswith(("legal_basis", "window", "name", "source", "hours", "department")):
            continue
        for sentence in SENTENCE_END.split(text.zh):
            assert len(sentence) <= CHINESE_SENTENCE, f"{place}: {sentence}"
        for sentence in SENTENCE_END.split(text.en):
            assert len(sentence.split()) <= ENGLISH_SENTENCE, f"{place}: {sentence}"
        for field in place.split("."):
            assert len(text.zh) <= LONGEST.get(field, 120), f"{place}: {text.zh}"


def every_guide(check: Callable[[Path], None]) -> Callable[[], None]:
    """One test of all guides, which names each that is wrong: a test for each takes longer than its check."""

    def test() -> None:
        wrong = []
        for path in SOURCES:
            try:
                check(path)
            except AssertionError as error:
                wrong.append(f"{path.stem}: {error}")
        assert not wrong, "\n".join(wrong)

    return test


def test_every_item_has_its_guide() -> None:
    assert {path.stem for path in SOURCES} == set(NAMES)


@every_guide
def test_a_guide_is_the_item_its_file_is_named_after(path: Path) -> None:
    item = guide(path)
    assert item.id == path.stem
    assert item.name.zh == NAMES[path.stem]


@every_guide
def test_a_guide_is_whole(path: Path) -> None:
    item = guide(path)
    assert not item.missing_elements()
    assert item.domain.zh
    assert item.legal_days is not None
    assert item.promised_days is not None
    assert item.promised_days <= item.legal_days
    assert 3 <= len(item.steps) <= 6
    for step in item.steps:
        assert (ICONS / f"{step.picture}.svg").is_file(), step.picture
    assert 2 <= len(item.faq) <= 4
    assert set(item.renderings) >= {"plain", "illustrated"}
    assert len(set(item.common_names)) == len(item.common_names) >= 6
    assert "演示数据" in item.source.zh
    assert "Demonstration data" in item.source.en


@every_guide
def test_a_guide_speaks_both_languages(path: Path) -> None:
    assert_speaks_both_languages(guide(path))


@every_guide
def test_a_guide_is_plain_and_polite(path: Path) -> None:
    assert_is_plain_and_polite(guide(path))


@every_guide
def test_questions_lead_to_the_list_of_ones_own_case(path: Path) -> None:
    item = guide(path)
    assert len(item.situations) <= 3, "nobody answers more"
    for question in item.questions:
        lists = [item.materials_for({question.id: choice.value}) for choice in question.choices]
        assert all(lists), f"{question.id}: an answer with which nothing is needed"
        assert len(set(lists)) > 1, f"{question.id}: all answers lead to the same list"
        assert len({choice.value for choice in question.choices}) == len(question.choices)
    assert all(len(question.choices) <= 4 for question in item.situations)


@every_guide
def test_what_is_photographed_never_hangs_on_a_question_that_the_form_does_not_ask(path: Path) -> None:
    item = guide(path)
    asked = {field.id for field in item.form}
    for material in item.materials:
        if material.capture:
            assert {answer.partition("=")[0] for answer in material.answers_needed} <= asked, material.id


@every_guide
def test_a_guide_knows_its_places_and_its_neighbours(path: Path) -> None:
    item = guide(path)
    known = set(NAMES)
    assert set(item.offices) <= set(offices())
    told = [offices()[name].address for name in item.offices]
    assert any(item.window.address.zh.startswith(one.zh) for one in told), "the window is in none of them"
    assert 2 <= len(item.related) <= 4
    assert (len(item.parts) >= 2) == (item.kind == "bundle")
    for named in (item.offices, item.related, item.parts):
        assert len(set(named)) == len(named)
    assert {*item.related, *item.parts} <= known - {item.id}
    assert not {*item.related} & {*item.parts}, "a part is a neighbour already"
    assert item.effective_from is not None
    assert item.effective_from <= item.updated


@every_guide
def test_every_material_has_a_picture(path: Path) -> None:
    for material in guide(path).materials:
        assert (ICONS / f"{material.picture}.svg").is_file(), f"{material.id}: {material.picture}"


@every_guide
def test_files_are_named_after_the_item(path: Path) -> None:
    item = guide(path)
    forms = [(one.blank_form, one.filled_sample) for one in item.materials if one.blank_form]
    submit = item.self_service == "submit"
    assert forms == ([(f"forms/{item.id}.pdf", f"samples/{item.id}.pdf")] if submit else [])
    assert (item.video == f"videos/{item.id}.mp4") == ("video" in item.renderings) == bool(item.video)
    cards = [step.card for step in item.steps if step.card]
    assert cards in ([], [f"cards/{item.id}-{n}.png" for n in range(1, len(item.steps) + 1)])


@every_guide
def test_a_policy_asks_what_the_facts_can_answer(path: Path) -> None:
    item = guide(path)
    if item.benefit is None:
        assert item.kind != "policy"
        return
    asked = {fact.id: fact for fact in facts()}
    for condition in item.benefit.conditions:
        fact = asked[condition.fact]
        assert fact.about == item.benefit.about, fact.id
        assert fact.is_number != bool(condition.one_of), fact.id
        choices = {choice.value for choice in fact.choices}
        assert set(condition.one_of) <= choices, fact.id
        assert not choices or set(condition.one_of) != choices, f"{fact.id}: always so"


def test_enough_of_everything() -> None:
    items = [guide(path) for path in SOURCES]
    assert sum(bool(item.situations) for item in items) >= 45
    assert sum(all(step.card for step in item.steps) for item in items) >= 32
    assert sum(bool(item.video) for item in items) >= 5
    benefits = [item.benefit for item in items if item.benefit]
    assert len(benefits) >= 14
    assert Counter(one.about for one in benefits)["business"] >= 5
    assert sum(one.without_application for one in benefits) >= 3
    needed = {condition.fact for one in benefits for condition in one.conditions}
    assert sorted(fact.id for fact in facts()) == sorted(needed), "asked for nothing, or twice"


def test_offices_tell_when_they_are_open_and_how_to_get_there() -> None:
    assert len(OFFICES) >= 8
    assert {name for path in SOURCES for name in guide(path).offices} == set(offices())
    for name, office in offices().items():
        assert office.id == name
        assert office.way, name
        assert_speaks_both_languages(office)
        assert_is_plain_and_polite(office)
        assert abs((office.latitude or 0) - 36.67) < 0.05, name
        assert abs((office.longitude or 0) - 117.02) < 0.05, name
        assert office.open
        for stretch in office.open:
            told = f"{stretch.opens:%-H:%M}–{stretch.closes:%-H:%M}"
            assert told in office.hours.zh, f"{name}: {told}"
            assert told in office.hours.en, f"{name}: {told}"
        for language in ("zh", "en"):
            times = re.findall(r"\d+:\d\d–\d+:\d\d", office.hours.text(language))
            assert len(times) == len(office.open), f"{name}: more hours in words than there are"
        assert ("节假日" in office.hours.zh) == office.closed_on_holidays


def test_facts_are_asked_in_plain_words() -> None:
    for fact in facts():
        assert_speaks_both_languages(fact)
        assert_is_plain_and_polite(fact)
        assert fact.is_number == (fact.unit is not None), fact.id


@every_guide
def test_a_camera_is_needed_for_documents_alone_never_for_a_face(path: Path) -> None:
    item = guide(path)
    captured = [material for material in item.materials if material.capture]
    assert ("camera" in item.needs) == bool(captured)
    assert not any(re.search(r"face|人脸|刷脸", material.id + material.name.zh) for material in captured)


@every_guide
def test_what_can_be_filed_here_is_short_and_tells_who_files(path: Path) -> None:
    item = guide(path)
    if item.self_service != "submit":
        return
    assert item.accepts, "nobody could say who they are"
    assert item.form
    assert len([field for field in item.form if field.prefill is None]) <= 5
    assert any(field.kind == "phone" and field.required for field in item.form), "nobody could be called back"
    for field in item.form:
        if field.kind == "text" and field.prefill is None:
            assert field.pattern or not field.required, f"{field.id}: asks for hanzi without a way round"


@every_guide
def test_a_guide_tells_of_no_real_person(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"\d{17}[\dXx]", source), "an identity number"
    assert not re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", source), "a mobile number"


@pytest.fixture(scope="module")
def searchable(tmp_path_factory: pytest.TempPathFactory) -> Guide:
    """All demonstration guides, as a kiosk holds them."""
    return open_guide(tmp_path_factory.mktemp("guide"))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("医保", "resident-medical-insurance-enrol"),
        ("新农合", "resident-medical-insurance-enrol"),
        ("hezuoyiliao", "resident-medical-insurance-enrol"),
        ("社保证明", "social-insurance-record"),
        ("sbzm", "social-insurance-record"),
        ("身份证丢了", "id-card-reissue"),
        ("我想换身份证", "id-card-renew"),
        ("老年证", "elderly-card"),
        ("给孩子上户口", "birth-hukou"),
        ("领证", "marriage-register"),
        ("低保", "subsistence-allowance"),
        ("失业金", "unemployment-benefit"),
        ("异地看病", "medical-remote-filing"),
        ("讨薪", "wage-arrears"),
        ("无房证明", "property-search-proof"),
        ("交电费", "utility-pay"),
        ("暂住证", "residence-permit-apply"),
        ("driving", "driving-licence-renew"),
    ],
)
def test_what_people_say_leads_to_the_guide_they_mean(searchable: Guide, said: str, meant: str) -> None:
    assert meant in [hit.item.id for hit in searchable.find(said, limit=3).hits]
