"""How does a person hand over the bridge of a change, or nudge whom it waits for?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from leverframe.cli.change import Change, app
from leverframe.cli.output import say, words
from leverframe.cli.verbs import Because, server, show, verb
from leverframe.client import at

Who = Annotated[str, typer.Argument(metavar="NAME", help="Whom; without a name everybody else it waits for.")]
To = Annotated[str, typer.Argument(metavar="NAME", help="Who coordinates it from now on.")]


def add_to(parent: typer.Typer) -> None:
    """Add nothing: the verb is one of `change`."""


@verb(app, "handover")
def handover(change: Change, to: To, because: Because = "") -> None:
    """Hand the bridge of a change to another person: exactly one coordinates it at any moment."""
    show(server().put(at("changes", change, "coordinator"), {"to": to, "because": because}), _say)


@verb(app, "nudge")
def nudge(change: Change, who: Who = "", because: Because = "") -> None:
    """Nudge whoever a change waits for: not again for the same within four hours."""
    show(server().post(at("changes", change, "nudges"), {"who": who, "because": because}), _say_nudged)


def _say_nudged(document: Mapping[str, Any]) -> None:
    for one in document["nudges"]:
        say(f"{one['whom']} is nudged about the {words(one['gate'])} of {one['change']}.")


def _say(made: Mapping[str, Any]) -> None:
    taken = f", in place of {made['giver']}" if made["giver"] else ""
    say(f"{made['taker']} coordinates {made['change']} from now on{taken}.")
