"""Is what runs now still what was signed as current?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.gates.facts import ShipFacts


def same_current(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no where the running unit changed since the ticket was written, and say in what."""
    for target in change.targets:
        running, signed = facts.current.get(target), change.current.get(target)
        if running != signed:
            return _refuse(change, target, running.name if running else "nothing adopted")
        if running == change.candidate.get(target):
            return failed("same_current", f"{target} runs the candidate already", remedy="cancel the change")
    return passed("same_current", "what runs now is what the ticket was written against")


def _refuse(change: Change, target: str, running: str) -> Verdict:
    because = f"{target} now runs {running}, which is not the unit that the ticket was written against"
    return failed(
        "same_current",
        because,
        remedy="refresh the change and have it signed again",
        who=change.author,
        people=(change.author,),
    )
