"""How does the command line show what lies on a change as evidence?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import Any

from leverframe.cli.output import heading, listing, role, say, table, when, words
from leverframe.nouns.documents import from_document
from leverframe.nouns.evidence import TELLING, PairedCases
from leverframe.rules.evals import said_pairs


def list_evidence(document: Mapping[str, Any]) -> None:
    """Show a change's eval results, its pull request, and what became of its candidate on staging."""
    list_deltas(document["deltas"])
    if document["pull_request"]:
        say_pull_request(document["pull_request"])
    say_staging(document["staging"])


def say_pull_request(seen: Mapping[str, Any], zone: str = "") -> None:
    """Show what a git host says of a change's pull request, and what of it counts."""
    told = seen["read"]["told"]
    heading("Pull request")
    say(f"{told['url']}: {told['state']} at {told['commit'][:7]}, told {when(seen['read']['at'], zone)}")
    asked = ((name, "not run", True) for name in seen["asked"] if name not in {c["name"] for c in told["checks"]})
    ran = ((check["name"], check["state"], check["name"] in seen["asked"]) for check in told["checks"])
    checks = ((name, state, "asked for" if is_asked else "") for name, state, is_asked in (*ran, *asked))
    table(("=Check", "Stands", "By the policy"), checks, empty="Nothing was run on it.")
    reviewers = (
        (r["person"] or r["login"], [role(name) for name in r["roles"]], r["because"]) for r in seen["reviewers"]
    )
    table(("=Reviewer", "Roles", "Because"), reviewers, empty="Nobody has reviewed it.")


def say_staging(records: Sequence[Mapping[str, Any]], zone: str = "") -> None:
    if records:
        heading("Staging")
    for record in records:
        say(staged(record, zone), style="dim" if record["earlier"] else "")


def staged(record: Mapping[str, Any], zone: str = "") -> str:
    """Say one record of staging in a line."""
    said = f"{words(record['state'])} {when(record['at'], zone)} by {record['by']}: {record['because']}"
    url = f" {record['url']}" if record["url"] else ""
    return f"{said}{url}{' (of an earlier candidate)' if record['earlier'] else ''}"


def list_deltas(deltas: Sequence[Mapping[str, Any]]) -> None:
    """Show eval results beside the deployed unit's; where several tools have measured, each with its tool."""
    several = len({delta["tool"] for delta in deltas}) > 1
    listing(
        ("Suite", "Metric", ">n", ">Candidate", ">Deployed", ">Difference, 95 % interval", "Comparison"),
        (_delta(delta, by_whom=several) for delta in deltas),
        empty="No eval results are on this change.",
    )


def _delta(d: Mapping[str, Any], *, by_whom: bool) -> tuple[tuple[Any, ...], str]:
    suite = f"{d['suite']} by {d['tool']}" if by_whom else d["suite"]
    metric = f"{words(d['metric'])} ({d['slice']})" if d["slice"] else words(d["metric"])
    values = (_plain(d["value"]), _plain(d["deployed"]), _interval(d))
    because = d["because"] if d["comparison"] == "not_comparable" else _said_pairs(d.get("paired"))
    return (suite, metric, d["n"], *values, words(d["comparison"])), because


def _said_pairs(paired: Mapping[str, Any] | None) -> str:
    return said_pairs(from_document(PairedCases, paired)) if paired else ""


def _interval(delta: Mapping[str, Any]) -> str:
    if delta["low"] is None or delta["high"] is None:
        return ""
    return f"{_plain(delta['low'], '+')} to {_plain(delta['high'], '+')}"


def _plain(value: float | None, sign: str = "") -> str:
    """Return a number with three figures that say something, and never with an exponent."""
    if value is None:
        return ""
    places = max(0, 2 - floor(log10(abs(value)))) if value else 0
    return f"{value:{sign}.{places}f}"


def list_most(change: str, deltas: Sequence[Mapping[str, Any]]) -> None:
    """Show the eval results that tell something, the worse ones first; those that show no difference are counted."""
    told = sorted((d for d in deltas if d["comparison"] in TELLING), key=lambda d: TELLING.index(d["comparison"]))
    if told or not deltas:
        list_deltas(told)
    else:
        say("No metric is shown to be better or worse.")
    if len(deltas) > len(told):
        say(f"{len(deltas) - len(told)} unchanged: leverframe evidence list --change {change}", style="dim")
