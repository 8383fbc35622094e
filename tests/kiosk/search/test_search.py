"""Finding a guide however one asks; the table of figures is in docs/benchmarks.md."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.search_variants import Query, noise, variants
from kiosk.guide_commands import guide
from kiosk.search import Entry, IndexUnusable, Search, build_index, engine, is_current, search_in_memory
from kiosk.search.folding import LONGEST_QUERY
from tests.kiosk.search.labelled import entries, labelled, search

ID_CARDS = {"id-card-renew", "id-card-reissue", "id-card-first", "temp-id-proof"}
MEDICAL = "resident-medical-insurance-enrol"


def found(words: str, limit: int = 5) -> list[str]:
    return [hit.id for hit in search().find(words, limit).hits]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("身份证", "id-card-renew"),
        ("身分證", "id-card-renew"),
        ("ｓｆｚ", "id-card-renew"),
        ("身份zheng", "id-card-renew"),
        ("senfenzeng", "id-card-renew"),
        ("shenfenzehng", "id-card-renew"),
        ("ybao", MEDICAL),
        ("健保", MEDICAL),
        ("我妈退休了医保怎么办", "bundle-retirement"),
        ("娃上户口要带啥", "birth-hukou"),
        ("住房工积金", "hpf-deposit-proof"),
        ("老动仲裁", "labour-arbitration"),
        ("driver's license renewal", "driving-licence-renew"),
        ("I lost my ID card, what do I need?", "id-card-reissue"),
        ("unemploymnt benifit", "unemployment-benefit"),
    ],
)
def test_it_is_found_however_one_asks(words: str, meant: str) -> None:
    assert meant in found(words)


@pytest.mark.parametrize("half", ["tune", "held", "late", "last", "fresh"])
def test_the_labelled_queries_find_what_they_mean(half: str) -> None:
    queries = [one for one in labelled() if one.half == half]
    asked = [one for one in queries if one.expected]
    answers = {one: found(one.words) for one in queries}
    first = sum(bool(answers[one]) and answers[one][0] in one.expected for one in asked)
    among = sum(not one.expected.isdisjoint(answers[one]) for one in asked)
    silent = [one for one in queries if not answers[one]]
    rightly = sum(not one.expected for one in silent)
    assert first / len(asked) >= 0.9
    assert among / len(asked) >= 0.97
    assert rightly / len(silent) >= 0.9
    assert rightly / (len(queries) - len(asked)) >= 0.85


def test_queries_made_by_machine_find_what_they_mean() -> None:
    made = list(variants(entries(), 12))
    missed = [one for one in made if one.expected.isdisjoint(found(one.words))]
    assert len(missed) <= len(made) * 0.03, missed


def test_noise_finds_nothing() -> None:
    made = list(noise(entries(), 25))
    answered = [one for one in made if found(one.words)]
    assert len(answered) <= len(made) * 0.06, answered


def test_a_query_that_is_no_question_for_us_finds_nothing() -> None:
    for words in (
        "天气预报",
        "修水管",
        "双色球开奖",
        "qqxxzz",
        "pizza delivery",
        "你好",
        "？！",
        "",
        " \t\n",
    ):
        assert found(words) == [], words


def test_what_was_understood_is_said_only_where_something_else_was_typed() -> None:
    assert search().find("身份证").did_you_mean is None
    assert "驾照" in str(search().find("架照到期").did_you_mean)
    assert search().find("天气预报").did_you_mean is None


def test_favourites_and_what_can_be_done_here_settle_a_tie_and_no_more() -> None:
    tied = search_in_memory(
        [Entry("one", ("甲证明",)), Entry("two", ("乙证明",)), Entry("longer", ("甲证明打印",))]
    )
    assert tied.find("证明", popularity={"two": 3, "one": 1}).hits[0].id == "two"
    assert tied.find("证明", here={"two"}).hits[0].id == "two"
    both = tied.find("甲证明", popularity={"longer": 10_000}, here={"longer"})
    assert [hit.id for hit in both.hits][:2] == ["one", "longer"]


def test_the_name_it_was_found_by_is_one_of_the_item() -> None:
    names = {entry.id: {*entry.names, *entry.common_names, *entry.english} for entry in entries()}
    for words in ("医保", "bjz", "lost passport", "结婚"):
        for hit in search().find(words).hits:
            assert hit.why in names[hit.id]
            assert 0 < hit.score <= 1


@settings(max_examples=120, deadline=None)
@given(st.text(max_size=80))
@example("\0")
@example("𠮷䶮㛃𬴊")
@example("👵🏽 医保")
@example("a" * 10_000)
@example("户" * 10_000)
@example("\ud800 户口")
@example("İǆﷺ①㈱")
def test_any_text_is_answered(words: str) -> None:
    hits = search().find(words, 7).hits
    assert len(hits) <= 7
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_pasted_page_is_no_more_work_than_a_long_question() -> None:
    database = sqlite3.connect(":memory:")
    build_index(database, entries())
    statements: list[str] = []
    fresh = Search(database)
    database.set_trace_callback(statements.append)
    fresh.find("我的户口本 shenfenzheng lost " * 4000)
    assert len(statements) < 12 * LONGEST_QUERY


def test_the_same_items_give_the_same_bytes() -> None:
    dumps = []
    for _ in range(2):
        database = sqlite3.connect(":memory:")
        build_index(database, entries()[:10])
        dumps.append(database.serialize())
    assert dumps[0] == dumps[1]


def test_a_file_without_an_index_is_told_from_one_with() -> None:
    database = sqlite3.connect(":memory:")
    assert not is_current(database)
    with pytest.raises(IndexUnusable):
        Search(database)
    build_index(database, [])
    assert Search(database).find("医保").hits == ()
    assert is_current(database)
    database.execute("UPDATE search_facts SET value = 99 WHERE name = 'version'")
    with pytest.raises(IndexUnusable):
        Search(database)
    assert not is_current(database), "set-up builds it anew"


def test_an_item_is_found_by_any_of_its_names() -> None:
    """The search knows no item by heart: a catalogue of elsewhere works, too."""
    elsewhere = search_in_memory(
        [
            Entry("boat", ("渔船船员证书核发", "船员证"), ("跑船的证",), ("Fishing crew certificate",)),
            Entry("bees", ("养蜂登记",), ("养蜜蜂",), ("Registration of bee-keepers",)),
        ]
    )
    for words, meant in (("yuchuan", "boat"), ("cyz", "boat"), ("羊蜂登记", "bees"), ("bee keeper", "bees")):
        assert [hit.id for hit in elsewhere.find(words).hits][:1] == [meant], words


def test_made_queries_are_the_same_every_time() -> None:
    def made() -> list[Query]:
        return [*variants(entries(), 3), *noise(entries(), 3)]

    assert made() == made()


def test_the_command_line_answers_like_the_kiosk(tmp_path: Path) -> None:
    queries = tmp_path / "queries.txt"
    queries.write_text("身份证丢了\n\n天气预报\n", encoding="utf-8")
    result = CliRunner().invoke(guide, ["search", "--queries", str(queries), "--limit", "2", "--json"])
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.output.splitlines()]
    assert [[hit["id"] for hit in row] for row in rows] == [found("身份证丢了", 2), [], []]
    assert rows[0][0].keys() == {"id", "name", "score", "why"}
    for wrong in (["search"], ["search", "x", "--queries", str(queries)]):
        assert CliRunner().invoke(guide, wrong).exit_code == 2


def test_an_item_whose_names_say_nothing_is_passed_over() -> None:
    odd = search_in_memory(
        [Entry("odd", ("！！",), text="身份证身份证"), Entry("id", ("身份证",)), Entry("rare", ("𠮷䶮",))]
    )
    assert [hit.id for hit in odd.find("身份证").hits] == ["id"]
    assert [hit.id for hit in odd.find("䶮").hits] == ["rare"]


def test_what_is_remembered_between_keys_may_be_forgotten_at_any_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "REMEMBERED", 0)
    for words in ("h", "hu", "huk", "hukou", "lost", "户口"):
        assert len(found(words)) == 5
