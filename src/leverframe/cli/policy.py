"""What does the release policy say, and how does another come into force?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from leverframe.cli import here, output
from leverframe.cli.output import facts, heading, listing, role, say, short, table, words
from leverframe.cli.policy_folder import read_files, write_files
from leverframe.cli.seats import proposal_and_seat
from leverframe.cli.starters import Named, starter
from leverframe.cli.switch import say_seats
from leverframe.cli.verbs import Because, Data, Database, noun, server, show, verb
from leverframe.client import at
from leverframe.nouns.documents import from_document, to_document
from leverframe.nouns.policies import EvalAsk, Policy, ReviewAsk
from leverframe.nouns.verdicts import Fault, Invalid

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="The folder with policy.yaml, catalog/ and the rest.")]

app = noun("Check, load, sign and show the release policy.")


def add_to(parent: typer.Typer) -> None:
    """Add `policy`."""
    parent.add_typer(app, name="policy")


@verb(app, "check", local=True)
def check(folder: Folder) -> None:
    """Check a policy's folder and tell all errors and warnings, with file and line. Needs no server."""
    from leverframe.actions.policies import check_policy

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
    output.verbatim(f"Sign it with: leverframe policy sign {document['digest']}")


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
    output.verbatim(f"Digest     {policy['digest']}")
    facts((("Home zone", policy["calendar"]["home_zone"]), ("To replace it", _seats(policy["policy_seats"]))))
    heading("Roles")
    table(("=Role", "Groups"), ((role(r), groups) for r, groups in sorted(policy["roles"].items())), empty="None.")
    heading("Who may")
    table(("=Act", "Roles"), ((a, [role(r) for r in roles]) for a, roles in policy["may"].items()), empty="None.")
    heading("Requirements")
    table(("For", "Asks", "Evals", "Sign-offs"), (_row(row) for row in policy["requirements"]), empty="None.")
    heading("Gates")
    say("Every gate enforces." if not policy["gates"] else "A gate that is not named enforces.")
    facts((gate, words(mode)) for gate, mode in policy["gates"].items())
    heading("Who goes first")
    models = ((f"Models of {words(tier)} features", names) for tier, names in policy["allowed_models"].items())
    facts((*_order(policy["order"]), *models))
    heading("Kill switches")
    rules = policy["switch_rules"].items()
    table(
        ("=Of a", "Throw", "Set again", "Owner"),
        (
            (layer, [role(r) for r in rule["throw"]], _seats(rule["set"]), rule.get("owner") or "the feature's owner")
            for layer, rule in rules
        ),
        empty="None.",
    )
    heading("Windows")
    table(("=Region", "Traffic may widen"), document["windows"], empty="None.")
    heading("Freezes")
    home = policy["calendar"]["home_zone"]
    freezes = (_freeze(freeze, home) for freeze in document["freezes"])
    listing(("Freeze", "Starts", "Ends", "Zone"), freezes, empty="None in the year ahead.")
    if document["later_freezes"]:
        say(f"{document['later_freezes']} more begin later.", style="dim")
    heading("Ramp plans")
    table(("Plan", "Stages"), ((name, _stages(plan)) for name, plan in policy["plans"].items()), empty="None.")


def _order(order: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what comes in an order, first to last."""
    cohorts = [*order["cohorts"], "everybody else"] if order["cohorts"] else []
    regions = [" and ".join(group) for group in order["regions"]]
    for name, kind, groups in (
        ("Rings", "ring", order["rings"]),
        ("Regions", "region", regions),
        ("Cohorts", "cohort", cohorts),
    ):
        percent = order[f"next_{kind}_percent"]
        more = f"; the next at most {percent:g} % as wide" if percent < 100 else ""
        if len(groups) > 1:
            yield name, f"{', then '.join(groups)}{more}"


def _row(row: Mapping[str, Any]) -> tuple[Any, ...]:
    parts = [", ".join(words(x) for x in row[key]) for key in ("tiers", "kinds", "paths") if row[key]]
    asks = [words(name) for name in (*row["fields"], *row["artefacts"])]
    asks += [f"{words(name)} by hand" for name in row["by_hand"]]
    asks += [f"{words(name)} reviewed" for name in row["reviewed"]]
    asks += [f"{name} passed" for name in row["checks"]]
    asks += [said] if (said := from_document(ReviewAsk, row["code_reviews"]).said) else []
    suites = [from_document(EvalAsk, asked).said for asked in row["evals"]]
    return ("; ".join(parts) or "all changes", asks, suites, _seats(row["seats"]))


def _seats(seats: list[Mapping[str, Any]]) -> list[str]:
    return [f"{seat['count']} {role(seat['role'])}" for seat in seats]


def _freeze(freeze: Mapping[str, Any], home: str) -> tuple[tuple[Any, ...], str]:
    cells = (freeze["name"], output.wall(freeze["starts"]), output.wall(freeze["ends"]), freeze["zone"] or home)
    return cells, f"of {_scope(freeze['scope'])}; a ramp in flight: {freeze['during_ramp']}. {freeze['because']}"


def _scope(scope: Mapping[str, Any]) -> str:
    """Say what a freeze speaks of: `claims-summary; us`, or everything."""
    parts = (scope[part] for part in ("targets", "regions", "tiers", "kinds"))
    return "; ".join(", ".join(words(name) for name in sorted(part)) for part in parts if part) or "everything"


def _stages(plan: Mapping[str, Any]) -> str:
    return ", ".join(f"{max(c['share_percent'] for c in stage['clauses']):g} %" for stage in plan["stages"])


@verb(app, "proposals")
def proposals() -> None:
    """List the policies that wait for sign-offs."""
    show(server().get("/policy/proposals"), _list_proposals)


def _list_proposals(document: Mapping[str, Any]) -> None:
    listing(
        ("Policy", "By", "At"),
        (_proposal(proposal) for proposal in document["proposals"]),
        empty="No policy waits for sign-offs.",
    )


def _proposal(p: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    below = f"{p['digest']}: {', '.join(_filled(p['seats']))}; it differs in {', '.join(p['differs'])}"
    return (short(p["digest"]), p["asked_by"], output.when(p["at"])), below


def _filled(seats: list[Any]) -> list[str]:
    return [f"{role(code)} {len(people)} of {count}" for code, count, people, *_ in seats]


@verb(app, "sign")
def sign(
    digest: Annotated[str, typer.Argument(metavar="DIGEST", help="The proposed policy's digest, or its beginning.")],
    role: Annotated[
        str, typer.Option("--role", metavar="ROLE", help="The seat in which you sign, where you have several.")
    ] = "",
    comment: Annotated[str, typer.Option("--comment", metavar="TEXT", help="What you want to say with it.")] = "",
) -> None:
    """Sign a proposed policy; it comes into force when all seats of the old policy are filled."""
    one = server(person=True)
    whole, seat = proposal_and_seat(one, digest, role)
    body = {"role": seat, "comment": comment}
    show(one.post(at("policy", "proposals", whole, "sign-offs"), body), _say_proposal)


@verb(app, "init", local=True)
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that is new or empty.")],
    admin: Annotated[
        str, typer.Option("--admin", metavar="NAME", help="The first administrator's account.")
    ] = "admin",
    colleague: Annotated[
        str, typer.Option("--colleague", metavar="NAME", help="The second person, who signs what the first one asks.")
    ] = "colleague",
    solo: Annotated[bool, typer.Option("--solo", help="Ask for no second person; every page says so.")] = False,
    organisation: Annotated[str, typer.Option("--organisation", metavar="NAME")] = "My organisation",
    zone: Annotated[str, typer.Option("--zone", metavar="ZONE", help="Its IANA time zone.")] = "Etc/UTC",
) -> None:
    """Write a small, commented policy to begin with; it passes `policy check`."""
    files = starter(Named(admin, colleague, organisation, zone), solo=solo)
    write_files(folder, files)
    document = {"folder": str(folder), "files": sorted(files), "solo": solo}
    show(document, lambda _: _say_begun(folder, sorted(files)))


def _say_begun(folder: Path, files: list[str]) -> None:
    say(f"A policy to begin with is in {folder}:")
    for name in files:
        output.indented(name)
    say("Read it and make it yours. Then:")
    output.verbatim(f"  leverframe policy check {folder}")
    output.verbatim(f"  leverframe policy load {folder}")


@verb(app, "recover", local=True)
def recover(folder: Folder, data: Data, because: Because, database: Database = "") -> None:
    """Put a policy into force from the server's own console, past all sign-offs: the mend for a lock-out.

    It is audited and told to all. Restart the server afterwards.
    """
    from leverframe.actions.policies import recover_policy

    files = read_files(folder)
    with here.house(data, database) as house:
        policy = recover_policy(house, files, because)
    show(
        {"digest": policy.digest, "in_force": True}, lambda _: say(f"The policy {short(policy.digest)} is in force.")
    )
