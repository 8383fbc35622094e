"""The queue by itself, as somebody uses it who has nothing else of this house."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOM = Path(__file__).parents[2] / "offline_queue"


def test_the_example_of_its_page_runs_where_nothing_else_of_ours_is(tmp_path: Path) -> None:
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "offline_queue").symlink_to(ROOM)
    (example,) = re.findall(
        r"^```python\n(.*?)^```", (ROOM / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    done = subprocess.run(
        [sys.executable, "-c", example],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "alone"), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^received, \d+ bytes$", done.stdout, re.MULTILINE)
    assert b"Dear Sir" not in b"".join(file.read_bytes() for file in (tmp_path / "outbox").iterdir())


def test_it_imports_what_it_says_it_needs_and_nothing_else() -> None:
    project = tomllib.loads((ROOM / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[<>=]", name)[0].replace("-", "_") for name in project["dependencies"]}
    imported = set()
    for file in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                imported.add(str(node.module).partition(".")[0])
    assert imported - sys.stdlib_module_names - {"offline_queue"} == declared
