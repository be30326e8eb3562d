"""Are author and release manager two people where the tier asks for it?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.targets import Tier
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.gates.facts import ShipFacts


def segregation(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no where the author of a High change would run it, or an author has signed."""
    if any(s.person == change.author for s in facts.sign_offs):
        return _refuse(f"{change.author} signed their own change", "another person must sign")
    if change.tier is Tier.HIGH and not change.release_manager:
        return _refuse("a High change needs a release manager", "name a release manager other than the author")
    if change.tier is Tier.HIGH and change.author in (change.release_manager, change.coordinator, change.armed_by):
        return _refuse(f"{change.author} wrote this High change and may not run it", "name another release manager")
    return passed("segregation", f"{change.author} wrote it; others sign and run it")


def _refuse(because: str, remedy: str) -> Verdict:
    return failed("segregation", because, remedy=remedy, who="release manager")
