"""Has every command its help, its --json, and a server to name?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from leverframe import __version__
from leverframe.cli.app import build

LOCAL = {
    "serve",
    "demo",
    "backup",
    "restore",
    "gateway",
    "policy check",
    "policy init",
    "policy recover",
    "key show",
    "key rotate",
}
ASKED = {
    "serve", "demo", "login", "logout", "me", "changed", "why", "rehearse", "replay", "backup", "restore",
    "user add", "user list", "user disable", "token add", "token list", "token revoke",
    "gateway", "gateway enrol", "gateway list", "gateway revoke", "gateway address",
    "policy check", "policy load", "policy show", "policy proposals", "policy sign", "policy init", "policy recover",
    "change file", "change list", "change show", "change why", "change slots", "change edit", "change sign",
    "change fields", "change review-field",
    "change schedule",
    "change ramp", "change hold", "change release", "change promote", "change abort", "change back", "change review",
    "change cancel", "evidence add", "evidence list", "evidence staging",
    "evidence pull-request", "follow-up list", "follow-up done", "follow-up hand", "follow-up drop", "change time",
    "switch list", "switch show", "switch throw", "switch set",
    "switch fmt", "switch drift", "switch exercise",
    "change handover", "change nudge", "change break-glass", "change approve-break-glass", "debt list",
    "population", "population unauthorised", "population settle",
    "freeze list", "freeze show", "freeze declare", "freeze import", "freeze amend", "freeze lift", "freeze keep",
    "rota put", "rota list", "change paging",
    "calendar",
    "cab", "cab show", "cab open", "cab approve", "cab return", "cab take-back", "cab carry-over", "cab close",
    "cab returns", "cab delegations", "cab delegate", "cab revoke",
    "game-day list", "game-day show", "game-day pause", "game-day resume", "game-day abort",
    "targets list", "targets adopt", "audit list", "audit show", "audit verify", "table raise-epoch", "table save",
    "key show", "key rotate",
}  # fmt: skip


def commands(group: Any, under: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        path = f"{under} {name}".strip()
        if hasattr(command, "commands"):
            if command.invoke_without_command:
                yield path, command
            yield from commands(command, path)
        else:
            yield path, command


ALL = dict(commands(typer.main.get_command(build())))


def options(command: Any) -> set[str]:
    return {name for parameter in command.params for name in parameter.opts}


def test_every_command_that_was_asked_for_is_there():
    assert set(ALL) >= ASKED


@pytest.mark.parametrize("name", ALL)
def test_every_command_prints_json_and_says_what_it_is(name: str):
    command = ALL[name]
    assert "--json" in options(command)
    assert command.help
    assert command.help.rstrip().endswith(".")
    assert "!" not in command.help


@pytest.mark.parametrize("name", sorted(set(ALL) - LOCAL))
def test_every_command_that_asks_a_server_lets_it_be_named(name: str):
    assert {"--server", "--token-file"} <= options(ALL[name])


@pytest.mark.parametrize("name", sorted(set(ALL) - {"gateway"}))
def test_every_help_fits_80_columns(run, name: str):
    ran = run(*name.split(), "--help")
    assert ran.code == 0
    assert max(len(line) for line in ran.out.splitlines()) <= 80


def test_it_says_which_version_it_is(run):
    assert run("--version").out == f"leverframe {__version__}\n"


def test_a_wrong_word_is_a_refusal_and_no_bug(run):
    assert run("chnage", "list").code == 2
    assert run("change", "sign", "CHG-1").code == 2


def test_a_command_that_asks_a_server_loads_nothing_of_the_house():
    script = "import sys, leverframe.cli.app; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    rooms = {name.split(".")[1] for name in ran.stdout.split() if name.startswith("leverframe.")}
    assert "cli" in rooms
    assert not rooms & {"actions", "store", "sources", "notifiers", "gateway", "web", "wiring"}


def test_a_bug_is_loud(run, ana):
    ana.gives("GET /changes", {"unexpected": "shape"})
    with pytest.raises(KeyError):
        run("change", "list", "--server", ana.address)


def test_the_module_ends_with_the_same_code_as_the_command():
    command = [sys.executable, "-m", "leverframe.cli", "change", "list", "--server", "127.0.0.1:1"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 3
    assert "Traceback" not in ran.stderr
