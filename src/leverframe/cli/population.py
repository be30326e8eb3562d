"""Which changes does a period have, and what proves each of them?"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from leverframe.cli.output import count, facts, heading, listing, marked, say, when, words
from leverframe.cli.verbs import Because, noun, server, show, verb, with_shared
from leverframe.client import at, document_of

First = Annotated[str, typer.Option("--from", metavar="DAY", help="The first day; 90 days back without it.")]
Last = Annotated[str, typer.Option("--to", metavar="DAY", help="The last day, which is included; today without it.")]

app = noun("List every change of a period, and what proves that each was approved before it began.")


def add_to(parent: typer.Typer) -> None:
    """Add `population`, which lists it where no verb follows."""
    app.callback(invoke_without_command=True, help=app.info.help)(with_shared(list_population))
    app.info.no_args_is_help = False
    parent.add_typer(app, name="population")


def list_population(
    context: typer.Context,
    first: First = "",
    last: Last = "",
    tier: Annotated[str, typer.Option("--tier", help="Only those of this tier.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="Only those of this kind.")] = "",
    outcome: Annotated[str, typer.Option("--outcome", help="Only those that ended so, such as settled.")] = "",
    failure: Annotated[str, typer.Option("--failure", help="Only those that show this, such as no_ticket.")] = "",
    target: Annotated[str, typer.Option("--target", help="Only those on this target.")] = "",
    before: Annotated[str, typer.Option("--before", metavar="CHG", help="Only those older than this one.")] = "",
    csv: Annotated[bool, typer.Option("--csv", help="Print every row as CSV.")] = False,
) -> None:
    """List every change that was filed, begun, ended or closed in a period, and what proves each."""
    if context.invoked_subcommand:
        return
    filters = {"tier": tier, "kind": kind, "outcome": outcome, "failure": failure, "target": target}
    asked = {"from": first, "to": last, **filters}
    if csv:
        _print_table("/population", asked)
    else:
        show(server().get("/population", **asked, before=before), _show)


def _print_table(path: str, asked: Mapping[str, str]) -> None:
    answer = server().answer("GET", path, headers={"accept": "text/csv"}, asked=asked)
    if not answer.is_success:
        document_of(answer)
    sys.stdout.write(answer.text.replace("\r\n", "\n"))


def _show(document: Mapping[str, Any]) -> None:
    period, counts = document["period"], document["counts"]
    say(f"{period['first_day']} to {period['last_day']}, {document['zone']}", style="bold")
    facts(
        (
            ("Changes", count(counts["changes"])),
            *((f"By {name}", _counted(counts[f"by_{name}"])) for name in ("tier", "kind", "outcome")),
        )
    )
    heading("What auditors find")
    facts((words(failure).capitalize(), count(number)) for failure, number in counts["failures"].items())
    for smell in document["smells"]:
        heading(words(smell["name"]).capitalize())
        say(smell["because"])
    heading("Changes")
    listing(
        ("Change", "Filed", "Approved", "Began", "Before", "Outcome"),
        (_line(row) for row in document["rows"]),
        empty="No change matches.",
    )
    if document["before"]:
        say(f"Older ones: --before {document['before']}; --csv has all {document['matching']}.", style="dim")


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{words(name)} {number}" for name, number in counts.items()) or "none"


def _line(row: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    times = (when(row["filed_at"]), when(row["approved_at"]), when(row["started_at"]))
    said = [row["title"] or "no row in the store", f"segregation {row['segregated']}", row["approval_because"]]
    said += [words(failure) for failure in row["failures"]]
    said += [f"the row differs from the log: {part}" for part in row["altered"]]
    cells = (row["change"], *times, marked(row["approved_before_start"]), words(row["outcome"]))
    return cells, "; ".join(said)


@verb(app, "unauthorised")
def list_unauthorised(
    first: First = "",
    last: Last = "",
    csv: Annotated[bool, typer.Option("--csv", help="Print every row as CSV.")] = False,
) -> None:
    """List the units that gateways served and that no change explains, and what people made of them."""
    asked = {"from": first, "to": last}
    if csv:
        _print_table("/population/unauthorised", asked)
    else:
        show(server().get("/population/unauthorised", **asked), _show_units)


def _show_units(document: Mapping[str, Any]) -> None:
    listing(
        ("Record", "Target", "First call", "Last call", ">Calls", "Settled"),
        (_unit_line(unit) for unit in document["units"]),
        empty="Every unit that was served is explained by an adoption, a ramp or a way back.",
    )


def _unit_line(unit: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    settled = unit["settled"]
    how = (settled["change"] or "incident") if settled else "open"
    calls = sum(one["calls"] for one in unit["sightings"])
    gateways = ", ".join(f"{one['gateway']} at table {one['number']}" for one in unit["sightings"])
    said = [f"{unit['unit']}, by {gateways}", unit["explanation"]["because"]]
    said += [f"{settled['by']}: {settled['because']}"] if settled else []
    times = when(unit["first_at"]), when(unit["last_at"])
    return (unit["id"], unit["target"], *times, count(calls), marked(how)), "; ".join(said)


@verb(app, "settle")
def settle(
    id: Annotated[str, typer.Argument(metavar="UNA", help="The record's id, such as UNA-7.")],
    change: Annotated[str, typer.Option("--change", metavar="CHG", help="It was part of this change.")] = "",
    incident: Annotated[bool, typer.Option("--incident", help="It was an incident.")] = False,
    because: Because = "",
) -> None:
    """Say what a unit was that no change explains; the record stays in the population."""
    both = {"as": "incident" if incident else "change" if change else "", "change": "" if incident else change}
    path = at("population", "unauthorised", id, "settlement")
    settled = server().post(path, {**both, "because": because})
    show(settled, lambda d: say(f"{d['id']} is settled: {d['settled']['change'] or 'an incident'}.", style="bold"))
