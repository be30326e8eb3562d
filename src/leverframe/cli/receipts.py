"""Have all gateways obeyed?"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

from leverframe.cli.output import say
from leverframe.cli.verbs import server
from leverframe.client import Problem, Server, at
from leverframe.nouns.documents import from_document
from leverframe.nouns.gateways import Receipt

WAIT_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 0.05


def say_number(number: str) -> None:
    """Say how far a table's number has come, waiting a moment for the gateways."""
    if not number:
        say("No new table was needed: gateways obey it already.")
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
