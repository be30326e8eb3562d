"""Do the import contracts hold, and would they break if somebody broke them?

Each contract is shown to break: the package is copied, one import that it forbids is added, and import-linter is
asked again.
"""

from __future__ import annotations

import configparser
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HOUSE = ROOT / "src" / "leverframe"

VIOLATIONS = {
    "house": ("gateway/held.py", "from leverframe.actions import house"),
    "pure": ("rules/moments.py", "import os"),
    "embedded": ("gateway/calls.py", "import pydantic"),
    "litellm": ("openai_gateway/app.py", "import litellm"),
    "proxy": ("litellm_gateway/edge.py", "from leverframe import logs"),
    "doors": ("web/changes.py", "from leverframe.store import changes as kept"),
    "gates": ("rules/gates/window.py", "from leverframe.rules.gates import freeze"),
    "metrics": ("sources/metrics/csv_file.py", "from leverframe.sources.metrics import prometheus"),
    "pull_requests": ("sources/pull_requests/github.py", "from leverframe.sources.pull_requests import neutral"),
    "acts": ("actions/reviews.py", "from leverframe.actions import recent"),
}
"""For each contract, a file of the house and an import that it may not have."""


def contracts():
    """Return the contracts by id, as .importlinter has them."""
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter")
    found = {name: dict(config[name]) for name in config.sections() if name.startswith("importlinter:contract:")}
    return {name.rsplit(":", 1)[1]: contract for name, contract in found.items()}


def copied(folder):
    """Copy the package's modules and the contracts into a folder of their own."""
    shutil.copytree(HOUSE, folder / "leverframe", ignore=shutil.ignore_patterns("__pycache__", "assets", "*.html"))
    shutil.copy(ROOT / ".importlinter", folder)
    return folder


def lint(folder):
    """Ask import-linter about the copy; return its exit code and what it says."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--config", ".importlinter"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_house_keeps_its_contracts(tmp_path):
    code, said = lint(copied(tmp_path))
    assert code == 0, said
    assert f"{len(contracts())} kept, 0 broken" in said


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_contract_breaks_where_it_is_violated(tmp_path, contract):
    path, forbidden = VIOLATIONS[contract]
    file = copied(tmp_path) / "leverframe" / path
    file.write_text(f"{file.read_text()}\n\n{forbidden}\n")
    code, said = lint(tmp_path)
    assert code != 0
    assert f"{contracts()[contract]['name']} BROKEN" in said


def test_a_room_that_the_plan_does_not_name_breaks_the_layers(tmp_path):
    room = copied(tmp_path) / "leverframe" / "helpers"
    room.mkdir()
    (room / "__init__.py").write_text('"""What is this?"""\n')
    code, said = lint(tmp_path)
    assert code != 0
    assert f"{contracts()['house']['name']} BROKEN" in said


def test_every_contract_is_shown_to_break():
    assert set(VIOLATIONS) == set(contracts())


def test_every_gate_stands_in_the_contract_of_gates():
    named = {line.rsplit(".", 1)[1] for line in contracts()["gates"]["modules"].split()}
    files = {file.stem for file in (HOUSE / "rules" / "gates").glob("*.py")} - {"__init__", "facts"}
    assert named == files


def test_every_file_begins_with_the_question_it_answers():
    texts = {file.relative_to(HOUSE): file.read_text("utf-8") for file in HOUSE.rglob("*.py")}
    assert not [str(path) for path, text in texts.items() if text and not text.startswith(('"""', 'r"""'))]
