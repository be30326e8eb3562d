"""What waits for me?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import typer

from leverframe.cli.follow_up import say_owed
from leverframe.cli.output import heading, indented, listing, role, say, share, when
from leverframe.cli.verbs import server, show, verb


def add_to(app: typer.Typer) -> None:
    """Add `me`."""
    verb(app, "me")(me)


def me() -> None:
    """List everything that waits for you: sign-offs, what your changes lack, what you owe, your ramps."""
    show(server().get("/me"), _say)


def _say(work: Mapping[str, Any]) -> None:
    for nudge in work["nudges"]:
        say(f"{nudge}.")
    asked, others = [*work["sign_offs"], *work["code_reviews"], *work["field_reviews"]], work["other_sign_offs"]
    if not asked and not others and not any(work[part] for part in ("lacking", "owed", "debts", "ramps", "bridges")):
        say("Nothing else waits for you." if work["nudges"] else "Nothing waits for you.")
        return
    _part("Waits for your sign-off or review", asked, _say_asked)
    _part("Waits for your sign-off, and is no change", others, _say_others)
    _part("What your changes lack", work["lacking"], _say_lacking)
    _part("What you owe", work["owed"], say_owed)
    _part("Evidence that is owed", work["debts"], _say_debts)
    _part("Your ramps", work["ramps"], _say_ramps)
    _part("Bridges that you coordinate", work["bridges"], _say_bridges)


def _part(title: str, rows: list[Any], tell: Any) -> None:
    if rows:
        heading(title)
        tell(rows)


def _say_asked(rows: Iterable[Mapping[str, Any]]) -> None:
    lines = (((row["change"], ", ".join(map(role, row["roles"]))), f"{row['title']}: {row['says']}") for row in rows)
    listing(("Change", "As"), lines, empty="")


def _say_others(rows: Iterable[Mapping[str, Any]]) -> None:
    lines = (((row["what"], ", ".join(map(role, row["can_sign_as"]))), row["says"]) for row in rows)
    listing(("What", "As"), lines, empty="")


def _say_lacking(rows: Iterable[Mapping[str, Any]]) -> None:
    for row in rows:
        say(f"{row['change']}  {row['title']}")
        for lack in row["lacks"]:
            indented(f"{lack['because']}. Remedy: {lack['remedy']}" if lack["remedy"] else lack["because"])


def _say_debts(rows: Iterable[Mapping[str, Any]]) -> None:
    lines = (((row["subject"], row["what"], when(row["due_at"])), row["because"]) for row in rows)
    listing(("Change", "What", "Due"), lines, empty="")


def _say_ramps(rows: Iterable[Mapping[str, Any]]) -> None:
    stage = (f"{row['stage']} of {row['stages']}" for row in rows)
    lines = (
        ((row["change"], share(row["share_percent"]), at), f"{row['title']}{_held(row)}")
        for row, at in zip(rows, stage, strict=True)
    )
    listing(("Change", ">Share", "Stage"), lines, empty="")


def _held(row: Mapping[str, Any]) -> str:
    return f" (held: {row['held']})" if row["held"] else ""


def _say_bridges(rows: Iterable[Mapping[str, Any]]) -> None:
    listing(("Change", "Bridge"), (((row["change"], row["bridge"]), row["title"]) for row in rows), empty="")
