"""Is a freeze in force where the first stage would widen?"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from leverframe.nouns.changes import Change
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.calendar import opening
from leverframe.rules.gates.facts import ShipFacts, has_begun, spoken_time, stage_one_regions


def freeze(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no while every region of the first stage is frozen."""
    if has_begun(change):
        return not_needed("freeze", "the ramp has begun; a freeze holds it at its next step")
    regions = stage_one_regions(change, facts)
    answers = [opening(facts.policy.calendar, facts.subject(change), r, now) for r in regions]
    frozen = [answer for answer in answers if answer.freeze]
    if len(frozen) < len(answers) or not answers:
        return passed("freeze", "no freeze is in force")
    nexts = [a.next_opening.astimezone(ZoneInfo(a.zone)) for a in frozen if a.next_opening]
    remedy = f"the next window opens {spoken_time(min(nexts))}" if nexts else "no window opens within two years"
    return failed("freeze", frozen[0].because, remedy=remedy, who="the clock")
