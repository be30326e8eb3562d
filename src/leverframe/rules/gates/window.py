"""Is now inside the ticket's start window and the release window?"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from leverframe.nouns.changes import Change
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.calendar import Opening, opening
from leverframe.rules.gates.facts import ShipFacts, has_begun, spoken_time, stage_one_regions

CHOOSES = "release manager"
"""Who is named where only a person can help, who chooses a new start: waiting does not."""


def window(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no outside the hours that the ticket and the calendar leave, with the next legal moment."""
    if has_begun(change):
        return not_needed("window", "the ramp has begun; each of its steps asks the calendar again")
    start, zone = change.start, ZoneInfo(facts.policy.calendar.home_zone)
    if now >= start.closes_at or now >= start.not_after:
        closed = spoken_time(min(start.closes_at, start.not_after).astimezone(zone))
        return failed(
            "window",
            f"the start window closed on {closed}",
            remedy="choose a new start",
            who=CHOOSES,
            people=_manager(change),
        )
    if lapsing := _lapsing(change, facts, now):
        return lapsing
    if now < start.opens_at:
        opens = spoken_time(start.opens_at.astimezone(zone))
        return failed("window", "the start window has not opened", remedy=f"it opens on {opens}", who="the clock")
    openings = [_ask(change, facts, region, now) for region in stage_one_regions(change, facts)]
    for answer in openings:
        if answer.is_open:
            return passed("window", answer.because)
    return _closed(openings)


def _lapsing(change: Change, facts: ShipFacts, now: datetime) -> Verdict | None:
    """Answer no where nothing opens any more while the start window is open: it would pass without a start."""
    start, zone = change.start, ZoneInfo(facts.policy.calendar.home_zone)
    closes, begins = min(start.closes_at, start.not_after), max(now, start.opens_at)
    answers = [_ask(change, facts, region, begins) for region in stage_one_regions(change, facts)]
    if not answers or any(a.is_open or (a.next_opening and a.next_opening < closes) for a in answers):
        return None
    nexts = [a.next_opening.astimezone(ZoneInfo(a.zone)) for a in answers if a.next_opening]
    later = f", from {spoken_time(min(nexts))} on" if nexts else "; no window opens within two years"
    because = (
        f"its start window passes without an opening ({spoken_time(closes.astimezone(zone))}): {answers[0].because}"
    )
    return failed("window", because, remedy=f"choose a new start{later}", who=CHOOSES, people=_manager(change))


def _ask(change: Change, facts: ShipFacts, region: str, now: datetime) -> Opening:
    return opening(facts.policy.calendar, facts.subject(change), region, now)


def _closed(openings: list[Opening]) -> Verdict:
    nexts = [o.next_opening.astimezone(ZoneInfo(o.zone)) for o in openings if o.next_opening]
    remedy = f"the next window opens {spoken_time(min(nexts))}" if nexts else "no window opens within two years"
    return failed("window", openings[0].because, remedy=remedy, who="the clock")


def _manager(change: Change) -> tuple[str, ...]:
    return (change.release_manager,) if change.release_manager else ()
