"""Which commands are there?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Annotated

import typer
from typer.core import TyperGroup
from typer.main import get_command

from leverframe import __version__
from leverframe.cli import (
    audit,
    break_glass,
    bridge,
    cab,
    calendar,
    call,
    change,
    changed,
    demo,
    evidence,
    follow_up,
    freeze,
    game_day,
    gateway,
    key,
    login,
    me,
    policy,
    population,
    rehearse,
    replay,
    rota,
    serve,
    switch,
    table,
    target,
    token,
    upkeep,
    user,
)

HELP = "The release and change control plane for AI features. Every command takes --json."


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        _commands()(args=list(arguments), prog_name="leverframe")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    return 0


@cache
def _commands() -> TyperGroup:
    """Read every signature once, however many commands one process runs."""
    commands = get_command(build())
    assert isinstance(commands, TyperGroup)
    return commands


def build() -> typer.Typer:
    """Put the nouns together."""
    app = typer.Typer(
        help=HELP,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(help=HELP)(_asked_alone)
    for alone in (serve, demo, login, me, changed, calendar, call, rehearse, replay, upkeep):
        alone.add_to(app)
    for noun in (change, bridge, break_glass, follow_up, cab, evidence, freeze, rota, switch, game_day, target):
        noun.add_to(app)
    for noun in (policy, user, token, gateway, population, audit, table, key):
        noun.add_to(app)
    return app


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"leverframe {__version__}")
        raise typer.Exit


def _asked_alone(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_say_version, help="Print the version and end.")
    ] = False,
) -> None:
    """Take what is asked of no command."""
