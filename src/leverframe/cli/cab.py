"""What is on the CAB's agenda, and how does a member answer from a terminal?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer

from leverframe.cli.output import facts, heading, indented, listing, marked, role, say, table, verbatim, when
from leverframe.cli.seats import seat_of
from leverframe.cli.verbs import Because, noun, said, server, show, verb, with_shared
from leverframe.client import Server, at
from leverframe.nouns.cab import ApprovalReason

Meeting = Annotated[str, typer.Argument(metavar="CAB", help="The meeting, such as CAB-2026-11-24.")]
Change = Annotated[str, typer.Argument(metavar="CHG", help="The change, such as CHG-2026-00012.")]
Seat = Annotated[
    str, typer.Option("--role", metavar="ROLE", help="The seat in which you answer, where you have several.")
]
Digest = Annotated[
    str, typer.Option("--digest", metavar="DIGEST", help="What you have read; else what stands now is meant.")
]
Why = Annotated[
    str, typer.Option("--reason", metavar="REASON", help="One of those that `leverframe cab returns` lists.")
]

app = noun("The CAB: its agenda, one item after the other, and who sits there for whom.")


def add_to(parent: typer.Typer) -> None:
    """Add `cab`, which shows the meeting that is meant now where no verb follows."""
    app.callback(invoke_without_command=True, help=app.info.help)(with_shared(today))
    app.info.no_args_is_help = False
    parent.add_typer(app, name="cab")


def today(context: typer.Context) -> None:
    """Show the meeting that is open or was held today, else the next."""
    if context.invoked_subcommand is None:
        show(server().get("/cab"), _meeting)


@verb(app, "show")
def show_cab(
    meeting: Annotated[str, typer.Argument(metavar="[CAB]", help="A meeting; today's or the next without it.")] = "",
    change: Annotated[str, typer.Argument(metavar="[CHG]", help="One item of it.")] = "",
) -> None:
    """Show a meeting's agenda, or one item with its five checks and what differs from the target's last change."""
    if change:
        show(server().get(at("cab", meeting, change)), _item)
    else:
        show(server().get(at("cab", meeting) if meeting else "/cab"), _meeting)


def _meeting(document: Mapping[str, Any]) -> None:
    meeting = document["meeting"]
    if meeting is None:
        no = document["may"]["sit"]
        say(no["because"] if document["rule"] is None else "No meeting of the CAB lies ahead.")
        return
    state = "not built yet: as it would be now" if document["is_preview"] else meeting["state"].replace("_", " ")
    say(f"{meeting['id']}, {when(meeting['starts_at'], meeting['zone'])}: {state}", style="bold")
    if meeting["ended_because"]:
        say(f"It ended: {meeting['ended_because']}")
    listing(
        ("No.", "State", "Change", "Target", "Tier", "Minutes", "Open seats"),
        (_line(line) for line in document["lines"]),
        empty="Nothing waits for the CAB.",
    )


def _line(line: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    item = line["item"]
    is_open = item["state"] in ("waiting", "in_discussion")
    seats = [role(seat["role"]) for seat in line["seats"] if seat["open"] and is_open]
    minutes = f"{line['minutes']:.0f}" if line["minutes"] else ""
    cells = (item["position"], marked(item["state"]), item["change"], line["target"], line["tier"], minutes, seats)
    nobody = [role(seat["role"]) for seat in line["seats"] if seat["open"] and not seat["able"]]
    who = f"{line['title']}; presented by {', '.join(item['presenters'])}"
    what = item["note"] or item["because"]
    lacks = f"; nobody may sign as {', '.join(nobody)}" if nobody and is_open else ""
    return cells, f"{who}{lacks}{f'. {what}' if what else ''}"


def _item(document: Mapping[str, Any]) -> None:
    item, change = document["item"], document["change"]
    say(f"{change['id']} {change['title']}", style="bold")
    facts(
        (
            ("State", marked(item["state"])),
            ("Presented by", item["presenters"]),
            ("Minutes", f"{document['minutes']:.1f} of {document['meeting']['item_minutes']}"),
            ("Decided", item["note"] or item["because"]),
        )
    )
    for check, before in document["turned"]:
        say(f"Turned since it was opened: {check['question']} {check['because']} (before: {before})")
    heading("Five checks")
    for check in document["checks"]:
        _check(check)
    heading("What differs from this target's last change")
    _differing(document["differing"], change["targets"][0])
    heading("Seats of the CAB")
    for seat in document["seats"]:
        signed = ", ".join(seat["signed_by"]) or "nobody yet"
        able = f"; {', '.join(seat['able'])} may sign" if seat["open"] and seat["able"] else ""
        nobody = "; nobody may sign" if seat["open"] and not seat["able"] else ""
        indented(f"{role(seat['role'])} {len(seat['signed_by'])} of {seat['count']}: {signed}{able}{nobody}")
    say()
    verbatim(f"An answer is over {document['digest']}")


def _check(check: Mapping[str, Any]) -> None:
    said_so = {"met": "yes", "not_met": "no", "not_needed": "not asked"}[check["outcome"]]
    say(f"{check['question']} {said_so}: {check['because']}", style="bold" if check["outcome"] == "not_met" else "")
    if check["remedy"]:
        indented(f"To clear it: {check['remedy']}")
    for name, value in check["evidence"]:
        indented(f"{name}: {value}")


def _differing(found: Mapping[str, Any], target: str) -> None:
    if not found["last"]:
        indented(f"It is the first change of {target} here.")
        return
    indented(f"{found['last']} {found['title']}: {found['ended']}")
    rows = ((part["name"], part["was"], part["now"]) for part in found["parts"])
    table(("=Part", "Last time", "This time"), rows, empty="Nothing differs.")
    for line in found["prompt"]:
        verbatim(line)


@verb(app, "open")
def open_item(meeting: Meeting, change: Change) -> None:
    """Open an item: its minutes run from now on, and those of the one before it end."""
    show(
        server(person=True).put(at("cab", meeting, change, "discussion")),
        lambda d: say(f"{change} is being discussed at {meeting}; {d['item_minutes']} min are meant for it."),
    )


@verb(app, "approve")
def approve(
    meeting: Meeting,
    change: Change,
    role: Seat = "",
    condition: Annotated[
        str, typer.Option("--condition", metavar="TEXT", help="What must be kept; the note names it.")
    ] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="A note beside the reason.")] = "",
    whose: Annotated[str, typer.Option("--for", metavar="NAME", help="The member whose delegate you are.")] = "",
    digest: Digest = "",
) -> None:
    """Approve an item in one seat: a sign-off over what stands on the ticket, on a condition where one is named."""
    one = server(person=True)
    reason = ApprovalReason.ON_CONDITION if condition else ApprovalReason.ALL_HOLD
    seat = seat_of(one, change, role, whose)
    body = {"role": seat, "content_digest": digest or _digest(one, meeting, change), "reason": reason.value}
    body |= {"note": condition or note, "on_behalf_of": whose}
    show(one.post(at("cab", meeting, change, "approvals"), body), lambda d: _say_item(d, change))


def _digest(one: Server, meeting: str, change: str) -> str:
    """Return the digest of what stands now, and say that this is what is meant."""
    document = one.get(at("cab", meeting, change))
    if not said().json:
        say(f"{change}: {document['change']['title']}")
        verbatim(f"You answer over {document['digest']}")
    return document["digest"]


def _say_item(document: Mapping[str, Any], change: str) -> None:
    item = next(each for each in document["items"] if each["change"] == change)
    if item["note"]:
        say(item["note"])
    else:
        say(f"Your answer on {change} is kept; other seats are open.")
    if document["state"] == "complete":
        say(f"{document['id']} is complete: {document['ended_because']}.")


@verb(app, "return")
def send_back(
    meeting: Meeting,
    change: Change,
    reason: Why,
    role: Seat = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="A note beside the reason.")] = "",
    digest: Digest = "",
) -> None:
    """Send an item back for one of the fixed reasons; it returns until it is edited, or you take it back."""
    one = server(person=True)
    seat = seat_of(one, change, role)
    body = {"role": seat, "content_digest": digest or _digest(one, meeting, change), "reason": reason}
    show(one.post(at("cab", meeting, change, "returns"), {**body, "note": note}), lambda d: _say_item(d, change))


@verb(app, "take-back")
def take_back(change: Change, because: Because = "") -> None:
    """Take your own return of a change back."""
    answer = server(person=True).delete(at("changes", change, "returns", "mine"), {"because": because})
    show(answer, lambda d: say(f"Your return of {change} is taken back; it is in {d['state']}."))


@verb(app, "carry-over")
def carry_over(meeting: Meeting, change: Change, because: Because = "") -> None:
    """Leave an item to the next meeting."""
    answer = server(person=True).put(at("cab", meeting, change, "carry-over"), {"because": because})
    show(answer, lambda _: say(f"{change} comes to the next meeting."))


@verb(app, "close")
def close(meeting: Meeting, because: Because = "") -> None:
    """End a meeting: what it has not decided is carried over to the next."""
    show(server(person=True).delete(at("cab", meeting), {"because": because}), _say_closed)


def _say_closed(document: Mapping[str, Any]) -> None:
    left = [item["change"] for item in document["items"] if item["state"] == "carried_over"]
    over = f"; carried over: {', '.join(left)}" if left else ""
    say(f"{document['id']} is {document['state']}{over}.", style="bold")


@verb(app, "returns")
def count_returns(
    since: Annotated[str, typer.Option("--since", metavar="DAY", help="From this day on; else 30 days back.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="To this day; else to today.")] = "",
) -> None:
    """Count what the CAB sent back, by its reason."""
    show(server().get("/cab/returns", since=since, until=until), _say_counts)


def _say_counts(document: Mapping[str, Any]) -> None:
    say(f"{document['since']} to {document['until']}: {document['total']} in all", style="bold")
    rows = ((each["reason"], each["said"], each["number"]) for each in document["counts"])
    table(("=Reason", "As it is said", ">Times"), rows, empty="")


@verb(app, "delegations")
def list_delegations() -> None:
    """List who sits for whom, now and later."""
    show(server().get("/cab/delegations"), lambda d: _say_delegations(d["delegations"], d["zone"]))


def _say_delegations(rows: Iterable[Mapping[str, Any]], zone: str) -> None:
    listing(
        ("Delegation", "Who", "For", "As", "From", "To"),
        (
            (
                (
                    each["id"],
                    each["delegate"],
                    each["member"],
                    role(each["role"]),
                    when(each["starts_at"], zone),
                    when(each["ends_at"], zone),
                ),
                each["because"],
            )
            for each in rows
        ),
        empty="Everybody sits for themselves.",
    )


@verb(app, "delegate")
def delegate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who signs for you.")],
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="Which of your seats.")],
    starts: Annotated[str, typer.Option("--from", metavar="TIME", help="A day, or wall time: 2026-11-30 09:00.")],
    ends: Annotated[str, typer.Option("--to", metavar="TIME", help="A day that is in it, or the end's wall time.")],
    because: Because = "",
) -> None:
    """Name somebody who signs in your own seat of the CAB for a stretch."""
    body = {"role": role, "delegate": name, "starts": starts, "ends": ends, "because": because}
    show(server(person=True).post("/cab/delegations", body), _say_delegated)


def _say_delegated(document: Mapping[str, Any]) -> None:
    as_role = role(document["role"])
    say(f"{document['id']}: {document['delegate']} may sign as {as_role} for {document['member']}.", style="bold")
    say(f"From {when(document['starts_at'])} to {when(document['ends_at'])}.")


@verb(app, "revoke")
def revoke(
    id: Annotated[str, typer.Argument(metavar="DLG", help="The delegation's id, such as DLG-7.")],
    because: Because = "",
) -> None:
    """End a delegation now; what was signed under it counts no more."""
    answer = server(person=True).delete(at("cab", "delegations", id), {"because": because})
    show(answer, lambda d: say(f"{d['id']} is ended."))
