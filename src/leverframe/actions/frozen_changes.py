"""Which changes does a freeze meet, and who is told?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from leverframe.actions.facts import question_of, subject_of, traffic_of
from leverframe.actions.house import House, record, tell
from leverframe.nouns.calendar import Freeze
from leverframe.nouns.changes import Change, State
from leverframe.nouns.freezes import DeclaredFreeze, Hit
from leverframe.nouns.people import CLOCK
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Ramp
from leverframe.rules.evidence_time import Traffic
from leverframe.rules.forecasting import forecast_for
from leverframe.rules.freezes import begun, ended, say_freeze
from leverframe.rules.frozen_changes import say_hit
from leverframe.rules.open_hours import forbids
from leverframe.store import changes, freezes, ramps
from leverframe.store.database import Db

PLANNED = (State.ASSESS, State.AUTHORIZE, State.SCHEDULED)
MOST_LOOKED_AT = 500
"""So many changes are asked how they would go; a freeze of more says how many there are."""


def hits_of(db: Db, policy: Policy, freeze: Freeze, now: datetime) -> tuple[Hit, ...]:
    """Return the open changes that would go otherwise with a freeze than without it, by when they would settle.

    `policy` is the one in force; whether its calendar has the freeze already does not matter.
    """
    without, with_it = _calendars(policy, freeze)
    known: dict[str, Traffic | None] = {}
    found = []
    for change, ramp in _meant(db, policy, freeze):
        if change.target not in known:
            known[change.target] = traffic_of(db, policy, change.target, now)
        traffic = known[change.target]
        begins = now if ramp else max(now, change.start.opens_at)
        before, after = (
            forecast_for(question_of(each, change, begins, traffic), under_way=ramp) for each in (without, with_it)
        )
        if how := say_hit(before, after, policy.calendar.home_zone):
            people = change.author, change.release_manager
            found.append(
                Hit(change.id, change.title, change.target, *people, how, before.settles_p50, after.settles_p50)
            )
    return tuple(found)


def _calendars(policy: Policy, freeze: Freeze) -> tuple[Policy, Policy]:
    """Return the policy without a freeze, and with it."""
    others = tuple(each for each in policy.calendar.freezes if each != freeze)
    without = replace(policy.calendar, freezes=others)
    return replace(policy, calendar=without), replace(policy, calendar=replace(without, freezes=(*others, freeze)))


def _meant(db: Db, policy: Policy, freeze: Freeze) -> Iterator[tuple[Change, Ramp | None]]:
    """Yield the changes of which a freeze speaks: those that wait to begin, and those that ramp."""
    active = {ramp.change: ramp for ramp in ramps.active(db)}
    waiting = changes.find(db, states=PLANNED, limit=MOST_LOOKED_AT)
    moving = changes.of_ids(db, list(active)[: MOST_LOOKED_AT - len(waiting)]).values()
    for change in (*moving, *waiting):
        if change.target not in policy.catalog.targets:
            continue
        subject = subject_of(change)
        if any(forbids(freeze, subject, region) for region in change.blast_radius.regions):
            yield change, active.get(change.id)


def tell_whom_it_meets(house: House, id: str) -> None:
    """Tell the people whose changes a declared freeze meets: each once, with an entry in each change's own trail."""
    with house.store.write() as db:
        now, policy, declared = house.clock.now(), house.policy(db), freezes.get(db, id)
        if not declared.stands or not freezes.told(db, id, now):
            return
        if ended(declared.freeze, policy.calendar, now):
            return
        freeze = replace(declared.freeze, id=id)
        found = hits_of(db, policy, freeze, now)
        for hit in found:
            because = f"{say_freeze(freeze)} ({freeze.because}), declared by {declared.declared_by}: {hit.how}"
            record(db, now, CLOCK, "change.frozen", hit.change, because, role="clock", facts={"freeze": id})
            people = [person for person in dict.fromkeys((hit.author, hit.release_manager)) if person]
            body = {"change": hit.change, "freeze": id, "because": because, "people": people}
            tell(db, "change.frozen", body, key=f"{id}/{hit.change}")
        _record_hits(db, declared, found, policy, now)
        db.after_commit(lambda: house.stir("change"))


def _record_hits(db: Db, declared: DeclaredFreeze, found: tuple[Hit, ...], policy: Policy, now: datetime) -> None:
    """Write down what a freeze met when it was new, and whether it came late: after it had begun."""
    met = ", ".join(hit.change for hit in found) or "no change"
    facts = {"changes": [hit.change for hit in found], "begun": begun(declared.freeze, policy.calendar, now)}
    record(db, now, CLOCK, "freeze.met", declared.id, f"it meets {met}", role="clock", facts=facts)
