"""What do gateways obey after a restore?"""

from __future__ import annotations

from typing import Any

import typer

from leverframe.cli.output import say
from leverframe.cli.verbs import Because, noun, server, show, verb

app = noun("Look after the numbers of route tables.")


def add_to(parent: typer.Typer) -> None:
    """Add `table`."""
    parent.add_typer(app, name="table")


@verb(app, "raise-epoch")
def raise_epoch(because: Because = "") -> None:
    """Confirm, after a restore, that this database is the truth: tables go on with the next epoch."""
    show(server().post("/route-tables/epochs", {"because": because}), _say_number)


def _say_number(document: dict[str, Any]) -> None:
    number = document["number"]
    say(f"Gateways obey table {number} from now on." if number else "The epoch is raised; the next table carries it.")
