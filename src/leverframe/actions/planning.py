"""When could this change start, why not now, and what would become of it at each start?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leverframe.actions.drafting import NOT_AFTER
from leverframe.actions.facts import forecast_of, question_of, ship_facts, subject_of, traffic_of
from leverframe.actions.house import House, target_of
from leverframe.nouns.changes import Change
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.slots import RegionOpening, Slot
from leverframe.nouns.verdicts import Verdict
from leverframe.rules.calendar import opening
from leverframe.rules.conflicts import occupied
from leverframe.rules.forecasting import Forecast
from leverframe.rules.gates.facts import ShipFacts, has_begun
from leverframe.rules.policies import may
from leverframe.rules.shipping import may_ship
from leverframe.rules.slots import slots
from leverframe.store import changes
from leverframe.store.database import Db

FURTHER = timedelta(weeks=8)
"""So far ahead starts are looked for where the ticket's own not_after leaves none."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The starts of a change, the best first, and when each of its regions opens next.

    `beyond` says that none lies before the ticket's not_after, so that these need it moved, and all sign again.
    """

    slots: tuple[Slot, ...]
    regions: tuple[RegionOpening, ...]
    beyond: bool

    @property
    def best(self) -> Slot | None:
        """Return the best start that is legal."""
        return next((slot for slot in self.slots if not slot.refused), None)


@dataclass(frozen=True, slots=True)
class PlanView:
    """What the planner's page answers of one change; `may_move` says whether this reader may choose a start."""

    change: Change
    plan: Plan
    may_move: Verdict
    zone: str

    def not_after(self, slot: Slot) -> datetime:
        """Return when the ticket would end all widening if it started then: as it says, where that is far enough."""
        return slot.opens_at + NOT_AFTER if self.plan.beyond else self.change.start.not_after


@dataclass(frozen=True, slots=True)
class Why:
    """Why a change may not ship now, who clears what, and when it legally could: per region and for the whole."""

    change: Change
    requirements: tuple[Verdict, ...]
    forecast: Forecast | None
    plan: Plan
    zone: str


def show_slots(house: House, actor: Actor, change_id: str) -> PlanView:
    """Rank the starts of a change; raises NotFound."""
    with house.store.read() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.get(db, change_id)
        allowed = may(policy, actor, "change.schedule", target_of(policy, change.target))
        plan = plan_of(db, policy, change, ship_facts(house, db, change), now)
        return PlanView(change, plan, allowed, policy.calendar.home_zone)


def why_not(house: House, change_id: str) -> Why:
    """Say why a change may not ship now, and when it could; raises NotFound."""
    with house.store.read() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.get(db, change_id)
        expected = None if has_begun(change) else forecast_of(house, db, change, now)
        facts = ship_facts(house, db, change, expected=expected.verdicts if expected else ())
        answers = may_ship(change, facts, now)
        return Why(change, answers, expected, plan_of(db, policy, change, facts, now), policy.calendar.home_zone)


def plan_of(db: Db, policy: Policy, change: Change, facts: ShipFacts, now: datetime) -> Plan:
    """Rank the starts of a change that has not begun, and say when each region opens next."""
    regions = tuple(_opening(policy, change, region, now) for region in change.blast_radius.regions)
    if has_begun(change):
        return Plan((), regions, beyond=False)
    about = question_of(policy, change, now, traffic_of(db, policy, change.target, now))
    mine = occupied(change, None, policy.conflicts, now)
    found = slots(about, mine, facts.occupied, now)
    if any(not slot.refused for slot in found):
        return Plan(found, regions, beyond=False)
    further = slots(replace(about, not_after=max(about.not_after, now + FURTHER)), mine, facts.occupied, now)
    return Plan(further, regions, beyond=any(not slot.refused for slot in further))


def _opening(policy: Policy, change: Change, region: str, now: datetime) -> RegionOpening:
    answer = opening(policy.calendar, subject_of(change), region, now)
    return RegionOpening(region, answer.zone, answer.is_open, answer.next_opening, answer.until, answer.because)
