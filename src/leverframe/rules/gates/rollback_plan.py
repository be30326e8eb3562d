"""Is the rollback plan there, and is it real?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.gates.facts import ShipFacts

FEWEST_STEPS = 2
FEWEST_WORDS = 12


REFERENCE = re.compile(r"https?://\S+|[a-z][a-z0-9_-]*:[^\s:][^\s]*")
"""What can be restored from: an address, or a kind and a name (`index:claims-2026-10`, `backup:2026-05-11`)."""
CLAIM = re.compile(
    r"(?<!not )\b(?:reversible|(?:trivial|easy) to (?:revert|undo)|just (?:revert|undo|roll (?:it )?back))\b",
    re.IGNORECASE,
)
"""What people write who have no way back (handbook, common mistakes: it "feels reversible")."""


def rollback_plan(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no to a missing plan, and where the kind does not simply reverse to one without steps or a reference.

    Source: handbook phase 8, common mistakes ("feels reversible").
    """
    text = change.rollback_plan.strip()
    if not text and "rollback_plan" not in facts.asks.fields:
        return not_needed("rollback_plan", "the policy asks for none")
    if not text:
        return failed(
            "rollback_plan",
            "there is no rollback plan",
            remedy="write the steps back",
            who=change.author,
            people=(change.author,),
        )
    if change.kind.value in facts.policy.irreversible_kinds and (faults := list(_unreal(change))):
        kind = change.kind.value.replace("_", " ")
        because = f"a {kind} change does not simply reverse, and {', and '.join(because for because, _ in faults)}"
        return failed(
            "rollback_plan",
            because,
            remedy="; ".join(way for _, way in faults),
            who=change.author,
            people=(change.author,),
        )
    said = f"; it restores from {change.restore_from}" if change.restore_from else ""
    return passed("rollback_plan", f"the plan has {len(steps(text))} steps{said}")


def _unreal(change: Change) -> Iterator[tuple[str, str]]:
    """Yield what keeps a plan from being a way back, each with what would mend it."""
    text = change.rollback_plan.strip()
    if CLAIM.search(text):
        yield "the plan says that it is reversible", "write what is restored instead"
    if not is_specific(text):
        yield (
            "the plan names no steps",
            f"write at least {FEWEST_STEPS} concrete steps: what is restored, from where, by whom",
        )
    if not change.restore_from:
        yield (
            "the ticket names nothing to restore from",
            "fill restore_from: an address, or kind:name such as index:claims-2026-10",
        )
    elif not REFERENCE.fullmatch(change.restore_from):
        yield (
            f"{change.restore_from:.60} is nothing to restore from",
            "write restore_from as an address, or as kind:name such as index:claims-2026-10",
        )


def is_specific(text: str) -> bool:
    """Say whether a plan has steps and enough words to be one."""
    return len(steps(text)) >= FEWEST_STEPS and len(text.split()) >= FEWEST_WORDS


def steps(text: str) -> list[str]:
    """Split a plan into its sentences, lines and numbered points."""
    return [part for part in re.split(r"(?:\n+|(?<=[.;])\s+|\s*\d+[.)]\s+)", text.strip()) if part.strip(" .-*")]
