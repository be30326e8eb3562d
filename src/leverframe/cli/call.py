"""Why did this call get this answer?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from leverframe.cli.output import facts, say, words
from leverframe.cli.verbs import server, show, verb
from leverframe.client import at


def add_to(app: typer.Typer) -> None:
    """Add `why`."""
    verb(app, "why")(why)


def why(
    call: Annotated[str, typer.Argument(metavar="CALL-ID", help="The answer's x-leverframe-call header.")],
) -> None:
    """Say why one call got its answer: which unit, on which change and stage, and for which reason."""
    show(server().get(at("calls", call)), _say)


def _say(document: Mapping[str, Any]) -> None:
    say(document["sentence"], style="bold")
    known = document["facts"]
    parts = ("target", "unit", "arm", "change", "stage", "reason", "number", "gateway", "region", "ring", "locale")
    facts((words(part).capitalize(), words(known[part]) if part == "reason" else known[part]) for part in parts)
    if document["title"]:
        say(f"{known['change']}: {document['title']}", style="dim")
