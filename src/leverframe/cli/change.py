"""What does a person do with a change?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from leverframe.cli import change_views as views
from leverframe.cli import field_views, growth_views, planning_views
from leverframe.cli.output import print_document, say, verbatim
from leverframe.cli.seats import seat_of
from leverframe.cli.verbs import Because, noun, read_bytes, said, server, show, verb
from leverframe.client import Server, at
from leverframe.nouns.verdicts import Fault, Invalid

YAML = "application/yaml"
JSON = "application/json"
SET = "One field, such as rollback_plan='…' or candidate.prompt=name@v2; @FILE takes a file's text. Repeatable."
FROM_PR = "File it from what `gh pr view --json …` prints of a pull request; - reads a pipe."
Change = Annotated[str, typer.Argument(metavar="CHG", help="The change's id, such as CHG-2026-00001.")]
Role = Annotated[str, typer.Option("--role", metavar="ROLE", help="The role in which you sign.")]
Seat = Annotated[
    str, typer.Option("--role", metavar="ROLE", help="The role in which you sign, where there are several.")
]
Comment = Annotated[str, typer.Option("--comment", metavar="TEXT", help="What you want to say with it.")]
Moment = Annotated[str, typer.Option(metavar="TIME", help="A time such as 2026-05-13T10:00+01:00.")]

app = noun("File changes, sign them, and run their ramps.")


def add_to(parent: typer.Typer) -> None:
    """Add `change`."""
    parent.add_typer(app, name="change")


@verb(app, "file")
def file(
    path: Annotated[Path | None, typer.Argument(metavar="FILE", help="The change as YAML; - reads a pipe.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Say what filing would need; write nothing.")] = False,
    from_pr: Annotated[Path | None, typer.Option("--from-pr", metavar="FILE", help=FROM_PR)] = None,
    target: Annotated[str, typer.Option("--target", metavar="ID", help="Of which feature a pull request is.")] = "",
) -> None:
    """File a change: what it leaves out is filled from the catalog, where that can be."""
    if from_pr is not None and path is None:
        asked = {"target": target, "check": "true" if check else ""}
        answer = server().send("POST", "/changes/from-pull-request", read_bytes(from_pr), JSON, **asked)
        show(answer, views.say_checked if check else views.say_filed)
        return
    if path is None or from_pr is not None:
        raise Invalid([Fault("FILE", "one file is needed", "name a change file, or a pull request by --from-pr")])
    body = read_bytes(path)
    where = "/changes/check" if check else "/changes"
    answer = server().send("POST", where, body, YAML, name=path.name)
    show(answer, views.say_checked if check else views.say_filed)


@verb(app, "list")
def list_changes(
    state: Annotated[str, typer.Option("--state", help="Only those in this state.")] = "",
    target: Annotated[str, typer.Option("--target", help="Only those on this target.")] = "",
    tier: Annotated[str, typer.Option("--tier", help="Only those of this tier.")] = "",
    author: Annotated[str, typer.Option("--author", help="Only those that this person wrote.")] = "",
    text: Annotated[str, typer.Option("--text", help="Only those whose title holds this.")] = "",
    sort: Annotated[str, typer.Option("--sort", help="By elapsed or active time, the most first.")] = "",
    before: Annotated[str, typer.Option("--before", metavar="CHG", help="Only those older than this one.")] = "",
) -> None:
    """List changes, newest first, with what each waits for."""
    asked = {
        "state": state,
        "target": target,
        "tier": tier,
        "author": author,
        "text": text,
        "sort": sort,
        "before": before,
    }
    show(server().get("/changes", **asked), views.list_lines)


@verb(app, "time")
def time(
    months: Annotated[int, typer.Option("--months", help="Of the last so many months.")] = 12,
) -> None:
    """Sum up by month and tier how long changes took that were closed, and where their time went."""
    show(server().get("/changes/time", months=months), views.time_table)


@verb(app, "show")
def show_change(
    change: Change,
    ramp: Annotated[bool, typer.Option("--ramp", help="Only where its ramp stands.")] = False,
    evidence: Annotated[bool, typer.Option("--evidence", help="Only how a stage's evidence grew.")] = False,
    stage: Annotated[int, typer.Option("--stage", metavar="N", help="Of which stage; the newest without it.")] = 0,
) -> None:
    """Show a change: its content, sign-offs, evidence, forecast and ramp."""
    if evidence:
        show(server().get(at("changes", change, "ramp", "evidence"), stage=stage or ""), growth_views.grown)
        return
    document = server().get(at("changes", change))
    if ramp:
        show(document["ramp"], lambda _: views.ramp_alone(document))
    else:
        show(document, views.whole)


@verb(app, "fields")
def fields(
    schema: Annotated[bool, typer.Option("--schema", help="The JSON Schema of a change file.")] = False,
) -> None:
    """Explain each field of a change: what it is for, what fills it, whether it is signed, and who asks for it."""
    if schema:
        show(server().get("/schemas/change.json"), print_document)
    else:
        show(server().get("/changes/fields"), field_views.say_guide)


@verb(app, "why")
def why(change: Change) -> None:
    """Say why a change cannot ship yet: each unmet requirement, what clears it, who can, and the next legal slot."""
    show(server().get(at("changes", change, "why")), planning_views.why)


@verb(app, "slots")
def slots(change: Change) -> None:
    """Rank the moments at which a change could start: when it would settle, where it would stand, and why."""
    show(server().get(at("changes", change, "slots")), planning_views.slots)


@verb(app, "edit")
def edit(
    change: Change,
    path: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The whole change as YAML; - is a pipe.")
    ] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=TEXT", help=SET)] = None,
    version: Annotated[int, typer.Option("--version", help="The version you edited; the newest without it.")] = 0,
    check: Annotated[bool, typer.Option("--check", help="Say what it would need then; write nothing.")] = False,
) -> None:
    """Edit a change that has not begun. An edit of what is signed voids its sign-offs."""
    if (path is None) == (not set_):
        raise Invalid([Fault("FILE", "either a file or fields are needed", "name a change file, or fields by --set")])
    one = server()
    before = one.get(at("changes", change))
    version = version or before["change"]["version"]
    if check:
        _check_edit(one, change, path, set_ or [])
        return
    if path is None:
        answer = one.ask("PATCH", at("changes", change), body={**_set(set_ or []), "version": version})
    else:
        answer = one.ask(
            "PUT",
            at("changes", change),
            content=read_bytes(path),
            headers={"content-type": YAML, "if-match": f'"{version}"'},
            asked={"name": path.name},
        )
    show(answer, views.say_state)
    _say_voided(one, change, before)


def _check_edit(one: Server, change: str, path: Path | None, given: list[str]) -> None:
    if path is None:
        raise Invalid([Fault("--check", "a whole change file is checked", "name the file that you would send")])
    where = at("changes", change, "check")
    answer = one.send("POST", where, read_bytes(path), YAML, name=path.name)
    show(answer, views.say_checked)


def _set(given: list[str]) -> dict[str, Any]:
    """Return the fields that were set; a dot reaches into one (`candidate.prompt`), @ takes the text of a file."""
    parts: dict[str, Any] = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not (equals and name.strip()):
            raise Invalid([Fault("--set", f"{one!r:.60} sets nothing", "write it as rollback_plan='…'")])
        holder, _, key = name.strip().rpartition(".")
        value = read_bytes(Path(text[1:])).decode("utf-8", "replace") if text.startswith("@") else text
        (parts.setdefault(holder, {}) if holder else parts)[key] = value
    return parts


def _say_voided(one: Server, change: str, before: Mapping[str, Any]) -> None:
    if not said().json:
        views.say_voided(before, one.get(at("changes", change)))


@verb(app, "refresh")
def refresh(change: Change) -> None:
    """Write a change against what runs now; its sign-offs are void where that differs."""
    one = server()
    before = one.get(at("changes", change))
    show(one.post(at("changes", change, "refresh")), views.say_state)
    _say_voided(one, change, before)


@verb(app, "sign")
def sign(
    change: Change,
    role: Seat = "",
    digest: Annotated[str, typer.Option("--digest", help="What you have read; else what stands now is signed.")] = "",
    comment: Comment = "",
    whose: Annotated[str, typer.Option("--for", metavar="NAME", help="The member whose delegate you are.")] = "",
) -> None:
    """Sign a change in one role. Without --digest it shows the digest that stands now, and signs that."""
    one = server(person=True)
    role = seat_of(one, change, role, whose)
    if not digest:
        document = one.get(at("changes", change))
        digest = document["digest"]
        if not said().json:
            say(f"{change}: {document['change']['title']}")
            verbatim(f"You sign {digest}")
    body = {"role": role, "content_digest": digest, "comment": comment}
    body |= {"on_behalf_of": whose} if whose else {}
    show(one.post(at("changes", change, "sign-offs"), body), views.say_signed)


@verb(app, "review-field")
def review_field(
    change: Change,
    field: Annotated[str, typer.Argument(metavar="FIELD", help="The field, such as rollback_plan.")],
    comment: Annotated[str, typer.Option("--comment", metavar="TEXT", help="What you have checked.")] = "",
    digest: Annotated[str, typer.Option("--digest", help="The value that you have read; else what stands now.")] = "",
) -> None:
    """Say that you have read one field of a change. Without --digest it shows the field, and reviews that."""
    one = server(person=True)
    if not digest:
        document = one.get(at("changes", change))
        digest = next((seen["digest"] for seen, _ in document["field_reviews"] if seen["field"] == field), "")
        if digest and not said().json:
            field_views.say_field(document, field)
    body = {"comment": comment, "digest": digest}
    show(one.put(at("changes", change, "fields", field, "review"), body), field_views.say_field_reviewed)


@verb(app, "withdraw")
def withdraw(change: Change, because: Because = "") -> None:
    """Take your own sign-off back."""
    answer = server(person=True).delete(at("changes", change, "sign-offs", "mine"), {"because": because})
    show(answer, lambda _: say(f"Your sign-off on {change} is taken back."))


@verb(app, "schedule")
def schedule(
    change: Change,
    opens: Moment = "",
    closes: Moment = "",
    not_after: Moment = "",
    disarm: Annotated[bool, typer.Option("--disarm", help="Take it out of the schedule instead.")] = False,
    because: Because = "",
) -> None:
    """Arm a signed change: it starts by itself when its window opens. With --opens and --closes the start moves."""
    path, one = at("changes", change, "schedule"), server()
    if disarm:
        show(one.delete(path, {"because": because}), views.say_state)
        return
    given = {"opens_at": opens, "closes_at": closes, "not_after": not_after}
    body = _start(given, one.get(at("changes", change))["change"]["start"]) if any(given.values()) else {}
    show(one.put(path, body), views.say_state)


def _start(given: dict[str, str], before: dict[str, str]) -> dict[str, str]:
    """Return the new start window: what was given, and the rest as it stood; it keeps its length when it is moved."""
    faults: list[Fault] = []
    read = {name: _moment(name, text, faults) for name, text in given.items() if text}
    if faults:
        raise Invalid(faults)
    if "opens_at" in read and "closes_at" not in read:
        times = (read["opens_at"], before["opens_at"], before["closes_at"])
        opens, opened, closed = (datetime.fromisoformat(time) for time in times)
        read["closes_at"] = (opens + (closed - opened)).isoformat()
    return before | read


def _moment(name: str, text: str, faults: list[Fault]) -> str:
    """Read a time; one without an offset is the reader's own wall time."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC).isoformat().replace("+00:00", "Z")
    except ValueError:
        faults.append(Fault(name, f"{text} is no time", "write it as 2026-05-13T10:00+01:00"))
        return ""


@verb(app, "ramp")
def ramp(change: Change) -> None:
    """Start a change's ramp now, at its first stage, if every requirement is met."""
    show(server().put(at("changes", change, "ramp")), views.say_ramp)


@verb(app, "hold")
def hold(change: Change, because: Because = "") -> None:
    """Hold a ramp where it stands; it goes on when a person releases it."""
    show(server().put(at("changes", change, "ramp", "hold"), {"because": because}), views.say_ramp)


@verb(app, "release")
def release(change: Change, because: Because = "") -> None:
    """End a person's hold: the ramp goes on by its own rules."""
    show(server().delete(at("changes", change, "ramp", "hold"), {"because": because}), views.say_ramp)


@verb(app, "promote")
def promote(
    change: Change,
    role: Role,
    because: Because = "",
    digest: Annotated[
        str, typer.Option("--digest", help="The reading that you have read; else what stands now.")
    ] = "",
) -> None:
    """Judge a stage that the evidence has not proved; it is shown as not proved for ever.

    Without --digest it shows the reading that stands now, and signs that.
    """
    one = server(person=True)
    if not digest:
        document = one.get(at("changes", change))
        digest = (document["ramp"] or {}).get("reading_digest", "")
        if digest and not said().json:
            views.say_to_judge(document)
    body = {"role": role, "reading_digest": digest, "because": because}
    show(one.post(at("changes", change, "ramp", "promotions"), body), views.say_judged)


@verb(app, "abort")
def abort(change: Change, because: Because = "") -> None:
    """Take the candidate out everywhere, at once: one person, one reason, at any hour."""
    show(server().post(at("changes", change, "ramp", "abort"), {"because": because}), views.say_aborted)


@verb(app, "back")
def back(change: Change, because: Because = "") -> None:
    """Serve the former unit again, whole, to all, while the change's review is not closed."""
    show(server().post(at("changes", change, "way-back"), {"because": because}), views.say_back)


@verb(app, "review")
def review(
    change: Change,
    close_code: Annotated[str, typer.Option("--close-code", help="How it went, such as successful.")],
    notes: Annotated[str, typer.Option("--notes", metavar="TEXT", help="How it went.")] = "",
    hours: Annotated[float | None, typer.Option("--hours", help="Hours of work that went into it, of all.")] = None,
    learned: Annotated[str, typer.Option("--learned", metavar="TEXT", help="What you would do differently.")] = "",
    action: Annotated[
        list[str] | None, typer.Option("--action", metavar="'DATE WHO WHAT'", help="What is to be done; repeatable.")
    ] = None,
) -> None:
    """Record the change review; the change closes when its watch has ended too."""
    told = {"close_code": close_code, "notes": notes, **({} if hours is None else {"active_hours": hours})}
    told |= {"learned": learned} if learned else {}
    told |= {"actions": [_action(text) for text in action]} if action else {}
    show(server().put(at("changes", change, "review"), told), views.say_reviewed)


def _action(text: str) -> dict[str, str]:
    """Read `2026-05-22 cleo Add the German cases`; the server says what is wrong with it."""
    due_on, owner, what = (*text.split(None, 2), "", "", "")[:3]
    return {"due_on": due_on, "owner": owner, "what": what}


@verb(app, "cancel")
def cancel(change: Change, because: Because = "") -> None:
    """Cancel a change that has not begun."""
    show(server().delete(at("changes", change), {"because": because}), views.say_state)
