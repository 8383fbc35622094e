"""The harness of the benchmarks on tiny runs; figures are never asserted, machines differ."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import ORDER, PAGE, main
from benchmarks.figures import Aim, Subject, ratios, replaced, spread
from benchmarks.processes import BenchmarkError, Program, cpu_seconds, memory, run_to_end, running


def test_a_measured_subject_takes_its_place_on_the_page_and_leaves_the_others(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"# old head\n\n## {ORDER[0]}\n\nmeasured before\n\n## no longer a subject\n\ngone\n")
    result = CliRunner().invoke(main, ["card", "--count", "1", "--quiet", "1000", "--out", str(page)])
    assert result.exit_code == 0, result.output
    text = page.read_text()
    assert "measured before" in text
    assert "old head" not in text
    assert "gone" not in text
    assert "bare pyserial loop" in text
    assert "aim ≤ 1.05x" in text


@pytest.mark.parametrize("title", ORDER)
def test_the_docs_hold_every_subject(title: str) -> None:
    assert f"\n## {title}\n" in PAGE.read_text(encoding="utf-8")


def test_a_missed_aim_says_so() -> None:
    assert "**missed**" in str(Aim(2.0, 1.5, "x"))
    assert "kept" in str(Aim(1.5, 1.5, "x"))


def test_tables_are_written_in_their_order() -> None:
    subjects = [Subject("b", "B", ("x",), [("1",)]), Subject("a", "A", ("y",), [("2",)])]
    page = replaced("", "# Head", subjects, ["A", "B"])
    assert page.index("# Head") < page.index("## A") < page.index("| 2 |") < page.index("## B")


def test_figures_are_medians_and_ratios_are_made_round_by_round() -> None:
    assert spread([3.0, 1.0, 2.0], " s", 1) == "2.0 s (1.0–3.0)"
    assert ratios([2.0, 9.0], [1.0, 3.0]) == [2.0, 3.0]


def test_a_program_is_watched_from_outside_with_its_children_and_ends_with_them(tmp_path: Path) -> None:
    child = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    log = tmp_path / "log"
    with running(Program("family", [sys.executable, "-c", parent]), log) as process:
        while not log.read_text().endswith("\n"):
            assert process.poll() is None
        both, alone = memory(process.pid), memory(int(log.read_text()))
        assert both > alone > 0
        assert cpu_seconds(process.pid) > 0
    while Path(f"/proc/{log.read_text().strip()}/exe").exists():
        os.sched_yield()


def test_a_program_that_fails_is_named_with_its_last_words() -> None:
    with pytest.raises(BenchmarkError, match="weak one failed: no paper"):
        run_to_end(Program("weak one", [sys.executable, "-c", "import sys; sys.exit('no paper')"]))
