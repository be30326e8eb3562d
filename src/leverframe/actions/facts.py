"""What does a rule need to know about a change, right now?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

from leverframe.actions.digests import digest_of
from leverframe.actions.house import House, target_of
from leverframe.actions.neighbours import all_occupied
from leverframe.nouns.calendar import Subject
from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import StageReading
from leverframe.nouns.people import FEATURE_OWNER, Actor, ActorKind
from leverframe.nouns.policies import Asks, Policy
from leverframe.nouns.ramps import Ramp
from leverframe.nouns.switches import Switch
from leverframe.nouns.targets import Target
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Verdict
from leverframe.rules.bands import frozen_between, open_between
from leverframe.rules.break_glass import standing
from leverframe.rules.evals import compare_on, unmatched
from leverframe.rules.evidence_time import Traffic
from leverframe.rules.forecasting import Forecast, forecast_for
from leverframe.rules.gates.facts import ShipFacts, has_begun
from leverframe.rules.imagined_ramps import Question
from leverframe.rules.policies import asks_of, roles_of
from leverframe.rules.prospects import Prospect, prospects
from leverframe.rules.shipping import may_ship
from leverframe.rules.sign_offs import SignFacts, content_digest, counted
from leverframe.rules.staging import seen_now
from leverframe.store import (
    break_glass,
    cab,
    delegations,
    evidence,
    field_reviews,
    outcomes,
    pull_requests,
    ramps,
    sign_offs,
    staging,
    switches,
    units,
)
from leverframe.store.database import Db

BAND_DAYS = 14


def ship_facts(house: House, db: Db, change: Change, *, expected: tuple[Verdict, ...] = ()) -> ShipFacts:
    """Gather everything that `may_ship` asks about one change."""
    policy = house.policy(db)
    asks = asks_for(policy, change)
    digests, results = evidence.digests(db, change.id), evidence.results(db, change.id)
    moves, runs = measured_units(change)
    digest_now, targets, known = content_digest(change, digests), _targets(policy, change), break_glass.of_change
    return ShipFacts(
        policy=policy,
        asks=asks,
        targets=targets,
        current=units.all_current(db),
        switches=switches_now(db),
        sign_offs=tuple(sign_offs.standing(db, change.id)),
        digest_now=digest_now,
        deltas=compare_on(*results, moves=moves, runs=runs),
        unmatched=unmatched(*results, moves=moves, runs=runs),
        staging=seen_now(staging.of(db, change.id), change),
        pull_request=pull_requests.newest(db, change.id),
        ramping={ramp.target: ramp.change for ramp in ramps.active(db)},
        expected=expected,
        occupied=() if has_begun(change) else all_occupied(db, policy.conflicts, house.clock.now()),
        delegations=delegations.standing(db, (seat.role for seat in asks.seats)),
        returned=cab.standing_returns(db, [change.id])[change.id],
        bypass=standing(known(db, change.id), digest_now, policy, targets, house.clock.now()),
        field_reviews=field_reviews.of_change(db, change.id) if asks.reviewed else (),
    )


def seat_facts(db: Db, policy: Policy, found: Sequence[Change]) -> Iterator[tuple[Change, ShipFacts]]:
    """Gather for several changes what their seats rest on, in few queries; what other gates ask is left out."""
    ids = [change.id for change in found]
    signed, digests, asks = sign_offs.standing_on(db, ids), evidence.digests_of(db, ids), asks_once(policy)
    named = delegations.standing(db, policy.cab.roles if policy.cab else ())
    for change in found:
        yield (
            change,
            ShipFacts(
                policy=policy,
                asks=asks(change),
                targets=_targets(policy, change),
                current={},
                switches={},
                sign_offs=signed[change.id],
                digest_now=digest_of(change, digests[change.id]),
                delegations=named,
            ),
        )


def asks_for(policy: Policy, change: Change) -> Asks:
    """Return what the policy asks of a change, whose targets customers may meet."""
    return asks_once(policy)(change)


def asks_once(policy: Policy) -> Callable[[Change], Asks]:
    """Return what adds up the policy's rows for a change, once for all that are asked the same."""
    added = cache(lambda tier, kind, path, facing: asks_of(policy, tier, kind, path, customer_facing=facing))

    def asks(change: Change) -> Asks:
        facing = any(target.customer_facing for target in _targets(policy, change))
        return added(change.tier.value, change.kind.value, change.path.value, facing)

    return asks


def _targets(policy: Policy, change: Change) -> tuple[Target, ...]:
    return tuple(policy.catalog.targets[t] for t in change.targets if t in policy.catalog.targets)


def sign_facts(db: Db, actor: Actor, change: Change, facts: ShipFacts) -> SignFacts:
    """Gather what the rule of signing asks."""
    return told_to_sign(sign_offs.joined(db, actor.name), actor, change, facts)


def sign_facts_for(db: Db, member: str, change: Change, facts: ShipFacts) -> SignFacts:
    """Gather what the rule of signing asks of a member for whom a delegate signs."""
    person = facts.policy.catalog.people.get(member)
    groups = person.groups if person else frozenset[str]()
    held = Actor(ActorKind.PERSON, member, groups, roles_of(facts.policy, groups))
    return sign_facts(db, held, change, facts)


def told_to_sign(joined: Mapping[str, datetime], actor: Actor, change: Change, facts: ShipFacts) -> SignFacts:
    """Put together what the rule of signing is told; `joined` says since when this person holds which role."""
    since = {role: joined[role] for role in actor.roles if role in joined}
    owned = [joined.get(f"{FEATURE_OWNER}@{target.owner}") for target in facts.targets]
    if known := [at for at in owned if at]:
        since[FEATURE_OWNER] = max(known)
    standing = counted(change, facts.digest_now, facts.sign_offs)
    return SignFacts(facts.policy, facts.targets, facts.asks.seats, standing, since, facts.delegations)


def verdicts(house: House, db: Db, change: Change, now: datetime) -> tuple[Verdict, ...]:
    """Ask whether a change may ship now, the forecast's own answer included."""
    expected = forecast_of(house, db, change, now).verdicts if change.settled_at is None else ()
    return may_ship(change, ship_facts(house, db, change, expected=expected), now)


def measured_units(change: Change) -> tuple[Unit, Unit]:
    """Return the two units that the ticket's evals measure: its candidate, and the one that runs (empty: none)."""
    return change.candidate.get(change.target, Unit()), change.current.get(change.target, Unit())


def forecast_of(house: House, db: Db, change: Change, now: datetime) -> Forecast:
    """Run the ramp on an imagined clock, from its start or from now, whichever is later."""
    return _forecast(house, db, change, now, begins=max(now, change.start.opens_at))


def rest_of(
    house: House, db: Db, change: Change, ramp: Ramp, reading: StageReading | None, now: datetime
) -> Forecast:
    """Run a ramp that is under way on an imagined clock, from where it stands."""
    return _forecast(house, db, change, now, begins=now, under_way=ramp, reading=reading)


def _forecast(
    house: House,
    db: Db,
    change: Change,
    now: datetime,
    *,
    begins: datetime,
    under_way: Ramp | None = None,
    reading: StageReading | None = None,
) -> Forecast:
    policy = house.policy(db)
    about = question_of(policy, change, begins, traffic_of(db, policy, change.target, now))
    return forecast_for(about, under_way=under_way, reading=reading)


def question_of(policy: Policy, change: Change, begins: datetime, traffic: Traffic | None) -> Question:
    """Return what is imagined of a change that begins at a moment."""
    target = target_of(policy, change.target)
    return Question(
        plan=change.plan,
        subject=subject_of(change),
        regions=change.blast_radius.regions,
        calendar=policy.calendar,
        starts_at=begins,
        not_after=change.start.not_after,
        traffic=traffic,
        population=tuple(target.population),
        policy=policy,
        target=target,
        rings=change.blast_radius.rings,
    )


def prospects_of(house: House, db: Db, change: Change, expected: Forecast, now: datetime) -> tuple[Prospect, ...]:
    """Say what each stage can rule out, where each begins as the forecast expects."""
    policy = house.policy(db)
    about = question_of(policy, change, now, traffic_of(db, policy, change.target, now))
    return prospects(about, {step.stage: step.at for step in expected.p50})


def subject_of(change: Change) -> Subject:
    """Return what the calendar is asked about."""
    return Subject(change.target, change.tier.value, change.kind.value)


def traffic_of(db: Db, policy: Policy, target: str, now: datetime) -> Traffic | None:
    """Return a target's traffic of the last seven days, or None where there was none."""
    hours, bad = outcomes.traffic(db, target, now - timedelta(days=7), policy.calendar.home_zone)
    return Traffic(hours, bad) if hours else None


def switches_now(db: Db) -> Mapping[str, Switch]:
    """Return all switches by id."""
    return {switch.id: switch for switch in switches.all_switches(db)}


def with_current(db: Db, change: Change) -> Change:
    """Return the change written against what runs now."""
    running = units.all_current(db)
    return replace(change, current={t: running[t] for t in change.targets if t in running})


def bands(
    policy: Policy, change: Change, now: datetime, region: str = ""
) -> tuple[tuple[tuple[datetime, datetime], ...], tuple[tuple[datetime, datetime, str], ...]]:
    """Return a region's open stretches and freezes of the next two weeks, or of the ramp's own days."""
    begins = min(now, change.start.opens_at) if change.settled_at is None else change.start.opens_at
    ends = begins + timedelta(days=BAND_DAYS)
    region = region or next(iter(change.blast_radius.regions), "")
    asked = (policy.calendar, subject_of(change), region, begins, ends)
    return open_between(*asked), frozen_between(*asked)
