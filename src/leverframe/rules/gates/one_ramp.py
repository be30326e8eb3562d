"""Is the target free: no other ramp on it, nothing of it thrown?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.gates.facts import ShipFacts


def one_ramp(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no while another change ramps on a target; it waits, and for which."""
    others = {t: facts.ramping[t] for t in change.targets if facts.ramping.get(t, change.id) != change.id}
    if not others:
        return passed("one_ramp", f"no other change ramps on {', '.join(change.targets)}")
    waits = ", ".join(f"{target} is ramped by {other}" for target, other in others.items())
    return failed("one_ramp", waits, remedy=f"it waits for {', '.join(others.values())}", who="the clock")


def not_thrown(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no while a switch of the feature or of one of its two models is thrown: the ramp would only hold."""
    units = [*change.candidate.values(), *(facts.current[t] for t in change.targets if t in facts.current)]
    models = dict.fromkeys(f"model/{unit.model}" for unit in units if unit.model)
    ids = [*(f"feature/{t}" for t in change.targets), *models]
    thrown = [i for i in ids if i in facts.switches and facts.switches[i].thrown]
    if not thrown:
        return passed("not_thrown", "no kill switch of the feature or of its models is thrown")
    return failed("not_thrown", f"{', '.join(thrown)} is thrown", remedy="have it set again first", who="its owner")
