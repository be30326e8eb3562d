"""Is the candidate's model allowed for its feature, and for features of its tier?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.verdicts import Outcome, Verdict, not_needed, passed
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.models import check_model


def allowed_models(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no where the catalog or the policy does not let a target use its candidate's model."""
    units = ((target, change.candidate[target.id]) for target in facts.targets if target.id in change.candidate)
    named = [(target, unit.model) for target, unit in units if unit.model]
    if not named:
        return not_needed("allowed_models", "the candidate names no model")
    answers = [check_model(target, model, facts.policy, who=change.author) for target, model in named]
    no = next((answer for answer in answers if answer.outcome is Outcome.NOT_MET), None)
    return no or passed("allowed_models", "; ".join(answer.because for answer in answers))
