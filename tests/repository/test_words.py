"""Words and pictures for residents: what the code names is there, in both languages, and nothing else is."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("zh_CN", "en")
ROOMS = ("kiosk", "screens")


@cache
def trees() -> dict[str, ast.Module]:
    paths = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in paths}


@cache
def words(language: str) -> dict[str, str]:
    with (ROOT / "screens" / "locale" / language / "LC_MESSAGES" / "yedeng.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def places(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def calls() -> Iterator[tuple[str, ast.Call, ast.expr]]:
    """Place, call and key of every naming of a text, by what a module imports from kiosk.text."""
    for path, tree in trees().items():
        names = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "kiosk.text"
            for alias in node.names
            if alias.name in {"Text", "text"}
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
                key = node.args[0]
                for one in (key.body, key.orelse) if isinstance(key, ast.IfExp) else (key,):
                    yield f"{path}:{node.lineno}", node, one


def patterns() -> dict[str, re.Pattern[str]]:
    """Keys put together while the program runs, as patterns by their place."""
    found = {}
    for place, _, key in calls():
        if isinstance(key, ast.JoinedStr):
            parts = (
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"[\w.-]+"
                for part in key.values
            )
            found[place] = re.compile("".join(parts))
    return found


def constants() -> set[str]:
    return {
        node.value
        for tree in trees().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_has_words_and_gets_the_values_they_want(language: str) -> None:
    wrong = []
    for place, call, named in calls():
        key = named.value if isinstance(named, ast.Constant) else None
        if not isinstance(key, str):
            continue
        if not words(language).get(key):
            wrong.append(f"{place}: {key} has no words")
        elif all(keyword.arg for keyword in call.keywords):
            lacking = places(words(language)[key]) - {str(keyword.arg) for keyword in call.keywords}
            wrong += [f"{place}: {key} wants {name}" for name in sorted(lacking)]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_that_is_put_together_has_words(language: str) -> None:
    known = words(language)
    assert not [place for place, pattern in patterns().items() if not any(map(pattern.fullmatch, known))]


def test_both_languages_say_the_same_things_with_the_same_values() -> None:
    chinese, english = (words(language) for language in LANGUAGES)
    assert chinese.keys() == english.keys()
    unequal = [key for key in chinese if places(chinese[key]) - {"zh"} != places(english[key]) - {"en"}]
    assert not unequal


def test_no_words_are_left_over() -> None:
    used, built = constants(), list(patterns().values())
    left = [key for key in words("zh_CN") if key not in used and not any(p.fullmatch(key) for p in built)]
    assert not left


def drawn(folder: str) -> set[str]:
    names = {path.stem for path in (ROOT / "assets" / folder).glob("*.svg")}
    return names if folder == "icons" else {name.rsplit("-", 1)[0] for name in names}


def drawings_named() -> Iterator[tuple[str, str, str]]:
    """Place, folder and name of every icon and picture named in the code."""
    for path, tree in trees().items():
        for call in ast.walk(tree):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
                continue
            pictures = "icons" if call.func.id == "GuideRow" else "pictures"
            named = [
                ({"icon": "icons", "picture": pictures}.get(str(word.arg)), word.value)
                for word in call.keywords
            ]
            if call.func.id in {"Action", "GuideRow"} and len(call.args) > 2:
                named.append(("icons", call.args[2]))
            for folder, value in named:
                if (
                    folder
                    and isinstance(value, ast.Constant)
                    and isinstance(value.value, str)
                    and value.value
                ):
                    yield f"{path}:{value.lineno}", folder, value.value


def test_every_icon_and_picture_that_is_named_is_drawn() -> None:
    known = {folder: drawn(folder) for folder in ("icons", "pictures")}
    named = list(drawings_named())
    assert named
    assert not [one for one in named if one[2] not in known[one[1]]]


def test_every_picture_has_its_layers_in_the_three_colours_only() -> None:
    layers = {path.stem.rsplit("-", 1)[1] for path in (ROOT / "assets" / "pictures").glob("*.svg")}
    assert layers == {"text", "soft", "lamp"}


def test_every_pictogram_of_the_demonstration_guides_is_drawn() -> None:
    folder = ROOT / "hub" / "catalogue" / "demonstration"
    guides = sorted(path for path in folder.glob("*.toml") if path.name != "facts.toml")
    named = {
        (path.name, step["picture"]) for path in guides for step in tomllib.loads(path.read_text())["steps"]
    }
    assert named
    assert not [one for one in named if one[1] not in drawn("icons")]
