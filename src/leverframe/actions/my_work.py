"""What waits for this reader?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from leverframe.actions.asked_signs import AskedSign, asked_signs
from leverframe.actions.facts import asks_for, seat_facts, ship_facts, told_to_sign
from leverframe.actions.follow_ups import FollowUpLine, lines_of
from leverframe.actions.house import House
from leverframe.actions.nudges import nudges_for
from leverframe.actions.today import asked_to_sign
from leverframe.nouns.changes import Change, State
from leverframe.nouns.follow_ups import Debt
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Ramp
from leverframe.nouns.verdicts import Verdict
from leverframe.rules.field_reviews import FieldFacts, asked_by_name, role_of
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.gates.sign_offs import seats
from leverframe.rules.policies import holders
from leverframe.rules.shipping import may_ship, unready
from leverframe.rules.sign_offs import authors, may_sign
from leverframe.store import changes, follow_ups, ramps, sign_offs, unmet
from leverframe.store.database import Db

BEGINS = (State.DRAFT, State.ASSESS, State.AUTHORIZE, State.SCHEDULED)
OPEN = (*BEGINS, State.IMPLEMENT, State.REVIEW)
MOST_ASKED, MOST_OPEN = 10, 5_000


@dataclass(frozen=True, slots=True)
class AskedOfMe:
    """One thing that somebody is asked for on a change: `says` is what they must know in five seconds."""

    change: str
    title: str
    roles: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """One change of this reader's, and what it lacks, each with its remedy."""

    change: str
    title: str
    state: State
    lacks: tuple[Verdict, ...]


@dataclass(frozen=True, slots=True)
class MyRamp:
    """One ramp that this reader answers for: how far it is, and what holds it."""

    change: str
    title: str
    stage: int
    stages: int
    share_percent: float
    since: datetime
    held: str


@dataclass(frozen=True, slots=True)
class MyBridge:
    """One bridge that this reader coordinates: until the ramp has ended and only its review is left."""

    change: str
    title: str
    bridge: str
    opens_at: datetime


@dataclass(frozen=True, slots=True)
class MyWork:
    """Everything that waits for one reader; `nudges` are those that others sent them."""

    sign_offs: tuple[AskedOfMe, ...] = ()
    code_reviews: tuple[AskedOfMe, ...] = ()
    field_reviews: tuple[AskedOfMe, ...] = ()
    other_sign_offs: tuple[AskedSign, ...] = ()
    lacking: tuple[Lacking, ...] = ()
    owed: tuple[FollowUpLine, ...] = ()
    debts: tuple[Debt, ...] = ()
    nudges: tuple[str, ...] = ()
    ramps: tuple[MyRamp, ...] = ()
    bridges: tuple[MyBridge, ...] = ()

    @property
    def count(self) -> int:
        """Count what waits: a ramp that goes on by itself, and a bridge, do not."""
        asked = (self.sign_offs, self.code_reviews, self.field_reviews, self.other_sign_offs)
        return sum(len(part) for part in (*asked, self.lacking, self.owed, self.debts))


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One line of it all, as a spreadsheet has it."""

    kind: str
    change: str
    title: str
    what: str
    due_at: datetime | None = None


def my_work(house: House, actor: Actor) -> MyWork:
    """Gather everything that waits for this reader."""
    with house.store.read() as db:
        now, policy = house.clock.now(), house.policy_or_none(db)
        if policy is None:
            return MyWork()
        found = changes.find(db, states=OPEN, limit=MOST_OPEN)
        by_id = {change.id: change for change in found}
        lines = (line for line in lines_of(house, db, actor, follow_ups.open_ones(db)) if line.is_mine)
        return MyWork(
            sign_offs=tuple(_to_sign(db, policy, actor)),
            code_reviews=tuple(_to_review(db, policy, actor, found)),
            field_reviews=tuple(_fields_to_review(db, policy, actor, found)),
            other_sign_offs=tuple(each for each in asked_signs(db, policy, actor, now) if each.can_sign_as),
            lacking=tuple(_lacking(house, db, actor, found, now)),
            owed=tuple(lines),
            debts=tuple(debt for debt in follow_ups.open_debts(db) if _is_mine(by_id.get(debt.subject), actor)),
            ramps=tuple(_my_ramps(actor, by_id, ramps.active(db))),
            nudges=nudges_for(db, actor.name, now),
            bridges=tuple(_bridges(actor, found)),
        )


def rows_of(work: MyWork) -> tuple[WorkRow, ...]:
    """Write it all as the lines of one table, in the order of the page."""
    return (
        *(WorkRow("sign-off", each.change, each.title, each.says) for each in work.sign_offs),
        *(WorkRow("code review", each.change, each.title, each.says) for each in work.code_reviews),
        *(WorkRow("field review", each.change, each.title, each.says) for each in work.field_reviews),
        *(WorkRow("sign-off", "", each.what, each.says) for each in work.other_sign_offs),
        *(WorkRow("lacking", e.change, e.title, f"{v.because}: {v.remedy}") for e in work.lacking for v in e.lacks),
        *(WorkRow("owed", e.duty.subject, e.duty.name, e.duty.because, e.duty.due_at) for e in work.owed),
        *(WorkRow("debt", each.subject, each.what, each.because, each.due_at) for each in work.debts),
        *(WorkRow("ramp", e.change, e.title, e.held or f"stage {e.stage} of {e.stages}") for e in work.ramps),
        *(WorkRow("bridge", each.change, each.title, each.bridge) for each in work.bridges),
    )


def _to_sign(db: Db, policy: Policy, actor: Actor) -> Iterator[AskedOfMe]:
    waiting = asked_to_sign(db, policy, actor)
    joined = sign_offs.joined(db, actor.name) if waiting else {}
    for change, facts in seat_facts(db, policy, waiting):
        told = told_to_sign(joined, actor, change, facts)
        open_seats = [seat for seat in seats(change, facts) if seat.open]
        mine = [s.role for s in open_seats if not any(v.refuses for v in may_sign(change, actor, s.role, told))]
        if mine:
            yield AskedOfMe(change.id, change.title, tuple(mine), _in_five_seconds(change, facts))


def _in_five_seconds(change: Change, facts: ShipFacts) -> str:
    """Say what is signed: what moves, for how many, and who has signed already."""
    target = change.target
    current, candidate = change.current.get(target), change.candidate.get(target)
    moves = "; ".join(current.differences(candidate)) if current and candidate else (candidate and candidate.name)
    blast = change.blast_radius
    signed = [name for seat in seats(change, facts) for name in seat.signed_by]
    who = f"{', '.join(signed)} signed" if signed else "nobody has signed yet"
    reach = f"at most {blast.max_share_percent:g} % of {blast.users:,} users before settlement"
    return f"{moves or 'nothing differs'}; {reach}; by {change.author}; {who}"


def _to_review(db: Db, policy: Policy, actor: Actor, found: Sequence[Change]) -> Iterator[AskedOfMe]:
    """Yield the changes whose code waits for a review in a role that this reader holds, as was last found."""
    open_ones = [change for change in found if change.state is State.ASSESS and actor.name not in authors(change)]
    lacks = unmet.of(db, [change.id for change in open_ones]) if open_ones else {}
    for change in open_ones:
        kept = lacks.get(change.id)
        no = next((v for v in kept.answers if v.gate == "code_review"), None) if kept else None
        mine = tuple(role for role in _asked_reviewers(policy, change) if _holds(policy, actor, role, change))
        if no is not None and mine:
            yield AskedOfMe(change.id, change.title, mine, no.because)


def _fields_to_review(db: Db, policy: Policy, actor: Actor, found: Sequence[Change]) -> Iterator[AskedOfMe]:
    """Yield the changes of which this reader may review a field that nobody has, as was last found."""
    open_ones = [change for change in found if change.state in BEGINS and actor.name not in authors(change)]
    lacks = unmet.of(db, [change.id for change in open_ones]) if open_ones else {}
    for change in open_ones:
        kept = lacks.get(change.id)
        no = next((v for v in kept.answers if v.gate == "field_reviews"), None) if kept else None
        if no is not None and actor.name in asked_by_name(no):
            target = policy.catalog.targets.get(change.target)
            told = FieldFacts(policy, asks_for(policy, change), (target,) if target else ())
            yield AskedOfMe(change.id, change.title, (role_of(actor.name, told),), no.because)


def _asked_reviewers(policy: Policy, change: Change) -> list[str]:
    asks = asks_for(policy, change)
    return [seat.role for seat in asks.code_reviews.of_whom]


def _holds(policy: Policy, actor: Actor, role: str, change: Change) -> bool:
    return actor.name in holders(policy, role, policy.catalog.targets.get(change.target))


def _lacking(house: House, db: Db, actor: Actor, found: Iterable[Change], now: datetime) -> Iterator[Lacking]:
    """Yield what this reader's own changes lack now; of very many, what the older ones lacked when last asked.

    When a ramp would end is not asked here: it takes too long.
    """
    mine = [change for change in found if change.state in BEGINS and change.author == actor.name]
    kept = unmet.of(db, [change.id for change in mine[MOST_ASKED:]])
    for place, change in enumerate(mine):
        if place < MOST_ASKED:
            lacks = unready(may_ship(change, ship_facts(house, db, change), now))
        else:
            lacks = kept[change.id].answers if change.id in kept else ()
        lacks = tuple(verdict for verdict in lacks if verdict.gate != "sign_offs")
        if lacks:
            yield Lacking(change.id, change.title, change.state, lacks)


def _is_mine(change: Change | None, actor: Actor) -> bool:
    return change is not None and actor.name in (change.author, change.release_manager)


def _my_ramps(actor: Actor, by_id: Mapping[str, Change], active: Iterable[Ramp]) -> Iterator[MyRamp]:
    for ramp in active:
        change = by_id.get(ramp.change)
        if change is not None and actor.name in (change.author, change.release_manager, change.armed_by):
            yield MyRamp(
                change=change.id,
                title=change.title,
                stage=ramp.stage,
                stages=len(change.plan.stages),
                share_percent=change.plan.stages[ramp.stage - 1].share_percent,
                since=ramp.stage_since,
                held=ramp.hold.because if ramp.hold else "",
            )


def _bridges(actor: Actor, found: Iterable[Change]) -> Iterator[MyBridge]:
    for change in found:
        if change.coordinator == actor.name and change.bridge and change.state is not State.REVIEW:
            yield MyBridge(change.id, change.title, change.bridge, change.start.opens_at)
