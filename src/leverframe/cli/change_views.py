"""How is a change shown on a terminal?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from leverframe.cli import output
from leverframe.cli.evidence_views import list_most, say_pull_request, say_staging
from leverframe.cli.field_views import say_field_reviews
from leverframe.cli.output import facts, heading, indented, listing, role, say, share, table, when, words
from leverframe.cli.receipts import say_number
from leverframe.nouns.documents import from_document
from leverframe.nouns.evidence import Comparison
from leverframe.nouns.units import Unit
from leverframe.rules.moments import say_span


def say_filed(change: Mapping[str, Any]) -> None:
    """Say that a change was filed, and how to go on."""
    say(f"{change['id']} is filed, in {change['state']}: {change['title']}")
    indented(f"What it needs: leverframe change why {change['id']}", style="dim")


def say_checked(document: Mapping[str, Any]) -> None:
    """Say what filing would need, and what is met already."""
    change, unmet = document["change"], not_met(document["verdicts"])
    say(f"{change['title']}: a {change['tier']} {words(change['kind'])} change on {', '.join(change['targets'])}.")
    say("Nothing was written. " + count_unmet(unmet))
    output.faults(document.get("faults") or ())
    output.needs([*unmet, *(row for row in document["verdicts"] if row["outcome"] == "met")])
    say_forecast(document)


def say_state(change: Mapping[str, Any]) -> None:
    """Say where a change stands now."""
    if change["state"] == "scheduled":
        opens = when(change["start"]["opens_at"])
        say(f"{change['id']} is scheduled; it starts by itself once it may, from {opens} on.")
    else:
        say(f"{change['id']} {is_in(change)}.")


def is_in(change: Mapping[str, Any]) -> str:
    """Say in which state a change is."""
    state = words(change["state"])
    return f"is {state}" if state in ("scheduled", "closed", "canceled") else f"is in {state}"


def say_voided(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Say which sign-offs an act has made void, and why; nothing where it has voided none."""
    stood = {_sign_off(signed) for signed in before["sign_offs"] if not signed["voided_at"]}
    void = [signed for signed in after["sign_offs"] if signed["voided_at"] and _sign_off(signed) in stood]
    if void:
        whose = ", ".join(f"{signed['person']} as {role(signed['role'])}" for signed in void)
        are = "1 sign-off is" if len(void) == 1 else f"{len(void)} sign-offs are"
        say(f"{are} void, because {void[0]['void_because']}: {whose}.", style="yellow")


def _sign_off(signed: Mapping[str, Any]) -> tuple[str, str, str]:
    return signed["person"], signed["role"], str(signed["at"])


def say_reviewed(change: Mapping[str, Any]) -> None:
    """Say that a review is recorded, and whether the change is closed by it."""
    watch = "" if change["state"] == "closed" else "; it closes by itself when its watch has ended"
    say(f"The review of {change['id']} is recorded, as {words(change['close_code'])}{watch}.")


def say_signed(document: Mapping[str, Any]) -> None:
    """Say what was signed."""
    say(f"{document['person']} has signed {document['subject']} as {role(document['role'])}.")


def say_ramp(ramp: Mapping[str, Any]) -> None:
    """Say where a ramp stands."""
    where = f", in {', '.join(ramp['published'])}" if ramp["published"] else ""
    say(f"The ramp of {ramp['change']} is {words(ramp['state'])} at stage {ramp['stage']}{where}.")
    if ramp["hold"]:
        indented(f"Held by {ramp['hold']['by']}: {ramp['hold']['because']}")


def say_to_judge(document: Mapping[str, Any]) -> None:
    """Show the reading that a judge is about to sign, and its digest."""
    view = document["ramp"]
    reading = view["judged_reading"] or view["reading"]
    stands = f"{words(reading['finding'])}: {reading['because']}" if reading else "nothing yet"
    say(f"Stage {view['ramp']['stage']} of {document['change']['id']} reads {stands}.")
    output.verbatim(f"You judge {view['reading_digest']}")


def say_judged(document: Mapping[str, Any]) -> None:
    """Say which roles must still judge."""
    still = ", ".join(role(code) for code in document["open"])
    promoted = "The stage is promoted on judgement."
    say(f"Your judgement is recorded; {still} must judge too." if still else promoted)


def say_aborted(document: Mapping[str, Any]) -> None:
    """Say what stopped, and whether all gateways have obeyed."""
    say(f"The ramp of {document['ramp']['change']} is {words(document['ramp']['state'])}; current serves all.")
    say_number(document)


def say_back(document: Mapping[str, Any]) -> None:
    """Say what serves again, and whether all gateways have obeyed."""
    change = document["change"]
    say(f"{change['id']} {words(change['close_code'])}; the unit that ran before serves all.")
    say_number(document)


def list_lines(document: Mapping[str, Any]) -> None:
    """Show a list of changes."""
    listing(
        ("Change", "State", ">Share", "Tier", "Author", "Target"),
        (_line(line) for line in document["changes"]),
        empty="No change matches. File one with: leverframe change file FILE",
    )
    if document["before"]:
        say(f"Older ones: leverframe change list --before {document['before']}", style="dim")


def _line(line: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    cells = (line["id"], line["state"], share(line["share_percent"]), line["tier"], line["author"], line["target"])
    return cells, f"{line['title']} (waits: {line['waits_for']})" if line["waits_for"] else line["title"]


def time_table(document: Mapping[str, Any]) -> None:
    """Show how long changes took, month by month and tier by tier."""
    table(
        ("=Month", "=Tier", ">Changes", ">Elapsed", ">Work", ">Signing", ">Window", ">Ramp", ">Held"),
        (
            (
                row["month"],
                row["tier"],
                str(row["changes"]),
                say_span(row["median_elapsed_minutes"]),
                "" if row["median_active_hours"] is None else f"{row['median_active_hours']:g} h",
                *(share(row[f"{part}_percent"]) for part in ("sign_offs", "window", "ramp", "held")),
            )
            for row in document["rows"]
        ),
        empty="No change was closed in this time.",
    )


def whole(document: Mapping[str, Any]) -> None:
    """Show everything that the change's page answers."""
    change = document["change"]
    say(f"{change['id']}  {change['title']}", style="bold")
    _say_content(change, document)
    say_field_reviews(document)
    _say_sign_offs(document)
    _say_bridge(document)
    if not document["ramp"]:
        heading("Requirements")
        output.needs(row for row in document["requirements"] if row["outcome"] != "not_needed")
    if document["deltas"]:
        heading("Evals")
        list_most(change["id"], document["deltas"])
    if document.get("pull_request"):
        say_pull_request(document["pull_request"], document["zone"])
    say_staging(document.get("staging", ()), document["zone"])
    say_forecast(document)
    if document["ramp"]:
        _say_ramp_view(document["ramp"], document["zone"])
    _say_effect(document)
    _say_after(document)
    _say_spent(document)


def _say_bridge(document: Mapping[str, Any]) -> None:
    """Show who coordinated the change, one after the other, where it was handed over."""
    bridge = document.get("bridge")
    if bridge and len(bridge["handovers"]) > 1:
        heading("Bridge")
        table(
            ("=At", "=From", "=To", "=By", "Because"),
            ((when(o["at"]), o["giver"] or "nobody", o["taker"], o["by"], o["because"]) for o in bridge["handovers"]),
            empty="",
        )


def ramp_alone(document: Mapping[str, Any]) -> None:
    """Show where a change's ramp stands, and nothing else."""
    change = document["change"]
    say(f"{change['id']} {is_in(change)}: {change['title']}", style="bold")
    if document["ramp"]:
        _say_ramp_view(document["ramp"], document["zone"])
    else:
        say("Its ramp has not begun.")
    _say_effect(document)


def _say_spent(document: Mapping[str, Any]) -> None:
    spent = document.get("spent")
    if not spent:
        return
    heading("Where the time went")
    hours = spent["active_hours"]
    work = "told at the review" if hours is None else f"{hours:g} h, told by {spent['told_by']} at the review"
    held = f", held for {say_span(spent['held_minutes'])} of it" if spent["held_minutes"] else ""
    facts(
        (
            ("Elapsed", say_span(spent["elapsed_minutes"])),
            ("Work", work),
            *(
                (part["name"].capitalize(), f"{_took(part)}{held if part['name'] == 'ramp' else ''}")
                for part in spent["parts"]
            ),
        )
    )


def _say_after(document: Mapping[str, Any]) -> None:
    """Say what happened to a change that has ended, how its review found it, and what it left to be done."""
    kept, held = document.get("review_facts"), document["change"].get("review") or {}
    if kept or held:
        heading("Change review")
        happened = kept["facts"] if kept else {}
        facts(
            (
                ("Held", f"by {held['by']}, {when(held['at'], document['zone'])}" if held else "not yet"),
                ("Found it", words(held.get("close_code"))),
                ("Notes", held.get("notes")),
                ("Learned", held.get("learned")),
                ("Ended", _ended(happened, document["zone"])),
                ("Holds", [f"{say_span(hold['minutes'])} by {hold['by']}" for hold in happened.get("holds", ())]),
                ("Thrown", [thrown["switch"] for thrown in happened.get("thrown", ())]),
            )
        )
    lines = document.get("follow_ups") or ()
    if lines:
        heading("Follow-ups")
        listing(("Id", "Due", "Who", "Stands"), (_follow_up(line, document["zone"]) for line in lines), empty="")


def _ended(happened: Mapping[str, Any], zone: str) -> str:
    if not happened.get("ended_at"):
        return ""
    expected = happened.get("expected_p50") if happened["ended"] == "settled" else None
    beside = f"; expected {when(expected, zone)}" if expected else ""
    return f"{words(happened['ended'])} {when(happened['ended_at'], zone)}{beside}"


def _follow_up(line: Mapping[str, Any], zone: str) -> tuple[tuple[Any, ...], str]:
    duty = line["duty"]
    over = "dropped" if duty["dropped"] else "done" if duty["done_at"] else ""
    stands = over or ("overdue" if line["is_overdue"] else "open")
    said = f"{duty['what'] or words(duty['kind'])}{': ' + duty['note'] if duty['note'] else ''}"
    return (str(duty["id"]), when(duty["due_at"], zone), duty["owner"] or duty["team"], stands), said


def _took(part: Mapping[str, Any]) -> str:
    return f"{say_span(part['minutes'])}{'' if part['ended_at'] else ', so far'}"


def _say_effect(document: Mapping[str, Any]) -> None:
    seen = document.get("effect")
    if not seen:
        return
    heading("What users get")
    effect = seen["effect"]
    since = f"since it {words(effect['what'])} {when(effect['since'], document['zone'])}, table {effect['number']}"
    say(f"{effect['serves']} {since}")
    say(f"{words(seen['state'])}: {seen['because']}")


def _say_content(change: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    at = partial(when, zone=document["zone"])
    blast, start = change["blast_radius"], change["start"]
    reach = f"{output.count(blast['users'])} users in {', '.join(blast['regions'])}"
    facts(
        (
            ("State", words(change["state"])),
            ("Kind", f"{words(change['kind'])}, {change['tier']} tier, {change['path']} path"),
            ("Author", change["author"]),
            ("Target", ", ".join(change["targets"])),
            ("Current", ", ".join(_unit(unit) for unit in change["current"].values()) or "none adopted"),
            ("Candidate", ", ".join(_unit(unit) for unit in change["candidate"].values())),
            ("Blast radius", f"{reach}; at most {share(blast['max_share_percent'])} before settlement"),
            ("Rollback", change["rollback_plan"]),
            ("Restore from", change.get("restore_from", "")),
            ("Kill switch", change["kill_switch"]),
            ("Start", f"{at(start['opens_at'])} to {at(start['closes_at'])}"),
            ("Not after", at(start["not_after"])),
            ("Release manager", change["release_manager"]),
            ("Coordinator", change["coordinator"]),
            ("Bridge", change["bridge"]),
            ("Paging", change["paging"]),
            ("Artefacts", "\n".join(f"{words(name)}: {link}" for name, link in change["artefacts"].items())),
            ("Filed", at(change["filed_at"])),
            ("Settled", at(change["settled_at"]) if change["settled_at"] else ""),
            ("Closed as", words(change["close_code"])),
        )
    )
    output.verbatim(f"Digest           {document['digest']}")


def _unit(document: Mapping[str, Any]) -> str:
    return from_document(Unit, document).name


def _say_sign_offs(document: Mapping[str, Any]) -> None:
    heading("Sign-offs")
    table(
        ("=Role", ">Signed", "By"),
        ((role(code), f"{len(people)} of {count}", people) for code, count, people, *_ in document["seats"]),
        empty="No sign-off is asked for.",
    )
    for signed in document["sign_offs"]:
        if signed["voided_at"]:
            indented(f"{signed['person']} as {role(signed['role'])}: void, {signed['void_because']}", style="dim")


def say_forecast(document: Mapping[str, Any]) -> None:
    """Say how the ramp would go, where a document has a forecast."""
    expected = document.get("forecast")
    if not expected:
        return
    heading("Forecast")
    at, steps = partial(when, zone=document.get("zone", "")), expected["p50"]
    settles, late = expected["settles_p50"], expected["settles_p90"]
    facts(
        (
            ("Next legal slot", at(steps[0]["at"]) if steps else "none before its not_after"),
            ("Ramp", expected["text"]),
            ("Settles", at(settles) if settles else "not before its not_after"),
            ("Nine times in ten", f"by {at(late)}" if late else "not before its not_after"),
        )
    )


def _say_ramp_view(view: Mapping[str, Any], zone: str) -> None:
    heading("Ramp")
    reading, step, hold = view["reading"] or {}, view.get("next") or {}, view["ramp"]["hold"] or {}
    state, runs = view["ramp"]["state"], view["ramp"]["state"] == "ramping"
    facts(
        (
            ("Stands at", f"{share(view['share_percent'])}, {words(state) if runs else view['next_text']}"),
            ("So far", _so_far(view, zone)),
            ("Next", view["next_text"] if runs else ""),
            ("Way on", step.get("remedy")),
            ("Not before", when(step["until"], zone) if step.get("until") else ""),
            ("Held", "" if hold.get("because", "") in view["next_text"] else hold["because"]),
            ("Reading", f"{words(reading['finding'])}: {reading['because']}" if reading else ""),
            *(("Promised" if not n else "", said) for n, said in enumerate(_promised(view))),
        )
    )
    listing(
        ("At", "Step", ">Share", "By"),
        (
            ((when(s["at"], zone), words(s["kind"]), share(s["share_percent"]), s["by"]), s["because"])
            for s in view["steps"]
        ),
        empty="No step was taken yet.",
    )


def _promised(view: Mapping[str, Any]) -> list[str]:
    """Say each live mean that is not as the ticket's evals promised, with current's beside it; count the others."""
    every = view.get("baselines", ())
    telling = [each for each in every if each["comparison"] != Comparison.UNCHANGED.value]
    said = [
        each["because"] + (f" ({each['beside']:.3g} beside it now)" if each["beside"] is not None else "")
        for each in telling
    ]
    rest = len(every) - len(telling)
    return [*said, f"{rest} as promised"] if rest else said


def _so_far(view: Mapping[str, Any], zone: str) -> str:
    """Say the shares that a ramp has reached, as forecasts say them: Wed 10:00 1%, or Tue 09:00 50% (eu)."""
    reached = [step for step in view["steps"] if step["kind"] in ("promoted", "widened", "narrowed")]
    everywhere = {region for step in reached for region in step["regions"]}
    return ", ".join(_said_step(step, zone, everywhere) for step in reached)


def _said_step(step: Mapping[str, Any], zone: str, everywhere: set[str]) -> str:
    at = datetime.fromisoformat(str(step["at"])).astimezone(ZoneInfo(zone))
    where = "" if everywhere <= set(step["regions"]) else f" ({', '.join(step['regions'])})"
    return f"{at:%a %H:%M} {step['share_percent']:g}%{where}"


def not_met(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the requirements that are not met."""
    return [row for row in rows if row["outcome"] == "not_met"]


def count_unmet(unmet: list[Mapping[str, Any]]) -> str:
    """Say how many requirements are not met."""
    if not unmet:
        return "Every requirement is met."
    stops = sum(row["mode"] != "advise" for row in unmet)
    are = "requirement is" if stops == 1 else "requirements are"
    advised = f" {len(unmet) - stops} more only advise." if len(unmet) > stops else ""
    return (f"{stops} {are} not met." if stops else "Nothing stops it.") + advised
