"""Is no other change in the way at the time at which this one would move?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.conflicts import conflicts_of, occupied
from leverframe.rules.gates.facts import ShipFacts, has_begun


def conflicts(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Refuse a conflict of a kind the policy refuses, with a change that goes before; warn of the others."""
    if has_begun(change):
        return not_needed("conflicts", "the ramp has begun")
    rule, zone = facts.policy.conflicts, facts.policy.calendar.home_zone
    found = conflicts_of(occupied(change, None, rule, now), facts.occupied, rule, zone)
    if not found:
        return passed("conflicts", "no other change is in its way at that time")
    stops = [each for each in found if each.kind in rule.refuse and not each.first]
    because = "; ".join(each.because for each in stops or found)
    remedy = "choose another start: the planner ranks them; or speak with whoever runs the other"
    answer = failed("conflicts", because, remedy=remedy, who="release manager")
    return answer if stops else answer.advised()
