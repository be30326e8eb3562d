"""Does the plan reach its audiences in the policy's order, the next never wider than allowed?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.targets import Target
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.audience_order import order_faults, unknown_cohorts
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.lowering import cells_of, cells_within


def audience_order(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no where a stage would reach a later ring, region or cohort further than an earlier one allows."""
    faults = [fault for target in facts.targets for fault in _faults(change, target, facts)]
    if faults:
        because, remedies = ("; ".join(dict.fromkeys(each)) for each in zip(*faults, strict=True))
        return failed("audience_order", because, remedy=remedies, who=change.author, people=(change.author,))
    order = facts.policy.order
    if not (len(order.rings) > 1 or len(order.regions) > 1 or order.cohorts):
        return not_needed("audience_order", "the policy gives no order of rings, regions or cohorts")
    return passed("audience_order", "every stage widens in the policy's order of rings, regions and cohorts")


def _faults(change: Change, target: Target, facts: ShipFacts) -> Iterator[tuple[str, str]]:
    order, inside = facts.policy.order, cells_within(target, change.blast_radius)
    for cohort in unknown_cohorts(change.plan, order):
        known = f"the policy has {', '.join(order.cohorts)}" if order.cohorts else "the policy has none yet"
        yield f"the plan names the cohort {cohort}, which the policy does not", f"name one that it has: {known}"
    outside = [cell for cell in cells_of(target) if cell not in inside]
    for fault in order_faults(change.plan, inside, order, outside):
        yield fault.because, fault.remedy
