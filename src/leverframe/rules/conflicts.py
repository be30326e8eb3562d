"""Is another change in the way: same target, model, people, bridge, or too many of high impact?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from leverframe.nouns.changes import Change, State
from leverframe.nouns.conflicts import Conflict, ConflictKind, ConflictRule, Occupied
from leverframe.nouns.ramps import Ramp
from leverframe.nouns.targets import Tier
from leverframe.rules.moments import say

Shared = Callable[[Occupied, Occupied], frozenset[str]]

SHARED: dict[ConflictKind, tuple[Shared, str]] = {
    ConflictKind.TARGET: (lambda one, other: one.targets & other.targets, "alters {what} too"),
    ConflictKind.MODEL: (lambda one, other: one.models & other.models, "moves traffic of {what} too"),
    ConflictKind.PEOPLE: (lambda one, other: one.people & other.people, "needs {what} too"),
    ConflictKind.BRIDGE: (
        lambda one, other: frozenset({one.bridge}) & frozenset({other.bridge}) - {""},
        "meets on the bridge {what} too",
    ),
}
"""What two changes may share, and how it is said."""
MOST_NAMED = 3
"""So many others are named in a sentence; the conflict itself has all of them."""


def occupied(
    change: Change, ramp: Ramp | None, rule: ConflictRule, now: datetime, begins: datetime | None = None
) -> Occupied:
    """Say what a change takes and when; with `begins`, as if it started then."""
    bakes = [stage.bake_minutes for stage in change.plan.stages]
    left = timedelta(minutes=sum(bakes[ramp.stage - 1 :] if ramp else bakes))
    since = ramp.started_at if ramp else begins or max(now, change.start.opens_at)
    units = [*change.candidate.values(), *change.current.values()]
    people = frozenset({change.coordinator}) - {""}
    return Occupied(
        change=change.id,
        title=change.title,
        begins=since,
        ends=(now if ramp else since) + left,
        moving=ramp is not None,
        armed=change.state is State.SCHEDULED,
        targets=frozenset(change.targets),
        models=frozenset(unit.model for unit in units if unit.model),
        people=people,
        bridge=change.bridge,
        high_impact=is_high_impact(change, rule),
    )


def is_high_impact(change: Change, rule: ConflictRule) -> bool:
    """Say whether a change is of high impact: by its tier, or by how many users it can hit."""
    return change.tier is Tier.HIGH or change.blast_radius.users >= rule.high_impact_users


def conflicts_of(one: Occupied, others: Iterable[Occupied], rule: ConflictRule, zone: str) -> tuple[Conflict, ...]:
    """Say what a change shares with others at one time: one conflict of each kind, those who go before named first.

    Asked of one change this is linear in the open ones: nobody has to look at all pairs.
    """
    beside = sorted((o for o in others if o.change != one.change and _meet(one, o)), key=_order)
    return (*_shared(one, beside, zone), *_too_many(one, beside, rule, zone))


def _meet(one: Occupied, other: Occupied) -> bool:
    return one.begins < other.ends and other.begins < one.ends


def _order(each: Occupied) -> tuple[bool, bool, datetime, str]:
    """Order changes as they go: what moves, what is armed, who begins first, who was filed first."""
    return (not each.moving, not each.armed, each.begins, each.change)


def _shared(one: Occupied, beside: Sequence[Occupied], zone: str) -> Iterator[Conflict]:
    """Yield one conflict of each kind, with all whom it is with: those who go before are named first."""
    for kind, (shared, words) in SHARED.items():
        with_it = [(other, what) for other in beside if (what := shared(one, other))]
        if not with_it:
            continue
        said = [
            f"{other.change} ({other.title}) {words.format(what=' and '.join(sorted(what)))}, {_when(other, zone)}"
            for other, what in with_it[:MOST_NAMED]
        ]
        more = [f"{len(with_it) - MOST_NAMED} more"] if len(with_it) > MOST_NAMED else []
        yield Conflict(
            kind=kind,
            others=tuple(other.change for other, _ in with_it),
            begins=max(one.begins, min(other.begins for other, _ in with_it)),
            ends=min(one.ends, max(other.ends for other, _ in with_it)),
            because="; ".join([*said, *more]),
            first=all(_order(one) < _order(other) for other, _ in with_it),
        )


def _when(other: Occupied, zone: str) -> str:
    return (
        f"and is under way since {say(other.begins, zone)}" if other.moving else f"from {say(other.begins, zone)} on"
    )


def _too_many(one: Occupied, beside: Sequence[Occupied], rule: ConflictRule, zone: str) -> Iterator[Conflict]:
    """Yield that too many changes of high impact move, or are armed for, the moment at which this one begins.

    A ticket that nobody has armed takes nobody's place.
    """
    if not one.high_impact:
        return
    going = (other for other in beside if other.high_impact and (other.moving or other.armed))
    with_it = [other for other in going if other.begins <= one.begins < other.ends]
    if len(with_it) < rule.most_high_impact:
        return
    names = tuple(other.change for other in with_it)
    because = (
        f"{len(names)} other changes of high impact are under way {say(one.begins, zone)} "
        f"({', '.join(names)}), and the policy allows {rule.most_high_impact} at one time"
    )
    first = all(_order(one) < _order(other) for other in with_it)
    yield Conflict(ConflictKind.HIGH_IMPACT, names, one.begins, min(o.ends for o in with_it), because, first)
