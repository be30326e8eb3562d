"""Does the action for GitHub do what it says, and nothing that its inputs slip in?

Its steps run in bash, as GitHub runs them, with the command line against a real house.
"""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.served import Day, Served, served
from tests.world import eval_run, pull_request

ROOT = Path(__file__).resolve().parents[1]
ACTION: Mapping[str, Any] = YAML(typ="safe").load((ROOT / "action.yml").read_text("utf-8"))
STEPS = ACTION["runs"]["steps"]
INPUT = re.compile(r"^\$\{\{ inputs\.([a-z-]+) \}\}$")
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
ON_GITHUB = {
    "GITHUB_SERVER_URL": "https://github.example",
    "GITHUB_REPOSITORY": "acme/support",
    "GITHUB_RUN_ID": "81",
}


@dataclass(frozen=True)
class Ran:
    """How a run of the action ended: its exit code, what it printed, and its output."""

    code: int
    printed: str
    outputs: dict[str, str]


@dataclass
class Runner:
    """A machine that runs the action's steps for one change of a house."""

    house: Served
    change: str
    folder: Path

    def run(self, **given: str) -> Ran:
        """Run each step with these inputs, until one fails."""
        defaults = {name: told.get("default", "") for name, told in ACTION["inputs"].items()}
        known = {"server": self.house.address, "change": self.change, "install": "", "files": "evals.json"}
        inputs = {**defaults, **known, **{name.replace("_", "-"): value for name, value in given.items()}}
        inputs.setdefault("token", "")
        inputs["token"] = inputs["token"] or self.house.token("ana", "evidence")
        output, printed, code = self.folder / "output", "", 0
        output.write_text("")
        for step in STEPS:
            environment = {**self._machine(), "GITHUB_OUTPUT": str(output), **_environment(step, inputs)}
            script = self.folder / "script.sh"
            script.write_text(step["run"])
            ended = subprocess.run(
                [*SHELL, str(script)], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=120
            )
            printed, code = printed + ended.stdout + ended.stderr, ended.returncode
            if code:
                break
        return Ran(code, printed, dict(line.split("=", 1) for line in output.read_text().splitlines()))

    def _machine(self) -> dict[str, str]:
        """Return the environment of a machine on which the command is installed, and nobody is logged in."""
        bin_folder = self.folder / "bin"
        bin_folder.mkdir(exist_ok=True)
        command = bin_folder / "leverframe"
        command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m leverframe.cli "$@"\n')
        command.chmod(command.stat().st_mode | stat.S_IXUSR)
        path = f"{bin_folder}:{os.environ['PATH']}"
        return {"PATH": path, "PYTHONPATH": str(ROOT / "src"), "HOME": str(self.folder), **ON_GITHUB}

    def evals(self, groundedness: float = 1.0) -> None:
        """Leave an eval tool's file for the candidate and the deployed unit."""
        change = self.house.world.change(self.change)
        (self.folder / "evals.json").write_bytes(eval_run(change, groundedness=groundedness))

    @property
    def staging(self) -> list[tuple[str, str, str]]:
        rows = self.house.world.view(self.change, by="ana").staging
        return [(row.state.value, row.because, row.url) for row in rows]


def _environment(step: Mapping[str, Any], inputs: Mapping[str, str]) -> dict[str, str]:
    """Return a step's own environment, with its inputs filled in as GitHub does."""
    filled = {}
    for name, value in step.get("env", {}).items():
        found = INPUT.match(value)
        assert found, f"{name} is no plain input: {value}"
        filled[name] = inputs[found[1]]
    return filled


@pytest.fixture
def runner(example_day: Day, tmp_path: Path):
    """A machine beside a house in which a change waits for its evals."""
    with served(example_day, tmp_path / "house") as house:
        folder = tmp_path / "checkout"
        folder.mkdir()
        runner = Runner(house, house.day.ids["filed"], folder)
        runner.evals()
        yield runner


def test_scripts_hold_no_expression_so_that_no_input_becomes_part_of_one():
    assert STEPS
    for step in STEPS:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"


def test_every_input_is_described_and_used_by_a_step():
    used = {found[1] for step in STEPS for value in step.get("env", {}).values() if (found := INPUT.match(value))}
    assert used == set(ACTION["inputs"])
    assert all(told["description"].endswith(".") for told in ACTION["inputs"].values())
    assert {name for name, told in ACTION["inputs"].items() if told.get("required")} == {
        "server", "token", "change", "files",
    }  # fmt: skip


def test_evidence_that_suffices_passes_and_staging_is_on_the_ticket(runner: Runner):
    ran = runner.run(deployed="built from 1ab90f3")
    assert (ran.code, ran.outputs) == (0, {"gate": "passed"}), ran.printed
    run = "https://github.example/acme/support/actions/runs/81"
    assert runner.staging == [("deployed", "built from 1ab90f3", run)]
    assert not runner.house.world.verdict(runner.change, "evals").refuses


def test_the_pull_request_is_put_on_the_ticket_and_a_review_that_is_missing_rolls_nothing_back(runner: Runner):
    told = pull_request(runner.house.world.change(runner.change).artefacts["pull_request"])
    (runner.folder / "pr.json").write_text(json.dumps({**told, "reviews": []}))
    ran = runner.run(pull_request="pr.json", rollback="touch rolled-back")
    assert (ran.code, ran.outputs) == (0, {"gate": "passed"}), ran.printed
    assert runner.house.world.view(runner.change, by="ana").pull_request.read.told.commit == told["commit"]
    assert runner.house.world.verdict(runner.change, "code_review").refuses
    assert not (runner.folder / "rolled-back").exists()


def test_a_regression_rolls_staging_back_and_fails_the_job(runner: Runner):
    runner.evals(groundedness=0.5)
    told = 'echo "rolled back, token ${LEVERFRAME_TOKEN:-withheld}" > rolled'
    ran = runner.run(deployed="built from 1ab90f3", rollback=told, url="https://ci.acme.example/81")
    assert (ran.code, ran.outputs) == (2, {"gate": "refused"}), ran.printed
    assert "production groundedness (en-GB) is worse" in " ".join(ran.printed.split())
    assert (runner.folder / "rolled").read_text() == "rolled back, token withheld\n"
    because = "the evidence was refused; the pipeline rolled it back by itself"
    assert runner.staging == [
        ("deployed", "built from 1ab90f3", "https://ci.acme.example/81"),
        ("rolled_back", because, "https://ci.acme.example/81"),
    ]
    assert runner.house.world.verdict(runner.change, "staging").refuses


def test_a_rollback_that_fails_is_said_and_not_recorded(runner: Runner):
    runner.evals(groundedness=0.5)
    ran = runner.run(deployed="built from 1ab90f3", rollback="false; touch later")
    assert ran.code == 2
    assert "the candidate is still on staging" in ran.printed
    assert [state for state, *_ in runner.staging] == ["deployed"]
    assert not (runner.folder / "later").exists()


def test_a_job_that_posts_a_part_does_not_ask_the_gate(runner: Runner):
    runner.evals(groundedness=0.5)
    ran = runner.run(gate="false", rollback="touch rolled")
    assert (ran.code, ran.outputs) == (0, {})
    assert not (runner.folder / "rolled").exists()


def test_what_has_measured_nothing_fails_the_job_and_rolls_nothing_back(runner: Runner):
    whole = (runner.folder / "evals.json").read_bytes()
    (runner.folder / "half.json").write_bytes(whole[: len(whole) // 2])
    for wrong in (
        {"files": "half.json"},
        {"files": "none.json"},
        {"token": "no token"},
        {"change": "CHG-2026-99999"},
    ):
        ran = runner.run(rollback="touch rolled", **wrong)
        assert (ran.code, ran.outputs) == (2, {}), ran.printed
    assert runner.run(rollback="touch rolled", server="http://127.0.0.1:1").code == 3
    assert not (runner.folder / "rolled").exists()
    assert runner.staging == []


SLIPPED_IN = [
    "$(touch pwned)",
    "`touch pwned`",
    '"; touch pwned; "',
    "'; touch pwned #",
    "--server=http://127.0.0.1:1",
]


@pytest.mark.parametrize("text", SLIPPED_IN)
def test_inputs_are_words_and_never_commands(runner: Runner, text: str):
    named = runner.folder / text.replace("/", "_")
    named.write_bytes((runner.folder / "evals.json").read_bytes())
    ran = runner.run(files=f"{named.name}\n\n", deployed=text, change=runner.change)
    assert (ran.code, ran.outputs) == (0, {"gate": "passed"}), ran.printed
    assert runner.staging[0][1] == text
    for odd in ({"change": text}, {"of": text, "tool_version": text, "url": text}, {"install": text}):
        assert runner.run(**odd).code
    assert not (runner.folder / "pwned").exists()
