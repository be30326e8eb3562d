"""How is said on a terminal when a change could start, and why not now?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from leverframe.cli import output
from leverframe.cli.change_views import count_unmet, is_in, not_met, say_forecast
from leverframe.cli.output import heading, listing, say, table, when

FEW = 3
"""So many starts are enough for whoever asks why a change does not ship."""


def why(document: Mapping[str, Any]) -> None:
    """Say every unmet requirement with its remedy and who can, the forecast, and the next legal slots by region."""
    change, unmet, plan = document["change"], not_met(document["requirements"]), document["plan"]
    say(f"{change['id']} {is_in(change)}: {change['title']}", style="bold")
    say(count_unmet(unmet))
    output.needs(unmet)
    say_forecast(document)
    legal = [slot for slot in plan["slots"] if not slot["refused"]]
    if plan["slots"]:
        heading("Next legal slots, the best first")
        _say_slots(legal[:FEW], document["zone"], "There is none in the weeks ahead.")
        _say_beyond(plan)
    _say_regions(plan["regions"])


def slots(document: Mapping[str, Any]) -> None:
    """Say all starts of a change, those that are not legal last, with why."""
    change, plan = document["change"], document["plan"]
    say(f"{change['id']} {is_in(change)}: {change['title']}", style="bold")
    _say_slots(plan["slots"], document["zone"], "Nothing opens in the weeks ahead, or its ramp has begun.")
    _say_beyond(plan)
    _say_regions(plan["regions"])


def _say_slots(found: Iterable[Mapping[str, Any]], zone: str, empty: str) -> None:
    at = partial(when, zone=zone)
    rows = (
        ((at(slot["opens_at"]), at(slot["closes_at"]), "not legal" if slot["refused"] else "legal"), slot["because"])
        for slot in found
    )
    listing(("Start", "Until", ""), rows, empty=empty)


def _say_beyond(plan: Mapping[str, Any]) -> None:
    if plan["beyond"]:
        say("None lies before the ticket's not_after: to choose one moves it, and everybody signs again.")


def _say_regions(regions: Iterable[Mapping[str, Any]]) -> None:
    heading("Regions")
    table(
        ("=Region", "Opens next", "Because"),
        ((each["region"], _opens(each), each["because"]) for each in regions),
        empty="It names no region.",
    )


def _opens(region: Mapping[str, Any]) -> str:
    if region["is_open"]:
        return "open now"
    return when(region["opens_at"], region["zone"]) if region["opens_at"] else "not within two years"
