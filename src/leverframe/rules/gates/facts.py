"""What are the gates told?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from leverframe.nouns.cab import CabReturn
from leverframe.nouns.calendar import Subject
from leverframe.nouns.changes import Change, State
from leverframe.nouns.conflicts import Occupied
from leverframe.nouns.delegations import Delegation
from leverframe.nouns.evidence import EvalDelta, Unmatched
from leverframe.nouns.field_reviews import FieldReview
from leverframe.nouns.policies import Asks, Policy
from leverframe.nouns.pull_requests import ReadPullRequest
from leverframe.nouns.sign_offs import SignOff
from leverframe.nouns.staging import StagingRecord
from leverframe.nouns.switches import Switch
from leverframe.nouns.targets import Target
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Verdict
from leverframe.rules.audience_order import waits_for
from leverframe.rules.break_glass import Bypass
from leverframe.rules.lowering import cells_of, within


@dataclass(frozen=True, slots=True)
class ShipFacts:
    """Everything that `may_ship` rests on, gathered in one transaction.

    `current` are the units adopted now, `ramping` maps a target to the change that ramps on it, `expected` is the
    forecast's own verdict, `occupied` what the open changes take and when, `digest_now` the digest that a sign-off
    would bind now. `delegations` are those that nobody has revoked, `returned` what the CAB sent back and nobody took
    back, of whatever content, `bypass` the break-glass that stands.
    """

    policy: Policy
    asks: Asks
    targets: tuple[Target, ...]
    current: Mapping[str, Unit]
    switches: Mapping[str, Switch]
    sign_offs: tuple[SignOff, ...] = ()
    digest_now: str = ""
    deltas: tuple[EvalDelta, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    staging: tuple[StagingRecord, ...] = ()
    pull_request: ReadPullRequest | None = None
    ramping: Mapping[str, str] = field(default_factory=dict)
    expected: tuple[Verdict, ...] = ()
    occupied: tuple[Occupied, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    returned: tuple[CabReturn, ...] = ()
    bypass: Bypass | None = None
    field_reviews: tuple[FieldReview, ...] = ()

    def subject(self, change: Change) -> Subject:
        """Return what the calendar is asked about."""
        return Subject(change.target, change.tier.value, change.kind.value)


def stage_one_regions(change: Change, facts: ShipFacts) -> tuple[str, ...]:
    """Return the regions in which the first stage may begin: those that it raises and that wait for no other."""
    named = dict.fromkeys(region for clause in change.plan.stages[0].clauses for region in clause.regions)
    raised = tuple(named) or change.blast_radius.regions
    waits: set[str] = set()
    for target in facts.targets:
        cells = within(cells_of(target), change.blast_radius.regions)
        waits.update(waits_for(change.plan, 1, raised, cells, target.order))
    return tuple(region for region in raised if region not in waits)


def has_begun(change: Change) -> bool:
    """Say whether the change's ramp has begun, so that its start is no question any more."""
    return change.state not in (State.DRAFT, State.ASSESS, State.AUTHORIZE, State.SCHEDULED)


def spoken_time(moment: datetime) -> str:
    """Write a moment with its date and zone."""
    return f"{moment:%a %d %b %Y %H:%M} {moment.tzname()}"
