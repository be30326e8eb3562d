"""How is a change shown on a terminal?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from leverframe.cli import output
from leverframe.cli.output import facts, heading, indented, listing, say, share, table, when, words
from leverframe.cli.receipts import say_number
from leverframe.nouns.documents import from_document
from leverframe.nouns.units import Unit


def say_filed(change: Mapping[str, Any]) -> None:
    """Say that a change was filed, and how to go on."""
    say(f"{change['id']} is filed, in {change['state']}: {change['title']}")
    indented(f"What it needs: leverframe change why {change['id']}", style="dim")


def say_checked(document: Mapping[str, Any]) -> None:
    """Say what filing would need."""
    change, unmet = document["change"], not_met(document["verdicts"])
    say(f"{change['title']}: a {change['tier']} {words(change['kind'])} change on {', '.join(change['targets'])}.")
    say("Nothing was written. " + _count_unmet(unmet))
    output.verdicts(unmet)
    _say_forecast(document)


def say_state(change: Mapping[str, Any]) -> None:
    """Say where a change stands now."""
    armed = f"; it starts {when(change['start']['opens_at'])}" if change["state"] == "scheduled" else ""
    say(f"{change['id']} is in {change['state']}{armed}.")


def say_signed(document: Mapping[str, Any]) -> None:
    """Say what was signed."""
    say(f"{document['person']} has signed {document['subject']} as {words(document['role'])}.")


def say_ramp(ramp: Mapping[str, Any]) -> None:
    """Say where a ramp stands."""
    where = f", in {', '.join(ramp['published'])}" if ramp["published"] else ""
    say(f"The ramp of {ramp['change']} is {words(ramp['state'])} at stage {ramp['stage']}{where}.")
    if ramp["hold"]:
        indented(f"Held by {ramp['hold']['by']}: {ramp['hold']['because']}")


def say_judged(document: Mapping[str, Any]) -> None:
    """Say which roles must still judge."""
    still = ", ".join(words(role) for role in document["open"])
    promoted = "The stage is promoted on judgement."
    say(f"Your judgement is recorded; {still} must judge too." if still else promoted)


def say_aborted(document: Mapping[str, Any]) -> None:
    """Say what stopped, and whether all gateways have obeyed."""
    say(f"The ramp of {document['ramp']['change']} is {words(document['ramp']['state'])}; current serves all.")
    say_number(document["number"])


def say_back(document: Mapping[str, Any]) -> None:
    """Say what serves again, and whether all gateways have obeyed."""
    change = document["change"]
    say(f"{change['id']} {words(change['close_code'])}; the unit that ran before serves all.")
    say_number(document["number"])


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
    waits = f" (waits for {line['waits_for']})" if line["waits_for"] else ""
    return cells, f"{line['title']}{waits}"


def whole(document: Mapping[str, Any]) -> None:
    """Show everything that the change's page answers."""
    change = document["change"]
    say(f"{change['id']}  {change['title']}", style="bold")
    _say_content(change, document)
    _say_sign_offs(document)
    heading("Requirements")
    output.verdicts(row for row in document["requirements"] if row["outcome"] != "not_needed")
    if document["deltas"]:
        heading("Evidence")
        list_deltas(document["deltas"])
    _say_forecast(document)
    if document["ramp"]:
        _say_ramp_view(document["ramp"], document["zone"])


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
            ("Kill switch", change["kill_switch"]),
            ("Start", f"{at(start['opens_at'])} to {at(start['closes_at'])}"),
            ("Not after", at(start["not_after"])),
            ("Release manager", change["release_manager"]),
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
        ((words(role), f"{len(people)} of {count}", people) for role, count, people, *_ in document["seats"]),
        empty="No sign-off is asked for.",
    )
    for signed in document["sign_offs"]:
        if signed["voided_at"]:
            indented(f"{signed['person']} as {words(signed['role'])}: void, {signed['void_because']}", style="dim")


def list_evidence(document: Mapping[str, Any]) -> None:
    """Show a change's eval results."""
    list_deltas(document["deltas"])


def list_deltas(deltas: Iterable[Mapping[str, Any]]) -> None:
    """Show eval results beside the deployed unit's."""
    listing(
        ("Suite", "Metric", ">n", ">Candidate", ">Deployed", "Comparison"),
        (_delta(delta) for delta in deltas),
        empty="No eval results are on this change.",
    )


def _delta(d: Mapping[str, Any]) -> tuple[tuple[Any, ...], str]:
    metric = f"{d['metric']} ({d['slice']})" if d["slice"] else d["metric"]
    cells = (d["suite"], metric, d["n"], _value(d["value"]), _value(d["deployed"]), words(d["comparison"]))
    return cells, f"{d['because']}{_interval(d)}"


def _value(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _interval(delta: Mapping[str, Any]) -> str:
    if delta["low"] is None or delta["high"] is None:
        return ""
    return f" (95 % interval of the difference: {delta['low']:+.3g} to {delta['high']:+.3g})"


def why(document: Mapping[str, Any]) -> None:
    """Say every unmet requirement with its remedy, the next legal slot and the forecast."""
    change, unmet = document["change"], not_met(document["requirements"])
    say(f"{change['id']} is in {change['state']}: {change['title']}", style="bold")
    say(_count_unmet(unmet))
    output.verdicts(unmet)
    _say_forecast(document)


def _say_forecast(document: Mapping[str, Any]) -> None:
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
    reading = view["reading"] or {}
    facts(
        (
            ("Stands at", f"{share(view['share_percent'])}, {words(view['ramp']['state'])}"),
            ("Next", view["next_text"]),
            ("Held", (view["ramp"]["hold"] or {}).get("because")),
            ("Reading", f"{words(reading['finding'])}: {reading['because']}" if reading else ""),
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


def not_met(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the requirements that are not met."""
    return [row for row in rows if row["outcome"] == "not_met"]


def _count_unmet(unmet: list[Mapping[str, Any]]) -> str:
    if not unmet:
        return "Every requirement is met."
    stops = sum(row["mode"] != "advise" for row in unmet)
    are = "requirement is" if stops == 1 else "requirements are"
    advised = f" {len(unmet) - stops} more only advise." if len(unmet) > stops else ""
    return (f"{stops} {are} not met." if stops else "Nothing stops it.") + advised
