"""What does a person do with what is owed?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from leverframe.cli.output import listing, say, when
from leverframe.cli.verbs import Because, noun, server, show, verb
from leverframe.client import at

Id = Annotated[int, typer.Argument(metavar="ID", help="The follow-up's number, as `follow-up list` shows it.")]

app = noun("See what is owed after changes, and say what is done.")


def add_to(parent: typer.Typer) -> None:
    """Add `follow-up`."""
    parent.add_typer(app, name="follow-up")


@verb(app, "list")
def list_follow_ups(
    mine: Annotated[bool, typer.Option("--mine", help="Only what waits for you.")] = False,
) -> None:
    """List what is owed after changes, the next due first."""
    show(server().get("/follow-ups", mine="true" if mine else ""), lambda found: say_owed(found["follow_ups"]))


def say_owed(lines: list[Mapping[str, Any]]) -> None:
    """Show what is owed, each with its day and who owes it."""
    listing(("Id", "Due", "Who", "What"), (_line(line) for line in lines), empty="Nothing is owed.")


def _line(line: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    duty = line["duty"]
    who = duty["owner"] or f"{duty['team']} (any)"
    what = duty["what"] or duty["kind"].replace("_", " ")
    late = " (overdue)" if line["is_overdue"] else ""
    return (str(duty["id"]), f"{when(duty['due_at'])}{late}", who, duty["subject"]), f"{what}: {duty['because']}"


@verb(app, "done")
def done(
    id: Id,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What was found.")] = "",
) -> None:
    """Say that a follow-up is done."""
    show(server().post(at("follow-ups", str(id), "done"), {"note": note}), lambda duty: say_ended(duty, "done"))


@verb(app, "hand")
def hand(
    id: Id,
    to: Annotated[str, typer.Option("--to", metavar="NAME", help="Who will do it.")],
    because: Because = "",
) -> None:
    """Hand a follow-up to another person."""
    answer = server().put(at("follow-ups", str(id), "owner"), {"to": to, "because": because})
    show(answer, lambda duty: say(f"{duty['owner']} owes follow-up {duty['id']} of {duty['subject']} now."))


@verb(app, "drop")
def drop(id: Id, because: Because = "") -> None:
    """Drop a follow-up that nobody will do."""
    show(server().delete(at("follow-ups", str(id)), {"because": because}), lambda duty: say_ended(duty, "dropped"))


def say_ended(duty: Mapping[str, Any], how: str) -> None:
    """Say that a follow-up is closed."""
    say(f"Follow-up {duty['id']} of {duty['subject']} is {how}: {duty['note']}")
