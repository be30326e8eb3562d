"""What do people do with a game day: begin it, leave and resume it, abort it, look at it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from leverframe.actions.house import House, first_role, need_reason, record, refuse, tell
from leverframe.actions.slices import take_back
from leverframe.actions.tables import withheld
from leverframe.nouns.exercises import Exercise, ExerciseState, GameDay, GameDayState, SliceKind
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.verdicts import Conflict, Fault, Invalid, Refused, Verdict, failed, passed
from leverframe.rules.policies import may_throw
from leverframe.store import exercises, gateways, switches
from leverframe.store.database import Db

LEAST_PERCENT, MOST_PERCENT = 0.001, 1.0


@dataclass(frozen=True, slots=True)
class GameDayLine:
    """A game day as a list shows it: of how many switches how many are over, and how many have failed."""

    day: GameDay
    switches: int
    over: int
    failed: int


@dataclass(frozen=True, slots=True)
class GameDayView:
    """A game day, its exercises in their order, how many are over, and whether this reader may act on it."""

    day: GameDay
    exercises: tuple[Exercise, ...]
    over: int
    may_act: bool


def begin(
    house: House,
    actor: Actor,
    switch_ids: Sequence[str],
    because: str,
    *,
    slice: str = SliceKind.SYNTHETIC,
    share_percent: float = 0.1,
) -> GameDay:
    """Begin to exercise some switches, or all where none is named; the clock carries it out.

    Each is thrown on a slice only. Raises Invalid and Refused with every fault: who may not throw one may not
    exercise it; a switch that is thrown in earnest, or is being exercised, has its turn another day.
    """
    reason = need_reason(because)
    with house.store.write() as db:
        now, policy = house.clock.now(), house.policy(db)
        kind = _checked(slice, share_percent)
        chosen = _chosen(db, switch_ids)
        refuse([_table_goes_out(db), _somebody_to_ask(db), *(_may(policy, actor, each) for each in chosen)])
        _refuse_held(db, chosen)
        day = GameDay(
            exercises.next_id(db, now.year),
            actor.name,
            reason,
            now,
            tuple(each.id for each in chosen),
            kind,
            share_percent if kind is SliceKind.SHARE else 0.0,
        )
        exercises.insert(db, day, [_planned(day, place, each) for place, each in enumerate(chosen, 1)])
        role = _role(policy, actor, chosen[0])
        facts = {"switches": list(day.switches), "slice": kind.value, "share_percent": str(day.share_percent)}
        record(db, now, actor, "game_day.begun", day.id, reason, role=role, facts=facts)
        tell(db, "game_day.begun", {"game_day": day.id, "because": reason, **facts}, key=f"{day.id}/begun")
        db.after_commit(lambda: house.stir("switch"))
        return day


def pause(house: House, actor: Actor, day_id: str, because: str) -> GameDay:
    """Hold a game day: the switch that is being exercised is set again, and no other is thrown."""
    return _move(house, actor, day_id, because, (GameDayState.RUNNING,), GameDayState.PAUSED, "paused")


def resume(house: House, actor: Actor, day_id: str, because: str) -> GameDay:
    """Go on with what has not been proved yet."""
    return _move(house, actor, day_id, because, (GameDayState.PAUSED,), GameDayState.RUNNING, "resumed")


def abort(house: House, actor: Actor, day_id: str, because: str) -> GameDay:
    """End a game day at once: whatever it has thrown is set again in the same transaction."""
    standing = (GameDayState.RUNNING, GameDayState.PAUSED)
    return _move(house, actor, day_id, because, standing, GameDayState.ABORTED, "aborted")


def list_game_days(house: House) -> tuple[GameDayLine, ...]:
    """List the game days, the newest first."""
    with house.store.read() as db:
        return _lines(db, exercises.days(db))


def may_hold(house: House, actor: Actor) -> bool:
    """Say whether there is a switch that this reader may exercise."""
    with house.store.read() as db:
        policy = house.policy_or_none(db)
        return policy is not None and any(
            not _may(policy, actor, switch).refuses for switch in switches.all_switches(db)
        )


def open_game_days(db: Db) -> tuple[GameDayLine, ...]:
    """List the game days that run or are paused."""
    return _lines(db, exercises.open_days(db))


def _lines(db: Db, days: Sequence[GameDay]) -> tuple[GameDayLine, ...]:
    counted = exercises.tally(db, [day.id for day in days]) if days else {}
    return tuple(
        GameDayLine(
            day,
            len(day.switches),
            sum(times for state, times in counted[day.id].items() if state.is_over),
            counted[day.id].get(ExerciseState.FAILED, 0),
        )
        for day in days
    )


def show_game_day(house: House, actor: Actor, day_id: str) -> GameDayView:
    """Return one game day with its proofs; raises NotFound."""
    with house.store.read() as db:
        day, policy = exercises.show(db, day_id), house.policy(db)
        found = tuple(exercises.of_day(db, day_id))
        known = {switch.id: switch for switch in switches.all_switches(db)}
        mine = [_may(policy, actor, known[each]) for each in day.switches if each in known]
    return GameDayView(day, found, sum(each.state.is_over for each in found), not any(v.refuses for v in mine))


def _move(
    house: House,
    actor: Actor,
    day_id: str,
    because: str,
    from_states: Sequence[GameDayState],
    to: GameDayState,
    word: str,
) -> GameDay:
    reason = need_reason(because)
    with house.store.write() as db:
        now, policy, day = house.clock.now(), house.policy(db), exercises.lock(db, day_id)
        every = [switch for each in day.switches if (switch := switches.find(db, each))]
        refuse([_may(policy, actor, each) for each in every])
        if day.state not in from_states:
            raise Conflict(f"{day.id} is {day.state.value}.", remedy="Look at it again.")
        ended = now if to is GameDayState.ABORTED else None
        moved = exercises.update_day(db, replace(day, state=to, ended_at=ended))
        exercises.release(db, day_id)
        if to is not GameDayState.RUNNING:
            _end_exercises(house, db, day_id, now, to)
        role = _role(policy, actor, every[0]) if every else ""
        record(db, now, actor, f"game_day.{word}", day_id, reason, role=role)
        db.after_commit(lambda: house.stir("switch"))
        return moved


def _end_exercises(house: House, db: Db, day_id: str, now: datetime, to: GameDayState) -> None:
    aborts = to is GameDayState.ABORTED
    for each in exercises.of_day(db, day_id):
        if each.state is ExerciseState.THROWN:
            take_back(house, db, each, now, ExerciseState.ABORTED if aborts else ExerciseState.INTERRUPTED)
        elif aborts and not each.state.is_over:
            exercises.update(db, replace(each, state=ExerciseState.ABORTED, ended_at=now))


def _checked(slice: str, share_percent: float) -> SliceKind:
    faults = []
    if slice not in list(SliceKind):
        faults.append(Fault("slice", f"{slice} is not known", f"one of {', '.join(SliceKind)}"))
    elif slice == SliceKind.SHARE and not LEAST_PERCENT <= share_percent <= MOST_PERCENT:
        because = f"a share of {share_percent:g} % is not between {LEAST_PERCENT:g} and {MOST_PERCENT:g}"
        faults.append(Fault("share_percent", because, "0.1 is usual: one user in a thousand"))
    if faults:
        raise Invalid(faults)
    return SliceKind(slice)


def _chosen(db: Db, switch_ids: Sequence[str]) -> list[Switch]:
    """Return the named switches, or all that are set; raises Invalid with every name that cannot be exercised."""
    known = {switch.id: switch for switch in switches.all_switches(db)}
    if not switch_ids:
        chosen = [switch for switch in known.values() if not switch.thrown]
        if chosen:
            return sorted(chosen, key=_order)
        raise Invalid([Fault("switches", "there is no switch that is set", "load a policy with a switch file")])
    faults = [_fault(name, known) for name in dict.fromkeys(switch_ids) if name not in known or known[name].thrown]
    if faults:
        raise Invalid(faults)
    return [known[name] for name in dict.fromkeys(switch_ids)]


def _order(switch: Switch) -> tuple[int, str]:
    return list(Layer).index(switch.layer), switch.key


def _fault(name: str, known: dict[str, Switch]) -> Fault:
    if name not in known:
        return Fault("switches", f"there is no switch {name}", f"the switches are {', '.join(known) or 'none yet'}")
    because = f"{name} is thrown in earnest: there is nothing to exercise"
    return Fault("switches", because, "have it set again first")


def _may(policy: Policy, actor: Actor, switch: Switch) -> Verdict:
    target = policy.catalog.targets.get(switch.key) if switch.layer is Layer.FEATURE else None
    return may_throw(policy, actor, switch.layer.value, target)


def _role(policy: Policy, actor: Actor, switch: Switch) -> str:
    target = policy.catalog.targets.get(switch.key) if switch.layer is Layer.FEATURE else None
    return first_role(policy.switch_rules[switch.layer.value].throw, actor, target)


def _table_goes_out(db: Db) -> Verdict:
    if why := withheld(db):
        return failed("table", why, remedy="an administrator confirms it: leverframe table raise-epoch")
    return passed("table", "tables go out")


def _somebody_to_ask(db: Db) -> Verdict:
    asked = [each.name for each in gateways.all_gateways(db) if each.address and each.revoked_at is None]
    if asked:
        return passed("gateways", f"{', '.join(asked)} will be asked")
    return failed(
        "gateways",
        "no gateway has an address at which it can be asked",
        remedy="say where one answers users: leverframe gateway address NAME https://…/v1",
    )


def _refuse_held(db: Db, chosen: Sequence[Switch]) -> None:
    taken = {each: day.id for day in exercises.open_days(db) for each in day.switches}
    if both := [f"{each.id} by {taken[each.id]}" for each in chosen if each.id in taken]:
        raise Refused(
            [
                failed(
                    "game_day",
                    f"already being exercised: {', '.join(both)}",
                    remedy="let that game day end, or abort it",
                )
            ]
        )


def _planned(day: GameDay, place: int, switch: Switch) -> Exercise:
    return Exercise(f"{day.id}/{place:03d}", day.id, switch.id)
