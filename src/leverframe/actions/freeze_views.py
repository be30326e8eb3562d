"""Which freezes hold, which are ahead, and what does one of them stop?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leverframe.actions.frozen_changes import hits_of
from leverframe.actions.house import House, permit
from leverframe.actions.loosening import Loosening, can_sign_as, loosening_of
from leverframe.nouns.audit import Entry
from leverframe.nouns.calendar import Freeze
from leverframe.nouns.freezes import DeclaredFreeze, Hit
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import Invalid, Verdict
from leverframe.rules.freezes import begun, ended, faults_of, may_move, of_whom
from leverframe.rules.open_hours import stretch_of
from leverframe.rules.policies import may
from leverframe.store import audit, freezes
from leverframe.store.database import Db

AHEAD = timedelta(days=365)
TRAIL = 40


@dataclass(frozen=True, slots=True)
class FreezeLine:
    """One freeze in the list: `state` is holds, ahead, over or lifted; `declared` is None where the policy has it."""

    freeze: Freeze
    state: str
    of_whom: str
    declared: DeclaredFreeze | None
    loosening: Loosening | None = None


@dataclass(frozen=True, slots=True)
class FreezesView:
    """The freezes: those that hold, then those of the year ahead; with `all` also what is over or was lifted.

    So many `later` ones follow after the year.
    """

    freezes: tuple[FreezeLine, ...]
    later: int
    home_zone: str
    may_declare: Verdict
    owners: tuple[str, ...]
    targets: tuple[str, ...]
    regions: tuple[str, ...]
    own_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FreezeView:
    """One declared freeze: what may move while it holds, which open changes it meets, and what is asked of it."""

    line: FreezeLine
    words: tuple[str, ...]
    hits: tuple[Hit, ...]
    home_zone: str
    may_declare: Verdict
    can_sign_as: tuple[str, ...]
    trail: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class CheckedFreeze:
    """What declaring a freeze would do; nothing was written."""

    freeze: Freeze
    words: tuple[str, ...]
    hits: tuple[Hit, ...]


def check_freeze(house: House, actor: Actor, freeze: Freeze) -> CheckedFreeze:
    """Say what a freeze would stop and which changes it would meet; raises Invalid with all its faults."""
    with house.store.read() as db:
        now, policy = house.clock.now(), house.policy(db)
        permit(policy, actor, "freeze.declare")
        if faults := [*faults_of(freeze, policy)]:
            raise Invalid(faults)
        return CheckedFreeze(freeze, may_move(freeze, policy.calendar), hits_of(db, policy, freeze, now))


def list_freezes(house: House, actor: Actor, *, everything: bool = False) -> FreezesView:
    """List the freezes of the policy and those that were declared, in the order in which they begin."""
    with house.store.read() as db:
        now, policy = house.clock.now(), house.policy(db)
        found = sorted(_lines(db, policy, now, everything=everything), key=lambda line: _begins(policy, line))
        near = [line for line in found if everything or _begins(policy, line) < now + AHEAD]
        people = policy.catalog.people.get(actor.name)
        return FreezesView(
            freezes=tuple(near),
            later=len(found) - len(near),
            home_zone=policy.calendar.home_zone,
            may_declare=may(policy, actor, "freeze.declare"),
            owners=(*sorted(policy.catalog.groups), *sorted(policy.catalog.people)),
            targets=tuple(sorted(policy.catalog.targets)),
            regions=tuple(policy.calendar.zones),
            own_groups=tuple(sorted(people.groups)) if people else (),
        )


def _lines(db: Db, policy: Policy, now: datetime, *, everything: bool) -> list[FreezeLine]:
    declared = freezes.every(db) if everything else freezes.standing(db)
    ids = {each.id for each in declared}
    of_policy = (freeze for freeze in policy.calendar.freezes if freeze.id not in ids)
    lines = [line_of(policy, freeze, None, now) for freeze in of_policy]
    for each in declared:
        asked = loosening_of(db, policy, each) if each.stands else None
        lines.append(replace(line_of(policy, replace(each.freeze, id=each.id), each, now), loosening=asked))
    return [line for line in lines if everything or line.state in ("holds", "ahead")]


def line_of(policy: Policy, freeze: Freeze, declared: DeclaredFreeze | None, now: datetime) -> FreezeLine:
    """Return a freeze as a line of a list."""
    return FreezeLine(freeze, _state(policy, freeze, declared, now), of_whom(freeze.scope), declared)


def _state(policy: Policy, freeze: Freeze, declared: DeclaredFreeze | None, now: datetime) -> str:
    if declared is not None and not declared.stands:
        return "lifted"
    if ended(freeze, policy.calendar, now):
        return "over"
    return "holds" if begun(freeze, policy.calendar, now) else "ahead"


def _begins(policy: Policy, line: FreezeLine) -> datetime:
    return stretch_of(line.freeze, policy.calendar.home_zone)[0]


def show_freeze(house: House, actor: Actor, id: str) -> FreezeView:
    """Show one declared freeze; raises NotFound."""
    with house.store.read() as db:
        now, policy, declared = house.clock.now(), house.policy(db), freezes.get(db, id)
        freeze = replace(declared.freeze, id=id)
        line = replace(line_of(policy, freeze, declared, now), loosening=loosening_of(db, policy, declared))
        holds = line.state in ("holds", "ahead")
        return FreezeView(
            line=line,
            words=may_move(freeze, policy.calendar),
            hits=hits_of(db, policy, freeze, now) if holds else (),
            home_zone=policy.calendar.home_zone,
            may_declare=may(policy, actor, "freeze.declare"),
            can_sign_as=can_sign_as(db, policy, actor, declared) if holds else (),
            trail=tuple(audit.find(db, object=id, limit=TRAIL)),
        )
