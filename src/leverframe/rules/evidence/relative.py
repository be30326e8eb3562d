"""Does the candidate do worse than what is served beside it, and is it proved that it does not?"""

from __future__ import annotations

from math import log
from typing import NamedTuple

from leverframe.nouns.evidence import Finding, Reading
from leverframe.rules.evidence import labels, starts
from leverframe.rules.evidence import words as say
from leverframe.rules.evidence.looks import Look, arms_of, value_of


def read_relative(look: Look, guardrail: str) -> Reading:
    """Compare one guardrail with everyone else at the same time: harm over the ramp, proof in this stage."""
    alpha = look.outline.level_beside(look.alpha)
    carried, since = labels.strata_of(look.carried, guardrail), look.since.get(guardrail, ())
    evidence = starts.log_harm(carried, since, look.to_come, look.planned)
    floor = next((floor.ratio for floor in look.stage.floors if floor.guardrail == guardrail), None)
    is_harm = evidence >= -log(alpha)
    told = look.cells if is_harm else look.fresh
    arms = arms_of(told, guardrail)
    ratio = labels.ratio_of(told, guardrail)
    if is_harm:
        proof = _Proof(Finding.HARM, say.harm(arms, ratio, value_of(evidence), 1.0 / alpha))
    else:
        proof = _prove(look, arms, floor)
    return Reading(
        guardrail=guardrail,
        finding=proof.finding,
        because=proof.because,
        floor=floor is not None,
        bound=floor,
        ratio=ratio,
        ruled_out=proof.ruled_out,
        wait_minutes=proof.wait_minutes,
        e_value=value_of(evidence),
        e_bound=1.0 / alpha,
        candidate_units=arms.candidate_units,
        control_units=arms.control_units,
        candidate_bad=arms.candidate_bad,
        control_bad=arms.control_bad,
    )


def beta_of(look: Look) -> float:
    """Return one guardrail's part of the stage's beta."""
    return look.beta / (len(look.stage.floors) or len(look.outline.compared))


def nothing_to_read(look: Look) -> str:
    """Say why the arms cannot be compared; empty where they can."""
    if not look.candidate_units:
        return look.nobody
    if not look.is_shared:
        return say.EVERYONE
    return "" if look.control_units else say.NOBODY_BESIDE


class _Proof(NamedTuple):
    """What a stage has ruled out of a relative harm, and how far it is from what its floor asks."""

    finding: Finding
    because: str
    ruled_out: float | None = None
    wait_minutes: float | None = None


def _prove(look: Look, arms: say.Arms, floor: float | None) -> _Proof:
    missing = nothing_to_read(look)
    if missing:
        is_silent = floor is not None or not look.candidate_units
        return _Proof(Finding.NO_DATA if is_silent else Finding.PASS, missing)
    strata = labels.strata_of(look.fresh, arms.guardrail)
    beta = beta_of(look)
    margins = labels.MARGINS if floor is None else (*labels.MARGINS, floor)
    ruled_out = labels.smallest_ruled_out(strata, beta, margins)
    if floor is None:
        return _Proof(Finding.PASS, say.watched(arms, ruled_out), ruled_out)
    if look.minutes is None:
        return _Proof(Finding.CONTINUE, say.reaching(arms, floor), ruled_out)
    if ruled_out is not None and ruled_out <= floor:
        return _Proof(Finding.PASS, say.proved(arms, ruled_out, floor), ruled_out, 0.0)
    wait = labels.minutes_to_rule_out(strata, floor, beta, look.minutes)
    return _Proof(Finding.CONTINUE, say.waiting(arms, wait, floor), ruled_out, wait)
