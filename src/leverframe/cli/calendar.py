"""What is planned, what moved, and what is frozen, in a month or a year?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from leverframe.cli.output import heading, listing, marked, say, wall, when, words
from leverframe.cli.verbs import server, show, verb


def add_to(parent: typer.Typer) -> None:
    """Add `calendar`."""

    @verb(parent, "calendar")
    def calendar(
        period: Annotated[str, typer.Argument(metavar="[PERIOD]", help="A month (2026-12) or a year (2026).")] = "",
        region: Annotated[str, typer.Option("--region", metavar="REGION", help="Only this region.")] = "",
        target: Annotated[str, typer.Option("--target", metavar="TARGET", help="Only this target.")] = "",
    ) -> None:
        """Show the schedule of changes and freezes; without a period, that of this month."""
        show(server().get("/calendar", period=period, region=region, target=target), _show)


def _show(document: Mapping[str, Any]) -> None:
    say(f"{document['begins']} to {document['ends']}, in {document['zone']}", style="bold")
    heading("Freezes")
    listing(
        ("Freeze", "State", "From", "To"),
        (_freeze(line) for line in document["freezes"]),
        empty="No freeze touches these days.",
    )
    heading("Changes")
    listing(
        ("Change", "State", "Target", "Tier", "From", "To"),
        (_bar(bar) for bar in document["bars"]),
        empty="No change moved in these days, and none is planned to begin.",
    )


def _freeze(line: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    freeze = line["freeze"]
    zone = f" {freeze['zone']}" if freeze["zone"] else ""
    cells = (freeze["name"], marked(line["state"]), wall(freeze["starts"]), f"{wall(freeze['ends'])}{zone}")
    return cells, f"of {line['of_whom']}. {freeze['because']}"


def _bar(bar: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    cells = (bar["change"], marked(bar["state"]), bar["target"], bar["tier"], when(bar["begins"]), when(bar["ends"]))
    how = "its start window" if bar["planned"] else words(bar["ended"]) or "it goes on"
    return cells, f"{bar['title']}; {how}"
