"""Which freezes hold, and how is one declared, imported, lengthened or lifted?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from leverframe.cli.output import facts, heading, indented, listing, marked, role, say, table, wall, when
from leverframe.cli.verbs import Because, noun, read_bytes, server, show, verb
from leverframe.client import at

PARTS = ("targets", "regions", "tiers", "kinds")
Id = Annotated[str, typer.Argument(metavar="FRZ", help="The freeze's id, such as FRZ-7.")]
Targets = Annotated[
    list[str] | None, typer.Option("--target", metavar="TARGET", help="Only of this; may be repeated.")
]
Regions = Annotated[list[str] | None, typer.Option("--region", metavar="REGION", help="Only here; may be repeated.")]
Tiers = Annotated[list[str] | None, typer.Option("--tier", metavar="TIER", help="Only of this tier.")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", metavar="KIND", help="Only changes of this kind.")]
Zone = Annotated[str, typer.Option("--zone", metavar="ZONE", help="An IANA zone; without one that of each region.")]
Owner = Annotated[str, typer.Option("--owner", metavar="NAME", help="The group or person who is asked about it.")]
Narrow = Annotated[bool, typer.Option("--narrow", help="Take ramps in flight back, instead of holding them.")]
Check = Annotated[bool, typer.Option("--check", help="Say what it would do, and write nothing.")]
Role = Annotated[str, typer.Option("--role", metavar="ROLE", help="The role in which you sign.")]

app = noun("Stretches in which nothing starts and nothing widens.")


def add_to(parent: typer.Typer) -> None:
    """Add `freeze`."""
    parent.add_typer(app, name="freeze")


@verb(app, "list")
def list_freezes(
    everything: Annotated[bool, typer.Option("--all", help="Also what is over or was lifted.")] = False,
) -> None:
    """List the freezes that hold and those of the year ahead, of the policy and declared."""
    show(server().get("/freezes", all="1" if everything else ""), _list)


def _list(document: Mapping[str, Any]) -> None:
    listing(
        ("Freeze", "State", "Name", "From", "To"),
        (_line(line) for line in document["freezes"]),
        empty="Nothing is frozen now or in the year ahead.",
    )
    if document["later"]:
        say(f"{document['later']} more lie later than a year ahead; --all lists them.")


def _line(line: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    freeze = line["freeze"]
    cells = (freeze["id"] or "policy", marked(line["state"]), freeze["name"], *_stretch(freeze))
    owner = f"; owned by {freeze['owner']}" if freeze["owner"] else ""
    asked = "; it is asked to loosen it" if line["loosening"] else ""
    return (
        cells,
        f"of {line['of_whom']}; a ramp in flight: {freeze['during_ramp']}{owner}{asked}. {freeze['because']}",
    )


def _stretch(freeze: Mapping[str, Any]) -> tuple[str, str]:
    return wall(freeze["starts"]), f"{wall(freeze['ends'])} {freeze['zone'] or 'in each region'}"


@verb(app, "show")
def show_freeze(id: Id) -> None:
    """Show one declared freeze: what may move while it holds, and which open changes it meets."""
    show(server().get(at("freezes", id)), _show)


def _show(document: Mapping[str, Any]) -> None:
    line, freeze, declared = document["line"], document["line"]["freeze"], document["line"]["declared"]
    starts, ends = _stretch(freeze)
    say(f"{declared['id']} {freeze['name']}", style="bold")
    facts(
        (
            ("State", marked(line["state"])),
            ("From", starts),
            ("To", ends),
            ("Of", line["of_whom"]),
            ("Because", freeze["because"]),
            ("Owner", freeze["owner"]),
            ("Declared", f"by {declared['declared_by']} {when(declared['declared_at'])}"),
            ("From the file", declared["source"]),
            ("In the place of", declared["replaces"]),
            ("Ended", declared["ended_at"] and f"by {declared['ended_by']}: {declared['ended_because']}"),
        )
    )
    heading("What may move")
    for sentence in document["words"]:
        indented(sentence)
    _say_hits(document["hits"], "No open change would go otherwise without it.")
    if line["loosening"]:
        _say_asked(line["loosening"])


def _say_hits(hits: Iterable[Mapping[str, Any]], empty: str) -> None:
    heading("Changes that it meets")
    rows = ((hit["change"], hit["target"], _whose(hit), hit["how"]) for hit in hits)
    table(("=Change", "Target", "Whose", "What would be otherwise"), rows, empty=empty)


def _whose(hit: Mapping[str, Any]) -> list[str]:
    return [name for name in dict.fromkeys((hit["author"], hit["release_manager"])) if name]


def _say_asked(asked: Mapping[str, Any]) -> None:
    heading("Asked of it")
    looser = asked["looser"]
    what = f"to hold only {' to '.join(_stretch(looser))}" if looser else "to lift it"
    say(f"{asked['asked_by']} asks {what}: {asked['because']}")
    for code, count, people in asked["seats"]:
        indented(f"{role(code)} {len(people)} of {count}: {', '.join(people) or 'nobody yet'}")


@verb(app, "declare")
def declare(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people call it.")],
    starts: Annotated[str, typer.Option("--from", metavar="TIME", help="A day, or wall time: 2026-12-21 18:00.")],
    ends: Annotated[
        str, typer.Option("--to", metavar="TIME", help="A day that is in it, or the wall time of its end.")
    ],
    owner: Owner,
    because: Because = "",
    zone: Zone = "",
    target: Targets = None,
    region: Regions = None,
    tier: Tiers = None,
    kind: Kinds = None,
    narrow: Narrow = False,
    check: Check = False,
) -> None:
    """Declare a freeze: it holds from now on, for everything of which it speaks."""
    only = {"targets": target, "regions": region, "tiers": tier, "kinds": kind}
    body = {"name": name, **_times(starts, ends), "owner": owner, "because": because, "zone": zone}
    body |= {"during_ramp": "narrow" if narrow else "hold"} | {part: names for part, names in only.items() if names}
    if check:
        show(server().post("/freezes/check", body), _say_checked)
    else:
        show(server().post("/freezes", body), _say_declared)


def _times(starts: str, ends: str) -> dict[str, str]:
    days = all(len(text) <= len("2026-12-21") for text in (starts, ends))
    if days:
        return {"first_day": starts, "last_day": ends}
    return {"starts": _with_time(starts), "ends": _end(ends)}


def _with_time(text: str) -> str:
    return text if len(text) > len("2026-12-21") else f"{text} 00:00"


def _say_checked(document: Mapping[str, Any]) -> None:
    for sentence in document["words"]:
        say(sentence)
    _say_hits(document["hits"], "It would meet no planned change.")
    say()
    say("Nothing is declared yet.")


def _say_declared(document: Mapping[str, Any]) -> None:
    say(f"{document['id']} holds from now on: {document['freeze']['name']}.", style="bold")
    say(f"Whom it meets: leverframe freeze show {document['id']}")


@verb(app, "import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A calendar (.ics) or a table (.csv); - for stdin.")],
    owner: Owner = "",
    because: Because = "",
    source: Annotated[
        str, typer.Option("--as", metavar="NAME", help="What the file is called; else its own name.")
    ] = "",
    zone: Zone = "",
    target: Targets = None,
    region: Regions = None,
    tier: Tiers = None,
    kind: Kinds = None,
    narrow: Narrow = False,
    check: Check = False,
) -> None:
    """Import the freezes of a file; the options fill what it does not say. All of it, or nothing with every fault.

    What is new, or forbids more than before, holds at once; what would let traffic widen waits for its sign-offs.
    """
    body, one = read_bytes(file), server()
    asked = {"source": source or file.name, "owner": owner, "because": because, "zone": zone}
    asked |= {"during_ramp": "narrow" if narrow else "", "check": "1" if check else ""}
    only = {"targets": target, "regions": region, "tiers": tier, "kinds": kind}
    asked |= {part: ",".join(names or ()) for part, names in only.items()}
    show(one.send("POST", "/freezes/imports", body, "application/octet-stream", **asked), _say_imported)


def _say_imported(document: Mapping[str, Any]) -> None:
    found, stands = document["sorted"], document["stands"]
    past = f", {document['past']} of them over already" if document["past"] else ""
    say(f"{document['source']}: {len(found['new'])} new{past}, {len(found['tighter'])} forbid more than before, "
        f"{found['unchanged']} unchanged.", style="bold")  # fmt: skip
    for old in (*(old for old, _ in found["looser"]), *found["called_off"]):
        way = f"leverframe freeze lift {old['id']}"
        say(f"{old['id']} {old['freeze']['name']} would let traffic widen; it waits for sign-offs: {way}")
    for old in found["gone"]:
        say(f"{old['id']} {old['freeze']['name']} is not in the file any more; it stands until it is lifted.")
    for name, hit in document["hits"]:
        say(f"{name} would meet {hit['change']}: {hit['how']}")
    if not stands and found["new"]:
        say("Nothing is imported yet.")


@verb(app, "amend")
def amend(
    id: Id,
    because: Because = "",
    starts: Annotated[str, typer.Option("--from", metavar="TIME", help="Its new start; else as it is.")] = "",
    ends: Annotated[str, typer.Option("--to", metavar="TIME", help="Its new end; else as it is.")] = "",
    target: Targets = None,
    region: Regions = None,
    tier: Tiers = None,
    kind: Kinds = None,
    everything: Annotated[bool, typer.Option("--everything", help="Of everything, whatever it spoke of.")] = False,
    signing: Role = "",
) -> None:
    """Plan a freeze again: at once where it forbids as much and more, else on sign-offs."""
    one = server()
    freeze = one.get(at("freezes", id))["line"]["freeze"]
    only = {"targets": target, "regions": region, "tiers": tier, "kinds": kind}
    scope = {
        part: names if (names := only[part]) else ([] if everything else freeze["scope"][part]) for part in PARTS
    }
    kept = {name: freeze[name] for name in ("name", "zone", "during_ramp", "owner", "because")}
    times = {
        "starts": _with_time(starts) if starts else freeze["starts"],
        "ends": _end(ends) if ends else freeze["ends"],
    }
    body = {**kept, **times, **scope, "reason": because, "role": signing}
    show(one.put(at("freezes", id), body), _say_loosening)


def _end(text: str) -> str:
    """Return the end that is meant: a day that is named is in the freeze."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day + timedelta(days=1)} 00:00"


@verb(app, "lift")
def lift(id: Id, because: Because = "", signing: Role = "") -> None:
    """Ask that a freeze be lifted, or sign what is asked of it; it is done when all seats are filled."""
    show(server().post(at("freezes", id, "lifting"), {"because": because, "role": signing}), _say_loosening)


def _say_loosening(document: Mapping[str, Any]) -> None:
    stands = document["stands"]
    if document["done"]:
        state = "holds as planned again" if stands["ended_at"] is None else "is lifted"
        say(f"{stands['id']} {state}.", style="bold")
        return
    say(f"{stands['id']} still holds: it waits for its sign-offs.", style="bold")
    _say_asked(document)


@verb(app, "keep")
def keep(id: Id, because: Because = "") -> None:
    """Refuse what is asked of a freeze: it stands as it is."""
    show(
        server().delete(at("freezes", id, "lifting"), {"because": because}),
        lambda d: say(f"{d['id']} stands as it is."),
    )
