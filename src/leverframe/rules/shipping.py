"""May it ship?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from leverframe.nouns.changes import Change, State
from leverframe.nouns.verdicts import Verdict
from leverframe.rules.asked_at import placed
from leverframe.rules.break_glass import bypassed
from leverframe.rules.gates.allowed_models import allowed_models
from leverframe.rules.gates.artefacts import artefacts
from leverframe.rules.gates.audience_order import audience_order
from leverframe.rules.gates.blast_radius import blast_radius
from leverframe.rules.gates.cab import cab
from leverframe.rules.gates.checks import checks
from leverframe.rules.gates.code_review import code_review
from leverframe.rules.gates.complete import complete
from leverframe.rules.gates.conflicts import conflicts
from leverframe.rules.gates.evals import evals
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.gates.field_reviews import field_reviews
from leverframe.rules.gates.freeze import freeze
from leverframe.rules.gates.kill_switch import kill_switch
from leverframe.rules.gates.one_ramp import not_thrown, one_ramp
from leverframe.rules.gates.rollback_plan import rollback_plan
from leverframe.rules.gates.same_current import same_current
from leverframe.rules.gates.segregation import segregation
from leverframe.rules.gates.sign_offs import sign_offs
from leverframe.rules.gates.staging import staging
from leverframe.rules.gates.window import window

READY = (
    complete,
    artefacts,
    rollback_plan,
    kill_switch,
    blast_radius,
    audience_order,
    allowed_models,
    checks,
    code_review,
    evals,
    staging,
    segregation,
    same_current,
    field_reviews,
    cab,
)
"""What the ticket itself must answer before anybody is asked to sign."""

SIGNED = (sign_offs,)
"""What people must answer."""

TIMELY = (window, freeze, one_ramp, not_thrown, conflicts)
"""What the clock and the neighbours must answer."""

GATES = {gate.__name__: gate for gate in (*READY, *SIGNED, *TIMELY)}
TIMELY_NAMES = frozenset(gate.__name__ for gate in TIMELY)


def may_ship(change: Change, facts: ShipFacts, now: datetime) -> tuple[Verdict, ...]:
    """Answer every gate, in order, each under the mode that the policy gives it; the forecast's own last."""
    verdicts = (*(gate(change, facts, now) for gate in GATES.values()), *facts.expected)
    told = (placed(_under_mode(verdict, facts), facts.asks, facts.policy) for verdict in verdicts)
    return tuple(bypassed(verdict, facts.bypass) for verdict in told)


def state_for(verdicts: Iterable[Verdict]) -> State:
    """Return where a filed change stands: assess until the ticket is ready, authorize until it is signed."""
    return State.ASSESS if any(v.gate != "sign_offs" for v in unready(verdicts)) else State.AUTHORIZE


def is_signed(verdicts: Iterable[Verdict]) -> bool:
    """Say whether no sign-off is missing that would stop it."""
    return not any(verdict.refuses for verdict in verdicts if verdict.gate == "sign_offs")


def unready(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Keep the refusals that need a person."""
    return tuple(v for v in verdicts if v.refuses and v.gate not in TIMELY_NAMES)


def _under_mode(verdict: Verdict, facts: ShipFacts) -> Verdict:
    return verdict if facts.policy.mode_of(verdict.gate).value == "enforce" else verdict.advised()
