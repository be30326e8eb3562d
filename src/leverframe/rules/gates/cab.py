"""Has the CAB sent this content back?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.cab_words import say_return
from leverframe.rules.gates.facts import ShipFacts


def cab(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no while a member's return of exactly this content stands."""
    standing = [each for each in facts.returned if each.content_digest == facts.digest_now]
    if standing:
        because = "; ".join(say_return(each, facts.policy) for each in standing)
        takers = ", ".join(dict.fromkeys(each.by for each in standing))
        remedy = f"edit what was sent back; or {takers} takes it back"
        return failed("cab", because, remedy=remedy, who=f"{change.author}, {takers}", people=(change.author,))
    if facts.returned:
        return passed("cab", "what the CAB has sent back was edited since")
    return not_needed("cab", "the CAB has sent nothing back")
