"""Are the required evals on the ticket, for the candidate against the deployed unit, and not worse?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import Comparison, EvalDelta
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.evals import said_parts
from leverframe.rules.gates.facts import ShipFacts


def evals(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no where a suite was not run on this candidate beside the deployed unit, or a metric fell too far."""
    if not facts.asks.evals:
        return not_needed("evals", "the policy asks for no eval suite")
    of_this = [delta for delta in facts.deltas if not delta.differs]
    unproved = [suite for suite in facts.asks.evals if all(delta.suite != suite for delta in of_this)]
    earlier = [delta for delta in facts.deltas if delta.differs and delta.suite in unproved]
    missing = [suite for suite in unproved if all(delta.suite != suite for delta in earlier)]
    alone = [suite for suite in facts.asks.evals if suite not in unproved and _is_alone(suite, change, facts)]
    worse = [_said(delta) for delta in of_this if _too_low(delta, facts)]
    if unproved or alone or worse:
        return _refuse(change, missing, earlier, alone, worse)
    return passed("evals", f"{', '.join(facts.asks.evals)}: {len(of_this)} metrics, none worse than allowed")


def _refuse(
    change: Change, missing: list[str], earlier: list[EvalDelta], alone: list[str], worse: list[str]
) -> Verdict:
    because = [f"results of {', '.join(missing)} are missing"] if missing else []
    because += [_said_earlier(earlier)] if earlier else []
    because += [f"{', '.join(alone)} cannot be compared with the deployed unit's results"] if alone else []
    remedies = ["post the suite's results to the change"] if missing else []
    remedies += [f"run {_suites(earlier)} again on {_moves(change)}, and post the new results"] if earlier else []
    remedies += ["run the suite for both units, with the same tool and cases"] if alone else []
    remedies += ["mend the candidate, or have the allowance reviewed"] if worse else []
    return failed("evals", "; ".join(because + worse), remedy="; ".join(remedies), who=change.author)


def _said_earlier(earlier: list[EvalDelta]) -> str:
    differs = said_parts(dict.fromkeys(part for delta in earlier for part in delta.differs))
    return f"the results of {_suites(earlier)} are of an earlier candidate, which differs in {differs}"


def _suites(deltas: list[EvalDelta]) -> str:
    return ", ".join(dict.fromkeys(delta.suite for delta in deltas))


def _moves(change: Change) -> str:
    unit = change.candidate.get(change.target)
    return unit.name if unit else "the candidate"


def _is_alone(suite: str, change: Change, facts: ShipFacts) -> bool:
    """Say whether a suite says nothing of the deployed unit, although one is deployed."""
    if not any(target in facts.current for target in change.targets):
        return False
    mine = (delta for delta in facts.deltas if delta.suite == suite and not delta.differs)
    return all(delta.comparison is Comparison.NOT_COMPARABLE for delta in mine)


def _too_low(delta: EvalDelta, facts: ShipFacts) -> bool:
    if delta.comparison is not Comparison.WORSE or delta.deployed is None:
        return False
    allowed = {a.metric: a.allowed_drop for a in facts.policy.eval_allowances}.get(delta.metric, 0.0)
    return abs(delta.value - delta.deployed) > allowed


def _said(delta: EvalDelta) -> str:
    where = f" ({delta.slice})" if delta.slice else ""
    return (
        f"{delta.suite} {delta.metric}{where} is worse: {delta.value:.3f} against {delta.deployed:.3f}, n = {delta.n}"
    )
