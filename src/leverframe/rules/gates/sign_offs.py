"""Has everyone signed who must, exactly this content?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.sign_offs import SeatState, authors, counted, eligible, fill_seats, spoken


def sign_offs(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no with each role that is still open, and who holds it."""
    if not facts.asks.seats:
        return not_needed("sign_offs", "the policy asks for none")
    states = seats(change, facts)
    missing = [state for state in states if state.open]
    if not missing:
        names = ", ".join(f"{n} ({spoken(s.role)})" for s in states for n in s.signed_by)
        return passed("sign_offs", f"signed by {names}")
    able = frozenset[str]().union(*(_able(change, s, facts) for s in missing))
    who = "; ".join(f"{spoken(s.role)}: {_people(change, s, facts)}" for s in missing)
    lacking = ", ".join(f"{s.open} from {spoken(s.role)}" for s in missing)
    return failed(
        "sign_offs", f"{change.id or 'it'} needs sign-offs: {lacking}", remedy=f"ask {who}", who=who, people=able
    )


def seats(change: Change, facts: ShipFacts) -> tuple[SeatState, ...]:
    """Say for each seat who fills it now."""
    signed = counted(change, facts.digest_now, facts.sign_offs)
    told = (facts.policy, facts.targets, facts.delegations)
    return fill_seats(change, facts.asks.seats, signed, *told)


def _people(change: Change, state: SeatState, facts: ShipFacts) -> str:
    return ", ".join(sorted(_able(change, state, facts))) or "nobody who may"


def _able(change: Change, state: SeatState, facts: ShipFacts) -> frozenset[str]:
    return eligible(facts.policy, state.role, facts.targets) - {*authors(change), *state.signed_by}
