"""The command line as a whole: every command explains itself, none loads more than it needs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from config.version import VERSION
from main import COMMANDS, yedeng

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")


def every_command(
    command: click.Command, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None
            yield from every_command(child, (*path, name))


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "main.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=more.get("cwd", ROOT))


def test_every_command_explains_itself_and_its_options() -> None:
    silent = []
    for path, command in every_command(yedeng):
        result = CliRunner().invoke(yedeng, [*path, "--help"])
        assert result.exit_code == 0, (path, result.output)
        if not command.help:
            silent.append(" ".join(path))
        silent += [
            f"{' '.join(path)} {option.opts[0]}"
            for option in command.params
            if isinstance(option, click.Option) and not option.help and not option.hidden
        ]
    assert not silent


def test_help_and_version_need_no_room() -> None:
    code = "import sys, main; main.yedeng(['--help'], standalone_mode=False); print(sorted(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    loaded = set(re.findall(r"'(\w+)[.\w]*'", result.stdout.splitlines()[-1]))
    assert not loaded & {"kivy", "django", "cv2", "devices", "screens", "hub", "kiosk"}
    assert all(name in result.stdout for name in COMMANDS)
    assert run("--version").stdout == f"yedeng, version {VERSION}\n"


@pytest.mark.parametrize("command", ["devices", "bench", "doctor", "hub", "run", "tour"])
def test_no_command_loads_the_graphics_library_before_it_draws(command: str) -> None:
    call = f"main.yedeng(['{command}', '--help'], standalone_mode=False)"
    code = f"import sys, main; {call}; print('kivy' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert result.stdout.splitlines()[-1] == "False"


def test_used_wrongly_ends_with_2_and_says_why() -> None:
    for arguments in (["nonsense"], ["doctor", "--nonsense"], ["devices", "list", "--site"]):
        result = run(*arguments)
        assert result.returncode == 2
        assert result.stderr.splitlines()[-1].startswith("Error:")


def test_a_site_file_that_is_not_there_is_one_line_and_1(tmp_path: Path) -> None:
    result = run("devices", "list", "--site", str(tmp_path / "none.toml"))
    assert result.returncode == 1
    assert result.stdout == ""
    assert "none.toml" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_python_without_the_packages_is_told_what_to_do() -> None:
    result = subprocess.run(
        [sys.executable, "-S", str(ROOT / "main.py")], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert result.returncode == 1
    assert result.stderr.startswith("Yedeng is not set up")


@pytest.mark.parametrize("readme", READMES)
def test_the_commands_of_the_readme_exist(readme: str) -> None:
    text = (ROOT / readme).read_text()
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake (\w+)", text)) <= targets
    known = {" ".join(path): command for path, command in every_command(yedeng)}
    for line in re.findall(r"main\.py ([^\n`]+)", text):
        words = [word for word in line.split("#")[0].split() if word not in {"|", "\\", "&"}]
        paths = (" ".join(words[:length]) for length in (2, 1, 0))
        command = next(known[path] for path in paths if path in known)
        assert command is not yedeng or words[0].startswith("-"), f"{readme}: main.py {line}"
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words if word.startswith("--")} - {"--help", "--version"} <= options, line
