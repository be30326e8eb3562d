"""Are author and release manager two people where the tier asks for it?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.targets import Tier
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.sign_offs import authors


def segregation(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no where an author has signed, or would run a High change; a solo policy asks no second person."""
    if facts.policy.solo:
        return not_needed("segregation", "the policy is solo: no second person is asked")
    wrote = authors(change)
    signed = sorted({s.person for s in facts.sign_offs} & wrote)
    if signed:
        return _refuse(f"{', '.join(signed)} signed their own change", "another person must sign")
    if change.tier is Tier.HIGH and not change.release_manager:
        return _refuse("a High change needs a release manager", "name a release manager other than the author")
    run_by = sorted({change.release_manager, change.coordinator, change.armed_by} & wrote)
    if change.tier is Tier.HIGH and run_by:
        return _refuse(f"{run_by[0]} wrote this High change and may not run it", "name another release manager")
    return passed("segregation", f"{', '.join(sorted(wrote))} wrote it; others sign and run it")


def _refuse(because: str, remedy: str) -> Verdict:
    return failed("segregation", because, remedy=remedy, who="release manager")
