"""How does a person let one change pass its gates in an emergency, and see what is owed for that?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from leverframe.cli.change import Change, app
from leverframe.cli.output import facts, listing, marked, say, when, words
from leverframe.cli.verbs import Because, noun, server, show, verb
from leverframe.client import at

debts = noun("What changes owe for the gates that a break-glass let them pass.")


def add_to(parent: typer.Typer) -> None:
    """Add `debt`; the verbs of a change are added to `change`."""
    parent.add_typer(debts, name="debt")


@verb(app, "break-glass")
def ask(
    change: Change,
    gate: Annotated[
        list[str] | None, typer.Option("--gate", metavar="GATE", help="One that refuses; may be repeated.")
    ] = None,
    minutes: Annotated[int, typer.Option("--minutes", metavar="N", help="For how long, once it is approved.")] = 60,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="End it at once, instead.")] = False,
    because: Because = "",
) -> None:
    """Ask that a change may pass gates that refuse it: an executive approves, and it ends by itself."""
    path = at("changes", change, "break-glass")
    if withdraw:
        show(server().delete(path, {"because": because}), _say)
    else:
        show(server().post(path, {"gates": gate or [], "minutes": minutes, "because": because}), _say)


@verb(app, "approve-break-glass")
def approve(change: Change) -> None:
    """Approve what was asked: the gates are passed from now on, for the minutes that were asked."""
    show(server(person=True).post(at("changes", change, "break-glass", "approvals"), {}), _say)


def _say(glass: Mapping[str, Any]) -> None:
    state = "ended" if glass["ended_at"] else "stands" if glass["until"] else "waits for approval"
    say(f"{glass['id']} of {glass['change']} {state}.", style="bold")
    facts(
        (
            ("Passes", [words(gate) for gate in glass["gates"]]),
            ("Because", glass["because"]),
            ("Asked", f"by {glass['asked_by']}, for {glass['minutes']} minutes"),
            ("Approved", ", ".join(f"by {one['person']} as {words(one['role'])}" for one in glass["approvals"])),
            ("Until", glass["until"] and when(glass["until"])),
            ("Ended", glass["ended_at"] and f"by {glass['ended_by']}: {glass['ended_because']}"),
        )
    )


@verb(debts, "list")
def list_debts() -> None:
    """List what is owed for gates that were passed: by whom, until when; and what was paid."""
    show(server().get("/debts"), _list)


def _list(document: Mapping[str, Any]) -> None:
    listing(
        ("Change", "Gate", "State", "Owed by", "Due"),
        (_line(line) for line in document["debts"]),
        empty="Nothing is owed: no change has passed a gate that it did not meet.",
    )


def _line(line: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    debt = line["debt"]
    cells = debt["subject"], words(debt["what"]), marked(line["state"]), debt["owner"], when(debt["due_at"])
    return cells, line["because"]
