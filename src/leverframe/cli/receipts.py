"""Have all gateways obeyed?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic, sleep
from typing import Any

from leverframe.cli.output import say
from leverframe.cli.verbs import server
from leverframe.client import Problem, Server, at
from leverframe.nouns.documents import from_document
from leverframe.nouns.gateways import Receipt

WAIT_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 0.05


def say_number(document: Mapping[str, Any]) -> None:
    """Say how far the table of an act has come, waiting a moment for the gateways, or why none goes out."""
    number = document["number"]
    if not number:
        withheld = document.get("withheld")
        kept = f"It is written down, and no gateway has heard of it: {withheld}."
        say(kept if withheld else "No new table was needed: gateways obey it already.")
        return
    with server() as one:
        receipt = wait(one, number)
    say(f"Table {number}: {receipt.sentence}." if receipt else f"Table {number} is published.")


def wait(
    one: Server, number: str, seconds: float = WAIT_SECONDS, pause: Callable[[float], None] = sleep
) -> Receipt | None:
    """Return a number's receipt when all that report have applied it, or as it is when the time is up."""
    deadline = monotonic() + seconds
    while True:
        try:
            receipt = from_document(Receipt, one.get(at("receipts", number)))
        except Problem as problem:
            if problem.status in (403, 404):
                return None
            raise
        if receipt.confirmed or not receipt.reporting or monotonic() >= deadline:
            return receipt
        pause(LOOK_AGAIN_SECONDS)
