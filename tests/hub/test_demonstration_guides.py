"""The demonstration guides: each one whole, true to its name, in both languages and in plain words."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from kiosk.guide import Guide
from kiosk.wire import ServiceItem
from kiosk.wire.base import Bilingual
from tests.kiosk.items import open_guide

SOURCES = sorted((Path(__file__).parents[2] / "hub" / "catalogue" / "demonstration").glob("*.toml"))
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
}
"""Longest Chinese text, in characters, by the field it stands in."""


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


every_guide = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)


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
    assert item.legal_basis
    assert item.conditions
    assert item.cautions
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
    for place, text in texts(guide(path)):
        assert HANZI.search(text.zh) or text.zh.isdigit(), place
        assert text.en, place
        assert not HANZI.search(text.en), f"{place}: Chinese in the English text"
        assert not re.search(r"[,;?!]", text.zh), f"{place}: half-width punctuation in the Chinese text"
        # The Chinese face draws these full width, curly quotes among them.
        assert not re.search(r"[，。；：？！‘’“”]", text.en), f"{place}: Chinese signs in the English text"


@every_guide
def test_a_guide_is_plain_and_polite(path: Path) -> None:
    for place, text in texts(guide(path)):
        assert "你" not in text.zh, f"{place}: residents are 您"
        if place.startswith(("legal_basis", "window", "name", "source")):
            continue
        for sentence in SENTENCE_END.split(text.zh):
            assert len(sentence) <= CHINESE_SENTENCE, f"{place}: {sentence}"
        for sentence in SENTENCE_END.split(text.en):
            assert len(sentence.split()) <= ENGLISH_SENTENCE, f"{place}: {sentence}"
        for field in place.split("."):
            assert len(text.zh) <= LONGEST.get(field, 120), place


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
    assert meant in [hit.item.id for hit in searchable.search(said, limit=3)]
