"""Which key signs the tables that gateways obey, and how does the next take its place?"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from leverframe.cli import here
from leverframe.cli.output import say, verbatim
from leverframe.cli.verbs import Data, Database, noun, show, verb

app = noun("Look after the key that signs route tables, on the server's own machine.")


def add_to(parent: typer.Typer) -> None:
    """Add `key`."""
    parent.add_typer(app, name="key")


@verb(app, "show", local=True)
def show_keys(data: Data, database: Database = "") -> None:
    """Print the public keys, as a gateway is given them to trust: leverframe gateway --trust FILE."""
    from leverframe.actions import upkeep

    with here.house(data, database):
        show({"keys": upkeep.table_keys(data)}, _say_keys)


def _say_keys(document: dict[str, Any]) -> None:
    for key in document["keys"].values():
        verbatim(key)


@verb(app, "rotate", local=True)
def rotate(
    data: Data,
    database: Database = "",
    use: Annotated[bool, typer.Option("--use", help="Let the next key sign from now on.")] = False,
) -> None:
    """Make the next key; with --use, once every gateway trusts it, let it sign. A running server takes it at once."""
    from leverframe.actions import upkeep

    with here.house(data, database) as house:
        key = upkeep.use_next_key(house, data) if use else upkeep.prepare_next_key(house, data)
    show({"key": key, "signs": use}, _say_rotated)


def _say_rotated(document: dict[str, Any]) -> None:
    if document["signs"]:
        say("This key signs from now on. An hour after its first table no gateway needs the former one any more:")
    else:
        say("Give this key to every gateway beside the present one; then run the same command with --use:")
    verbatim(document["key"])
