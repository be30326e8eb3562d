"""What did we do to production in the last hours?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from leverframe.cli.output import listing, verbatim, when
from leverframe.cli.verbs import server, show, verb


def add_to(app: typer.Typer) -> None:
    """Add `changed`."""
    verb(app, "changed")(changed)


def changed(
    since: Annotated[str, typer.Option("--since", help="How far back: 90m, 2h, 7d.")] = "2h",
    target: Annotated[str, typer.Option("--target", help="Only this feature.")] = "",
    region: Annotated[str, typer.Option("--region", help="Only this region.")] = "",
) -> None:
    """List every step, throw, table and adopted unit of the last hours, with the one act that stops each."""
    show(server().get("/changes/recent", since=since, target=target, region=region), lambda d: _list(d, since))


def _list(document: Any, since: str) -> None:
    rows = document["rows"]
    listing(
        ("At", "What", "On"),
        (_line(row) for row in rows),
        empty=f"Nothing was done to production in the last {since}.",
    )
    stops = dict.fromkeys(command for row in rows if (command := stop_command(row)))
    for command in stops:
        verbatim(f"Stop it: {command}")


def _line(row: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    by = f"{row['by']}: " if row["by"] else ""
    return (when(row["at"]), row["what"], _place(row)), f"{by}{row['because']}"


def _place(row: Mapping[str, Any]) -> str:
    where = f" ({row['region']})" if row["region"] else ""
    return f"{row['object']}{where}"


def stop_command(row: Mapping[str, Any]) -> str:
    """Return the command that does the row's one stopping act."""
    stop = row.get("stop")
    if not stop:
        return ""
    if stop["href"].endswith("/ramp/abort"):
        return f'leverframe change abort {row["object"]} --because "..."'
    if stop["href"].endswith("/way-back"):
        return f'leverframe change back {row["object"]} --because "..."'
    return f'leverframe switch throw {row["object"]} --because "..."'
