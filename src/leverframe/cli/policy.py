"""What does the release policy say, and how does another come into force?"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from leverframe.actions.policies import check_policy
from leverframe.cli import output
from leverframe.cli.output import facts, heading, say, short, table, words
from leverframe.cli.policy_folder import read_files
from leverframe.cli.switch import say_seats
from leverframe.cli.verbs import noun, server, show, verb
from leverframe.nouns.documents import to_document
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import Fault, Invalid

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder with policy.yaml, catalog/ and the rest.")]

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

app = noun("Check, load, sign and show the release policy.")


def add_to(parent: typer.Typer) -> None:
    """Add `policy`."""
    parent.add_typer(app, name="policy")


@verb(app, "check", local=True)
def check(folder: Folder) -> None:
    """Check a policy's folder and tell all errors and warnings, with file and line. Needs no server."""
    policy, faults = check_policy(read_files(folder))
    if policy is None:
        raise Invalid(faults)
    show({"digest": policy.digest, "ok": True, "faults": to_document(faults)}, lambda _: _say_sound(policy, faults))


def _say_sound(policy: Policy, faults: tuple[Fault, ...]) -> None:
    output.faults(to_document(faults))
    warned = f", with {_warnings(len(faults))}" if faults else ""
    say(f"The policy of {policy.organisation} has no errors{warned}. Its digest is {short(policy.digest)}.")
    if policy.solo:
        say("It is a solo policy: no second person is ever asked.", style="yellow")


def _warnings(number: int) -> str:
    return f"{number} warning" if number == 1 else f"{number} warnings"


@verb(app, "load")
def load(folder: Folder) -> None:
    """Load a policy: the first comes into force at once, a later one waits for the old policy's sign-offs."""
    show(server(person=True).post("/policy", {"files": read_files(folder)}), _say_proposal)


def _say_proposal(document: Mapping[str, Any]) -> None:
    output.faults(document.get("warnings") or ())
    name = short(document["digest"])
    if document["in_force"]:
        say(f"The policy {name} is in force.")
        return
    say(f"The policy {name} waits for its sign-offs; it differs in {', '.join(document['differs'])}.")
    say_seats(document["seats"])
    output.verbatim(f"Sign it with: leverframe policy sign {document['digest']} --role ROLE")


@verb(app, "show")
def show_policy() -> None:
    """Show the policy in force: who may do what, what each change needs, windows and freezes."""
    show(server().get("/policy"), _whole)


def _whole(document: Mapping[str, Any]) -> None:
    policy = document["policy"]
    if policy is None:
        say("No policy is loaded. The first administrator loads one: leverframe policy load DIR")
        return
    solo = " (solo: no second person is asked)" if policy["solo"] else ""
    say(f"{policy['organisation']}{solo}", style="bold")
    facts((("Digest", policy["digest"]), ("Home zone", policy["calendar"]["home_zone"])))
    heading("Roles")
    table(("Role", "Groups"), ((words(r), groups) for r, groups in sorted(policy["roles"].items())), empty="None.")
    heading("Who may")
    table(("Act", "Roles"), ((a, [words(r) for r in roles]) for a, roles in policy["may"].items()), empty="None.")
    heading("Requirements")
    table(("For", "Fields", "Evals", "Sign-offs"), (_row(row) for row in policy["requirements"]), empty="None.")
    heading("Windows")
    table(("Window", "Days", "Hours"), (_window(w) for w in policy["calendar"]["windows"]), empty="None.")
    heading("Freezes")
    freezes = ((f["name"], f["starts"], f["ends"], f["because"]) for f in policy["calendar"]["freezes"])
    table(("Freeze", "Starts", "Ends", "Because"), freezes, empty="None.")
    heading("Ramp plans")
    table(("Plan", "Stages"), ((name, _stages(plan)) for name, plan in policy["plans"].items()), empty="None.")


def _row(row: Mapping[str, Any]) -> tuple[Any, ...]:
    parts = [", ".join(words(x) for x in row[key]) for key in ("tiers", "kinds", "paths") if row[key]]
    seats = [f"{seat['count']} {words(seat['role'])}" for seat in row["seats"]]
    return ("; ".join(parts) or "all changes", [words(f) for f in row["fields"]], row["evals"], seats)


def _window(window: Mapping[str, Any]) -> tuple[Any, ...]:
    days = ", ".join(DAYS[day] for day in window["weekdays"])
    return (window["name"], days, f"{window['opens'][:5]} to {window['closes'][:5]} {window['zone']}".rstrip())


def _stages(plan: Mapping[str, Any]) -> str:
    return ", ".join(f"{max(c['share_percent'] for c in stage['clauses']):g} %" for stage in plan["stages"])


@verb(app, "proposals")
def proposals() -> None:
    """List the policies that wait for sign-offs."""
    show(server().get("/policy/proposals"), _list_proposals)


def _list_proposals(document: Mapping[str, Any]) -> None:
    table(
        ("Policy", "By", "At", "Differs in", "Signed"),
        (_proposal(proposal) for proposal in document["proposals"]),
        empty="No policy waits for sign-offs.",
    )


def _proposal(p: Mapping[str, Any]) -> tuple[Any, ...]:
    return (p["digest"], p["asked_by"], output.when(p["at"]), p["differs"], _filled(p["seats"]))


def _filled(seats: list[Any]) -> list[str]:
    return [f"{words(role)} {len(people)} of {count}" for role, count, people, *_ in seats]


@verb(app, "sign")
def sign(
    digest: Annotated[str, typer.Argument(metavar="DIGEST", help="The proposed policy's digest.")],
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="The role in which you sign.")],
    comment: Annotated[str, typer.Option("--comment", metavar="TEXT", help="What you want to say with it.")] = "",
) -> None:
    """Sign a proposed policy; it comes into force when all seats of the old policy are filled."""
    body = {"role": role, "comment": comment}
    show(server(person=True).post(f"/policy/proposals/{digest}/sign-offs", body), _say_proposal)
