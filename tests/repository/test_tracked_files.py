"""What the repository's files may and may not hold."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
FORBIDDEN = {
    "the address of a package index": re.compile(r"pypi\.|--(extra-)?index-url|--find-links|/simple\b"),
    "a path of one machine": re.compile(r"(?<![\w.~}-])/(root|home|Users|work|opt/\w+)/"),
}


def tracked(*patterns: str) -> list[Path]:
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--", *patterns]
    try:
        names = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("this copy is not a git repository")
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text()
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE))


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    found = []
    for path in tracked():
        if path == Path(__file__).resolve() or path.suffix in {".png", ".jpg", ".mp4", ".otf", ".ttf"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if FORBIDDEN[what].search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_with_hashes(name: str) -> None:
    entries = re.split(r"(?m)^(?=\S)", (ROOT / name).read_text())
    bare = [
        entry.split()[0]
        for entry in entries
        if entry.strip() and not entry.startswith("#") and "--hash=" not in entry
    ]
    assert not bare
    assert len(pins(name)) > 10


def test_tests_run_with_the_versions_that_are_shipped() -> None:
    shipped, tested = (pins(name) for name in REQUIREMENTS)
    assert {name: tested.get(name) for name in shipped} == shipped


def test_ci_runs_the_test_command_of_the_readme() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()
    assert "make test" in (ROOT / "README.md").read_text()


def test_icons_are_one_family() -> None:
    odd = []
    for path in tracked("assets/icons/*.svg"):
        svg = path.read_text()
        if not all(
            part in svg
            for part in ('viewBox="0 0 24 24"', 'stroke="#fff"', 'stroke-width="2"', 'fill="none"')
        ):
            odd.append(path.name)
    assert not odd


def test_every_package_is_listed_for_packaging() -> None:
    listed = set(re.findall(r'"(\w+)\.\*"', (ROOT / "pyproject.toml").read_text()))
    packages = {path.parent.name for path in tracked("*/__init__.py") if path.parents[1] == ROOT}
    assert packages - {"tests", "benchmarks"} <= listed


def test_the_docs_are_as_new_as_the_settings_and_every_link_leads_somewhere() -> None:
    command = [sys.executable, str(ROOT / "docs" / "build.py"), "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
