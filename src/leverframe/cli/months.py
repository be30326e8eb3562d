"""What would have become of a month's changes, as a terminal tells it?"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from leverframe.cli.output import heading, indented, say, table, when
from leverframe.cli.policy_folder import read_files
from leverframe.cli.verbs import said, server, show
from leverframe.client import Server
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.evidence.words import minutes

AT_ONCE = 10
"""So many changes are asked for in one request."""
KINDS = {
    "as_it_was": "as it was",
    "sooner": "sooner",
    "later": "later",
    "ends_otherwise": "would end otherwise",
    "has_not_ended": "under way",
    "is_ahead": "ahead",
    "not_played": "not played",
}


def rehearse_month(change: str, begins: str, policy: Path | None, seed: int) -> None:
    """Ask for a month and tell it; a change cannot be named beside it."""
    if change:
        raise Invalid([Fault("CHG|FILE", f"{change} is named, and a month is asked for", "ask for one of both")])
    asked: dict[str, Any] = {"from": begins or None, "seed": seed}
    asked |= {"policy_files": read_files(policy) if policy else {}}
    show(_all_of(server(), asked), _tell)


def _all_of(one: Server, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Ask for the changes part by part, so that a person sees how far it is and the server is not held up."""
    found = one.post("/rehearsals/month", {**asked, "first": 0, "limit": AT_ONCE})
    quiet = said().json or not sys.stderr.isatty()
    parts = range(AT_ONCE, found["found"], AT_ONCE)
    for first in track(parts, "Playing", console=Console(stderr=True), disable=quiet, transient=True):
        found["rows"] += one.post("/rehearsals/month", {**asked, "first": first, "limit": AT_ONCE})["rows"]
    found["totals"] = _totals(found["rows"])
    return found


def _totals(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Add up the parts as the server adds up one: in the order in which it names what it counts."""
    kinds = Counter(row["difference"]["kind"] for row in rows)
    ends = Counter(row["would"]["ended"] for row in rows if row["would"])
    return {
        "changes": len(rows),
        "kinds": [[kind, kinds[kind]] for kind in KINDS if kinds[kind]],
        "ends": [[end, ends[end]] for end in ("settled", "rolled_back", "stands") if ends[end]],
    }


def _tell(found: Mapping[str, Any]) -> None:
    under = "an edit of the policy, which is not loaded" if found["edited"] else "the policy in force"
    say(f"{found['totals']['changes']} changes, {_period(found)}, under {under}.", style="bold")
    if found["rows"]:
        say(", ".join(f"{count} {KINDS[kind]}" for kind, count in found["totals"]["kinds"]) + ".")
    heading("What would be, beside what was")
    columns = ("Change", "On", "What was", "What would be", "Difference")
    table(columns, [_row(row) for row in found["rows"]], empty="No ramp began then, and none is to.")
    for row in found["rows"]:
        for note in _notes(row):
            indented(f"{row['change']}: {note}", style="dim")
    for sentence in found["said"]:
        indented(sentence, style="dim")
    if found["left_out"]:
        say(f"{found['left_out']} later changes are left out: ask for them from a later day.")


def _period(found: Mapping[str, Any]) -> str:
    return f"{when(found['begins'])} to {when(found['ends'])}"


def _row(row: Mapping[str, Any]) -> tuple[str, ...]:
    evidence = {"recorded": "its own minutes", "simulated": "people at random", "none": "nothing"}[row["evidence"]]
    return row["change"], evidence, _went(row["was"]), _went(row["would"]), row["difference"]["text"]


def _went(went: Mapping[str, Any] | None) -> str:
    if went is None:
        return "–"
    on = f" on {went['guardrail']}" if went["guardrail"] else ""
    return f"{went['ended']}{on}, {minutes(went['minutes'])}".replace("_", " ")


def _notes(row: Mapping[str, Any]) -> Iterator[str]:
    yield from row["notes"]
    if row["drawn_percent"] >= 1.0:
        yield f"{row['drawn_percent']:.0f} % of the candidate's people are drawn, the others as they were counted"
