"""What needs me, what is moving, may we ship now?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from leverframe.actions.asked_signs import AskedSign, asked_signs
from leverframe.actions.debts import debt_alarms
from leverframe.actions.effects import effect_alarms
from leverframe.actions.facts import asks_once, seat_facts, told_to_sign
from leverframe.actions.file_views import file_alarms
from leverframe.actions.game_days import GameDayLine, open_game_days
from leverframe.actions.house import House
from leverframe.actions.listing import ChangeLine, change_line
from leverframe.actions.looks import Look, circumstances, look_at
from leverframe.actions.paging import rota_alarms
from leverframe.actions.tables import says_what_cannot_be
from leverframe.actions.unauthorised import unauthorised_alarms
from leverframe.actions.waiting import all_waits
from leverframe.clock import monotonic
from leverframe.nouns.calendar import Subject
from leverframe.nouns.changes import Change, State
from leverframe.nouns.evidence import StageReading
from leverframe.nouns.follow_ups import FollowUp
from leverframe.nouns.gateways import Seen
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Asks, Policy
from leverframe.nouns.switches import Switch
from leverframe.nouns.tables import Number
from leverframe.nouns.targets import EVERYWHERE
from leverframe.nouns.waits import WaitGroup
from leverframe.rules.calendar import Opening, opening
from leverframe.rules.evidence import words as say
from leverframe.rules.exercising import freshness
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.gates.sign_offs import seats
from leverframe.rules.policies import holders
from leverframe.rules.sign_offs import SignFacts, may_sign
from leverframe.store import changes, evidence, follow_ups, outbox, outcomes, ramps, sign_offs, switches, tables
from leverframe.store.database import Db

MOST_NAMED, MOST_SILENT = 5, 20


@dataclass(frozen=True, slots=True)
class RampLine:
    """One ramp in flight: where it stands, what it has proved, what it waits for."""

    change: str
    title: str
    target: str
    stage: int
    stages: int
    share_percent: float
    since: datetime
    finding: str
    proved: str
    waits_for: str
    held: bool


@dataclass(frozen=True, slots=True)
class TodayView:
    """What a person must get in one look."""

    openings: tuple[tuple[str, Opening], ...]
    ramps: tuple[RampLine, ...]
    my_sign_offs: tuple[ChangeLine, ...]
    follow_ups: tuple[FollowUp, ...]
    thrown: tuple[Switch, ...]
    alarms: tuple[str, ...]
    solo: bool = False
    next_train: None = None
    game_days: tuple[GameDayLine, ...] = ()
    waits: tuple[WaitGroup, ...] = ()
    my_other_sign_offs: tuple[AskedSign, ...] = ()


def today(house: House, actor: Actor) -> TodayView:
    """Gather the day for one reader."""
    with house.store.read() as db:
        now, policy = house.clock.now(), house.policy_or_none(db)
        if policy is None:
            return TodayView((), (), (), (), (), ())
        others = asked_signs(db, policy, actor, now)
        return TodayView(
            openings=_openings(policy, now),
            ramps=tuple(_ramp_lines(house, db, now)),
            my_sign_offs=tuple(change_line(change, None) for change in _mine(db, policy, actor)),
            follow_ups=tuple(follow_ups.open_ones(db)),
            thrown=tuple(switch for switch in switches.all_switches(db) if switch.thrown),
            alarms=(*_alarms(house, db), *_stale(db, now.astimezone(ZoneInfo(policy.calendar.home_zone)).date())),
            solo=policy.solo,
            game_days=open_game_days(db),
            waits=all_waits(db, policy, actor, others, now),
            my_other_sign_offs=tuple(each for each in others if each.can_sign_as),
        )


def _openings(policy: Policy, now: datetime) -> tuple[tuple[str, Opening], ...]:
    """Ask each region of the catalog whether the standard windows are open."""
    named = dict.fromkeys(r for target in policy.catalog.targets.values() for r in target.regions)
    asked = Subject("", "", "")
    return tuple((region, opening(policy.calendar, asked, region, now)) for region in named or (EVERYWHERE,))


def _ramp_lines(house: House, db: Db, now: datetime) -> Iterator[RampLine]:
    active = ramps.active(db)
    ids, beside = [ramp.change for ramp in active], circumstances(house, db)
    tickets, counts, judged = changes.of_ids(db, ids), outcomes.counts_of(db, ids), evidence.judged_stages(db, ids)
    asked = ((tickets[ramp.change], ramp.stage, counts[ramp.change]) for ramp in active)
    read = house.minutes.added(db, asked, now)
    for ramp in active:
        is_judged = (ramp.change, ramp.stage) in judged
        change = tickets[ramp.change]
        yield _ramp_line(look_at(beside, change, ramp, read[change.id], is_judged, now))


def _ramp_line(seen: Look) -> RampLine:
    change, ramp = seen.change, seen.ramp
    return RampLine(
        change=change.id,
        title=change.title,
        target=ramp.target,
        stage=ramp.stage,
        stages=len(change.plan.stages),
        share_percent=change.plan.stages[ramp.stage - 1].share_percent,
        since=ramp.stage_since,
        finding=seen.reading.finding.value if seen.reading else "",
        proved=_proved(seen.reading),
        waits_for=seen.step.because,
        held=ramp.hold is not None,
    )


def _proved(reading: StageReading | None) -> str:
    """Say what a stage has ruled out so far, the floors first; empty where it is nothing yet."""
    told = sorted(reading.readings if reading else (), key=lambda each: not each.floor)
    return "; ".join(say.fewer_than(each.guardrail, each.ruled_out) for each in told if each.ruled_out)


def _mine(db: Db, policy: Policy, actor: Actor) -> list[Change]:
    """Return the changes whose open seats this person may fill now."""
    asked = asked_to_sign(db, policy, actor)
    joined = sign_offs.joined(db, actor.name) if asked else {}
    return [
        change
        for change, facts in seat_facts(db, policy, asked)
        if _may_fill_a_seat(actor, change, facts, told_to_sign(joined, actor, change, facts))
    ]


def asked_to_sign(db: Db, policy: Policy, actor: Actor) -> list[Change]:
    """Return the changes that ask for a role of this reader's, filled or not."""
    waiting = changes.find(db, states=(State.AUTHORIZE, State.SCHEDULED), limit=200)
    asks = asks_once(policy)
    return [change for change in waiting if _is_asked(policy, asks, actor, change)]


def _is_asked(policy: Policy, asks_by: Callable[[Change], Asks], actor: Actor, change: Change) -> bool:
    """Say whether a change asks for a role that this person holds: what costs nothing to know."""
    target = policy.catalog.targets.get(change.target)
    asks = asks_by(change)
    is_hers = actor.is_person and actor.name != change.author
    return is_hers and any(actor.name in holders(policy, seat.role, target) for seat in asks.seats)


def _may_fill_a_seat(actor: Actor, change: Change, facts: ShipFacts, told: SignFacts) -> bool:
    open_roles = (seat.role for seat in seats(change, facts) if seat.open)
    return any(not any(v.refuses for v in may_sign(change, actor, role, told)) for role in open_roles)


def _alarms(house: House, db: Db) -> list[str]:
    alarms = []
    heard = tables.alarm(db)
    if heard is not None:
        alarms.append(
            f"A gateway obeys table {heard}, newer than any published here: this database was restored. Nothing is "
            "published until an administrator confirms it with: leverframe table raise-epoch"
        )
    alarms += _silent(house.fleet.silent(monotonic()))
    alarms += _faulty(house, db)
    alarms += file_alarms(house, db)
    alarms += effect_alarms(db)
    alarms += unauthorised_alarms(db)
    alarms += debt_alarms(db, house.policy(db), house.clock.now())
    alarms += rota_alarms(db, house.policy(db), house.clock.now())
    alarms += [f"The clock could not do {what}: {why}." for what, why in sorted(house.troubles.items())]
    given_up = outbox.given_up(db)
    if given_up:
        alarms.append(f"{given_up} messages could not be delivered to a webhook.")
    return alarms


def _silent(silent: Sequence[Seen]) -> Iterator[str]:
    """Name the gateways that say nothing any more; of very many the first."""
    for seen in silent[:MOST_SILENT]:
        yield f"Gateway {seen.instance} is silent since {seen.age_seconds:.0f} s, at table {seen.number}."
    if len(silent) > MOST_SILENT:
        yield f"{len(silent) - MOST_SILENT} more gateways are silent; Gateways names them."


def _stale(db: Db, today: date) -> Iterator[str]:
    """Name the kill switches that nobody may rely on: kill-switch rot."""
    rotten = [s.id for s in switches.all_switches(db) if not s.thrown and freshness(s, today).is_stale]
    if rotten:
        more = f" and {len(rotten) - MOST_NAMED} more" if len(rotten) > MOST_NAMED else ""
        count = "1 kill switch was" if len(rotten) == 1 else f"{len(rotten)} kill switches were"
        names = ", ".join(rotten[:MOST_NAMED])
        yield f"{count} not exercised for six months: {names}{more}; hold a game day"


def _faulty(house: House, db: Db) -> list[str]:
    """Name the gateways that say what cannot be."""
    ours = Number(tables.epoch(db), 0)
    told = ((seen.instance, Number.parse(seen.number)) for seen in house.fleet.past_belief(ours, monotonic()))
    return [
        f"Gateway {says_what_cannot_be(instance, number)}: it is at fault, and counts in no receipt as having obeyed."
        for instance, number in told
    ]
