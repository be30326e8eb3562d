"""Does the candidate keep to the rates that its stage allows?"""

from __future__ import annotations

from math import exp, log

from leverframe.nouns.evidence import Finding, Reading
from leverframe.nouns.ramps import Slo
from leverframe.rules.evidence import limits
from leverframe.rules.evidence import words as say
from leverframe.rules.evidence.looks import Look, arms_of, value_of


def read_rate(look: Look, slo: Slo) -> Reading:
    """Test the rate of first calls in this stage; the current unit's rate at the same time decides whose fault."""
    needed = -log(look.outline.level_of(slo.guardrail, look.alpha))
    arms = arms_of(look.cells, slo.guardrail, first_calls=True)
    evidence = limits.log_above(arms.candidate_bad, arms.candidate_units, slo.limit)
    finding, because = _find_rate(arms, slo.limit, evidence, needed)
    if finding is Finding.PASS and not look.candidate_units:
        finding, because = Finding.NO_DATA, look.nobody
    return Reading(
        guardrail=slo.guardrail,
        finding=finding,
        because=because,
        limit=slo.limit,
        limit_kind=slo.kind,
        e_value=value_of(evidence),
        e_bound=exp(needed),
        candidate_units=arms.candidate_units,
        control_units=arms.control_units,
        candidate_bad=arms.candidate_bad,
        control_bad=arms.control_bad,
    )


def _find_rate(arms: say.Arms, limit: float, evidence: float, needed: float) -> tuple[Finding, str]:
    if not arms.candidate_units:
        return Finding.NO_DATA, say.NOBODY
    if evidence < needed:
        return Finding.PASS, say.within(arms, limit)
    if arms.control_bad > limit * arms.control_units:
        return Finding.BOTH_ABOVE, say.both_above(arms, limit)
    lowest = limits.lower_bound(arms.candidate_bad, arms.candidate_units, needed)
    return Finding.HARM, say.above(arms, limit, lowest)
