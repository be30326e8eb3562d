"""Are the required evals on the ticket, for the candidate against the deployed unit, and not worse?"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import Comparison, EvalDelta, Unmatched
from leverframe.nouns.policies import EvalAsk
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.eval_allowances import allowance_of, has_fallen, named, unproved, without_proof
from leverframe.rules.eval_asks import asked_slices, lacks
from leverframe.rules.evals import said_parts
from leverframe.rules.gates.facts import ShipFacts

MISSING = "post the suite's results to the change"
ALONE = "run the suite for both units, with the same tool, scorers and cases"
LACKING = "run it as the policy asks, and post the new results"
WORSE = "mend the candidate, or have the allowance reviewed"
UNPROVED = "run it on more cases, or mend the candidate"


def evals(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no where a suite was not run on this candidate as the policy asks, or a metric fell too far."""
    asks = facts.asks.evals
    if not asks:
        return not_needed("evals", "the policy asks for no eval suite")
    of_this = [delta for delta in facts.deltas if not delta.differs]
    there = [ask for ask in asks if any(delta.suite == ask.suite for delta in of_this)]
    reasons = _not_there(change, facts, [ask.suite for ask in asks if ask not in there])
    beside = any(target in facts.current for target in change.targets)
    alone = [ask.suite for ask in there if beside and _is_alone(ask.suite, of_this)]
    if alone:
        reasons.append((f"{', '.join(alone)} cannot be compared with the deployed unit's results", ALONE))
    reasons += [(_said_unmatched(lost), ALONE) for lost in _lost(facts, set(alone), there)]
    for ask in there:
        reasons += [(lack, LACKING) for lack in lacks(ask, of_this, facts.targets, beside=beside, now=now)]
    reasons += _fallen(facts, of_this, beside)
    if not reasons:
        said = ", ".join(ask.said for ask in asks)
        return passed("evals", f"{said}: {len(of_this)} metrics, none worse than allowed")
    because, remedies = zip(*reasons, strict=True)
    remedy = "; ".join(dict.fromkeys(remedies))
    return failed("evals", "; ".join(because), remedy=remedy, who=change.author, people=(change.author,))


def _not_there(change: Change, facts: ShipFacts, suites: Sequence[str]) -> list[tuple[str, str]]:
    """Say which suites have no result of this candidate: none at all, or only of an earlier one."""
    earlier = [delta for delta in facts.deltas if delta.differs and delta.suite in suites]
    missing = [suite for suite in suites if all(delta.suite != suite for delta in earlier)]
    reasons = [(f"results of {', '.join(missing)} are missing", MISSING)] if missing else []
    if earlier:
        names = ", ".join(dict.fromkeys(delta.suite for delta in earlier))
        differs = said_parts(dict.fromkeys(part for delta in earlier for part in delta.differs))
        because = f"the results of {names} are of an earlier candidate, which differs in {differs}"
        reasons.append((because, f"run {names} again on {_moves(change)}, and post the new results"))
    return reasons


def _moves(change: Change) -> str:
    unit = change.candidate.get(change.target)
    return unit.name if unit else "the candidate"


def _is_alone(suite: str, of_this: Sequence[EvalDelta]) -> bool:
    """Say whether a suite says nothing of the deployed unit."""
    return all(d.comparison is Comparison.NOT_COMPARABLE for d in of_this if d.suite == suite)


def _lost(facts: ShipFacts, alone: Container[str], there: Sequence[EvalAsk]) -> Iterator[Unmatched]:
    """Yield what a suite that is asked for has measured of the deployed unit, and not of the candidate."""
    slices = {(ask.suite, slice) for ask in there for slice in ("", *asked_slices(ask, facts.targets))}
    return (lost for lost in facts.unmatched if (lost.suite, lost.slice) in slices and lost.suite not in alone)


def _said_unmatched(lost: Unmatched) -> str:
    of = f"{lost.suite} {lost.metric}" + (f" ({lost.slice})" if lost.slice else "")
    return f"{of} was measured by {lost.tool} for the deployed unit, and not so for the candidate"


def _fallen(facts: ShipFacts, of_this: Sequence[EvalDelta], beside: bool) -> list[tuple[str, str]]:
    """Say which metrics are shown to be worse than allowed, and which are not proved to be no worse."""
    allowances, asks = facts.policy.eval_allowances, facts.asks.evals
    pairs = [(delta, allowance_of(delta, allowances)) for delta in of_this]
    reasons = [(_said(delta), WORSE) for delta, allowance in pairs if has_fallen(delta, allowance)]
    if not beside:
        return reasons
    slices = {(ask.suite, slice) for ask in asks for slice in ("", *asked_slices(ask, facts.targets))}
    for delta, allowance in pairs:
        if (delta.suite, delta.slice) in slices and not has_fallen(delta, allowance):
            reasons += [(why, UNPROVED)] if (why := unproved(delta, allowance)) else []
    for metric in without_proof(allowances, [ask.suite for ask in asks], of_this):
        reasons.append((f"{metric} must be proved to be no worse, and was not measured", MISSING))
    return reasons


def _said(delta: EvalDelta) -> str:
    return f"{named(delta)} is worse: {delta.value:.3f} against {delta.deployed:.3f}, n = {delta.n}"
