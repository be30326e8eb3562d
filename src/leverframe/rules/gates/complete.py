"""Is the ticket complete for its tier?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.gates.facts import ShipFacts

WRITTEN_THERE = ("", "pull request")
"""Where a person writes a field whole: on the ticket, or in the body of the pull request that it was filed from."""


def complete(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer with every field, link and hand-written part that the policy asks for and the ticket lacks."""
    missing = [*_empty_fields(change, facts), *_missing_artefacts(change, facts), *_not_by_hand(change, facts)]
    if not missing:
        kind = change.kind.value.replace("_", " ")
        return passed("complete", f"every field that a {change.tier.value} {kind} change needs is filled")
    return failed(
        "complete",
        "; ".join(missing),
        remedy="fill them in on the change",
        who=change.author,
        people=(change.author,),
    )


def _empty_fields(change: Change, facts: ShipFacts) -> list[str]:
    return [f"{name.replace('_', ' ')} is empty" for name in facts.asks.fields if not getattr(change, name, None)]


def _missing_artefacts(change: Change, facts: ShipFacts) -> list[str]:
    needed = (name for name in facts.asks.artefacts if not change.artefacts.get(name))
    return [f"the link to the {name.replace('_', ' ')} is missing" for name in needed]


def _not_by_hand(change: Change, facts: ShipFacts) -> list[str]:
    told = ((name, _automatic(change, name)) for name in facts.asks.by_hand)
    return [f"{name.replace('_', ' ')} must be written by a person, and was {how}" for name, how in told if how]


def _automatic(change: Change, name: str) -> str:
    """Say how far a field was filled by itself; nothing where a person wrote all of it."""
    wrote = change.provenance.get(name)
    if wrote is None or (wrote.by != "auto" and wrote.source in WRITTEN_THERE):
        return ""
    return "filled automatically" if wrote.by == "auto" else "filled automatically in part"
