"""Which route table do gateways obey, and since when?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from leverframe.cli.output import say
from leverframe.cli.verbs import Because, noun, server, show, verb
from leverframe.client import at, document_of
from leverframe.nouns.documents import from_document
from leverframe.nouns.gateways import Receipt

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The table's number, such as 1.42.")]

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


@verb(app, "save")
def save(path: Annotated[Path, typer.Argument(metavar="FILE", help="The new file.")]) -> None:
    """Save the newest table, whole and signed: a gateway's --snapshot for a start without a server."""
    answer = server().answer("GET", "/route-tables/newest")
    if answer.status_code != 200:
        document_of(answer)
    path.write_bytes(answer.content)
    epoch, generation = json.loads(answer.content.split(b"\n", 1)[0])["number"]
    show(
        {"file": str(path), "number": f"{epoch}.{generation}"},
        lambda d: say(f"Table {d['number']} is saved in {d['file']}."),
    )


@verb(app, "receipt")
def receipt(number: Number) -> None:
    """Say which gateways have applied a table, and how fast: throws, aborts and ways back are counted."""
    show(server().get(at("receipts", number)), _say_receipt)


def _say_receipt(document: Mapping[str, Any]) -> None:
    found = from_document(Receipt, document)
    say(f"Table {found.number}: {found.sentence}.")
    for instance in found.waiting:
        say(f"{instance} reports and has not applied it.")
