"""Is the rollback plan there, and is it real?"""

from __future__ import annotations

import re
from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.gates.facts import ShipFacts

FEWEST_STEPS = 2
FEWEST_WORDS = 12


def rollback_plan(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no to a missing plan, and to one without steps where the kind is not trivially reversible.

    Source: handbook phase 8, common mistakes ("feels reversible").
    """
    text = change.rollback_plan.strip()
    if not text and "rollback_plan" not in facts.asks.fields:
        return not_needed("rollback_plan", "the policy asks for none")
    if not text:
        return failed("rollback_plan", "there is no rollback plan", remedy="write the steps back", who=change.author)
    if change.kind.value in facts.policy.irreversible_kinds and not is_specific(text):
        return _too_vague(change)
    return passed("rollback_plan", f"the plan has {len(steps(text))} steps")


def _too_vague(change: Change) -> Verdict:
    return failed(
        "rollback_plan",
        f"a {change.kind.value.replace('_', ' ')} change does not simply reverse, and the plan names no steps",
        remedy=f"write at least {FEWEST_STEPS} concrete steps: what is restored, from where, by whom",
        who=change.author,
    )


def is_specific(text: str) -> bool:
    """Say whether a plan has steps and enough words to be one."""
    return len(steps(text)) >= FEWEST_STEPS and len(text.split()) >= FEWEST_WORDS


def steps(text: str) -> list[str]:
    """Split a plan into its sentences, lines and numbered points."""
    return [part for part in re.split(r"(?:\n+|(?<=[.;])\s+|\s*\d+[.)]\s+)", text.strip()) if part.strip(" .-*")]
