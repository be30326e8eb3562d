"""Which units are served that no change explains, and what does a person make of one?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from leverframe.actions.house import House, need_reason, permit, record, refuse, tell
from leverframe.nouns.changes import Change
from leverframe.nouns.documents import to_document
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.population import Period
from leverframe.nouns.targets import Target
from leverframe.nouns.unauthorised import (
    Explains,
    Explanation,
    NearRecord,
    Settlement,
    Sighting,
    UnauthorisedUnit,
)
from leverframe.nouns.verdicts import Fault, Invalid, Verdict, failed, passed
from leverframe.rules.periods import period_of
from leverframe.rules.policies import may
from leverframe.rules.sign_offs import authors
from leverframe.rules.unauthorised import Stretch, Ticket, covers, nearest, unexplained
from leverframe.store import changes, effects, ramps, tables, unauthorised, units
from leverframe.store.database import Db, in_parts

EVERY = timedelta(seconds=10)
BACK = timedelta(days=7)
"""So far back a process looks that has only now begun."""
OVERLAP = timedelta(minutes=2)
MOST_CHANGES = 100_000
MOST_NAMED = 5
CHANGE, INCIDENT = "change", "incident"


@dataclass(slots=True)
class Lookout:
    """Until when one process has looked at what gateways told."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class UnauthorisedView:
    """The units of a period that no change explains, the newest first; `may_settle` answers for each target."""

    period: Period
    units: tuple[UnauthorisedUnit, ...]
    open: int
    zone: str
    may_settle: Mapping[str, Verdict]


# ------------------------------------------------------------------------------------------------ the clock finds


def look_out(house: House, lookout: Lookout) -> None:
    """Write down each unit that gateways told of since the last look and that nothing explains."""
    now = house.clock.now()
    if lookout.until is not None and timedelta(0) <= now - lookout.until < EVERY:
        return
    since = (lookout.until or now - BACK) - OVERLAP
    with house.store.read() as db:
        if house.policy_or_none(db) is None or tables.alarm(db) is not None:
            return
        suspects = sorted(effects.sighted(db, since) - (_rightly_served(db) if lookout.until else set()))
        found = [pair for pair in suspects if _is_news(house, db, *pair)]
    if found:
        _write_down(house, found)
    lookout.until = now


def _rightly_served(db: Db) -> set[tuple[str, str]]:
    """Return the targets and units of which nothing need be looked up: what runs, and what ramps."""
    running = {(target, unit.name) for target, unit in units.all_current(db).items()}
    begun = ramps.active(db)
    tickets = changes.of_ids(db, (ramp.change for ramp in begun))
    return running | {(ramp.target, tickets[ramp.change].candidate[ramp.target].name) for ramp in begun}


def _is_news(house: House, db: Db, target: str, unit: str) -> bool:
    return any(_found(house, db, target, unit))


def _write_down(house: House, pairs: Iterable[tuple[str, str]]) -> None:
    with house.store.write() as db:
        unauthorised.queue(db)
        for target, unit in pairs:
            for known, found in _found(house, db, target, unit):
                _note(house, db, known, found)


def _found(
    house: House, db: Db, target: str, unit: str
) -> Iterator[tuple[UnauthorisedUnit | None, UnauthorisedUnit]]:
    """Return what is to be written of a unit, beside what is written already; nothing where it stands as it is."""
    horizon = _horizon(house.policy(db))
    stretches, records = _stretches(db, target, unit), unauthorised.of_unit(db, target, unit)
    fresh: list[Sighting] = []
    longer: dict[str, UnauthorisedUnit] = {}
    for told in effects.sightings(db, target, unit):
        if (part := unexplained(told, stretches, horizon, records)) is not None:
            before = 0 if part.is_all else told.calls - 1
            fresh.append(
                replace(
                    told,
                    first_at=part.first_at,
                    last_at=part.last_at,
                    calls=told.calls - before,
                    uncounted=before,
                )
            )
        elif unexplained(told, stretches, horizon) is not None:
            known = next((each for each in records if covers(each, told.last_at)), None)
            if known is not None and (more := _longer(longer.get(known.id, known), told)) is not None:
                longer[known.id] = more
    yield from ((found, found) for found in longer.values())
    if fresh:
        yield None, _record(house, db, target, unit, tuple(fresh), stretches)


def _longer(known: UnauthorisedUnit, told: Sighting) -> UnauthorisedUnit | None:
    """Return a record with what a gateway has told since, or None where that is nothing new, or seconds old."""
    before = next((one for one in known.sightings if one.gateway == told.gateway), None)
    if before is not None and told.last_at - before.last_at < OVERLAP:
        return None
    first, uncounted = (before.first_at, before.uncounted) if before else (told.first_at, 0)
    now = replace(told, first_at=first, calls=told.calls - uncounted, uncounted=uncounted)
    others = tuple(one for one in known.sightings if one.gateway != told.gateway)
    begins, ends = min(known.first_at, first), max(known.last_at, told.last_at)
    return replace(known, first_at=begins, last_at=ends, sightings=(*others, now))


def _record(
    house: House, db: Db, target: str, unit: str, sightings: tuple[Sighting, ...], stretches: Sequence[Stretch]
) -> UnauthorisedUnit:
    first_at = min(one.first_at for one in sightings)
    return UnauthorisedUnit(
        id="",
        target=target,
        unit=unit,
        found_at=house.clock.now(),
        first_at=first_at,
        last_at=max(one.last_at for one in sightings),
        sightings=sightings,
        explanation=_explanation(db, target, unit, sightings, first_at, stretches),
    )


def _explanation(
    db: Db,
    target: str,
    unit: str,
    sightings: Sequence[Sighting],
    first_at: datetime,
    stretches: Sequence[Stretch],
) -> Explanation:
    mine = (c for c in _tickets(db, target) if target in c.candidate and c.candidate[target].name == unit)
    tickets = [Ticket(change.id, change.filed_at, change.state) for change in mine]
    return nearest(sightings, first_at, stretches, tickets, tables.newest_number(db))


def _tickets(db: Db, target: str) -> list[Change]:
    return changes.find(db, target=target, limit=MOST_CHANGES)


def _stretches(db: Db, target: str, unit: str) -> list[Stretch]:
    """Return when a unit was rightly served on a target: adopted, or the candidate of a ramp."""
    adopted = units.history(db, target)
    ends = [None, *(each.at for each in adopted)]
    found = [Stretch(a.unit.name, a.at, end, a.change, "replaced") for a, end in zip(adopted, ends, strict=False)]
    tickets = {change.id: change for change in _tickets(db, target)}
    for some in in_parts(list(tickets)):
        for ramp in ramps.of_changes(db, some).values():
            name = tickets[ramp.change].candidate[ramp.target].name
            found.append(Stretch(name, ramp.started_at, ramp.ended_at, ramp.change, ramp.state.value))
    return [stretch for stretch in found if stretch.unit == unit]


def _horizon(policy: Policy) -> timedelta:
    return timedelta(minutes=policy.feedback_horizon_minutes)


def _note(house: House, db: Db, known: UnauthorisedUnit | None, found: UnauthorisedUnit) -> None:
    """Write a record, or how far it goes; people are told of it once, when it is new."""
    if known is not None:
        unauthorised.update(db, found)
        return
    stands, now = unauthorised.add(db, found), house.clock.now()
    because = f"{said(stands)}: {stands.explanation.because}"
    facts = {
        "target": stands.target,
        "unit": stands.unit,
        "first_at": stands.first_at.isoformat(),
        "explains": stands.explanation.what.value,
        "change": stands.explanation.change,
        "gateways": to_document([(one.gateway, one.number, one.calls) for one in stands.sightings]),
    }
    record(db, now, CLOCK, "unit.unauthorised", stands.id, because, role="clock", facts=facts)
    body = {"unit": stands.unit, "target": stands.target, "record": stands.id, "because": because}
    tell(db, "page.unit_unauthorised", body, key=f"{stands.id}/found")
    db.after_commit(lambda: house.stir("change"))


def said(found: UnauthorisedUnit) -> str:
    """Say in a few words what was served where."""
    gateways = ", ".join(sorted(one.gateway for one in found.sightings))
    return f"{gateways} served {found.unit} on {found.target}, and no change explains it"


def unauthorised_alarms(db: Db) -> list[str]:
    """Name the units that nobody has settled."""
    found = unauthorised.open_ones(db)
    alarms = [f"{each.id}: {said(each)}; {each.explanation.because}." for each in found[:MOST_NAMED]]
    more = len(found) - MOST_NAMED
    return [*alarms, f"{more} more units that no change explains; Population lists them."] if more > 0 else alarms


# ------------------------------------------------------------------------------------------------ people look


def show_unauthorised(house: House, actor: Actor, first: str = "", last: str = "") -> UnauthorisedView:
    """List the units of a period that no change explains; raises Refused, Invalid."""
    with house.store.read() as db:
        policy = house.policy(db)
        permit(policy, actor, "audit.read")
        zone = policy.calendar.home_zone
        period = period_of(first, last, zone, house.clock.now())
        found = tuple(_read_again(db, each) for each in unauthorised.between(db, period.begins, period.ends))
        targets = {each.target: policy.catalog.targets.get(each.target) for each in found}
        return UnauthorisedView(
            period=period,
            units=found,
            open=sum(each.settled is None for each in found),
            zone=zone,
            may_settle={name: _may_settle(policy, actor, target) for name, target in targets.items()},
        )


def _read_again(db: Db, found: UnauthorisedUnit) -> UnauthorisedUnit:
    """Say again what explains an open record: a ticket may have been filed since."""
    if found.settled is not None:
        return found
    stretches = _stretches(db, found.target, found.unit)
    explanation = _explanation(db, found.target, found.unit, found.sightings, found.first_at, stretches)
    return replace(found, explanation=explanation)


def records_of_changes(db: Db) -> dict[str, tuple[NearRecord, ...]]:
    """Return by change the records that it comes near: filed after its unit was served, or linked by a person."""
    near: dict[str, tuple[NearRecord, ...]] = {}
    for found in (_read_again(db, each) for each in unauthorised.every(db)):
        is_late = found.explanation.what is Explains.TICKET_AFTER
        late, linked = found.explanation.change if is_late else "", found.settled.change if found.settled else ""
        for change in sorted({late, linked} - {""}):
            near[change] = (*near.get(change, ()), NearRecord(found.id, is_late=change == late))
    return near


def count_between(db: Db, period: Period) -> int:
    """Count the records of units that were served in a period."""
    return len(unauthorised.between(db, period.begins, period.ends))


# ------------------------------------------------------------------------------------------------ a person settles


def settle(house: House, actor: Actor, id: str, what: str, change_id: str, because: str) -> UnauthorisedUnit:
    """Say what such a unit was: it belongs to a change, or it is an incident. The record stays as it is.

    `what` is `change` or `incident`. Nobody explains their own: who wrote the change may not link it.
    """
    reason = need_reason(because)
    with house.store.write() as db:
        found, policy, now = unauthorised.lock(db, id), house.policy(db), house.clock.now()
        target = policy.catalog.targets.get(found.target)
        refuse([_may_settle(policy, actor, target)])
        role = permit(policy, actor, "unit.settle", target)
        change = _linked(db, found, what, change_id)
        refuse(_is_another(actor, change))
        found = _read_again(db, found)
        settlement = Settlement(actor.name, now, reason, change.id if change else "")
        settled = replace(found, settled=settlement)
        unauthorised.settle(db, settled)
        facts = {"target": found.target, "unit": found.unit, "as": what, "change": settlement.change}
        record(db, now, actor, "unit.settled", id, reason, role=role, facts=facts)
        db.after_commit(lambda: house.stir("change"))
        return settled


def _may_settle(policy: Policy, actor: Actor, target: Target | None) -> Verdict:
    if not actor.is_person:
        return failed("session", "a token settles nothing", remedy="sign in as a person", who=actor.name)
    return may(policy, actor, "unit.settle", target)


def _linked(db: Db, found: UnauthorisedUnit, what: str, change_id: str) -> Change | None:
    if what not in (CHANGE, INCIDENT):
        raise Invalid([Fault("as", f"{what or 'nothing'} is no way to settle it", "say change or incident")])
    if what == INCIDENT:
        return None
    if not change_id:
        raise Invalid([Fault("change", "which change is it of?", "name it, such as CHG-2026-00001")])
    change = changes.get(db, change_id)
    if found.target not in change.targets:
        because = f"{change.id} is of {', '.join(change.targets)}, and not of {found.target}"
        raise Invalid([Fault("change", because, "name a change of this target, or settle it as an incident")])
    return change


def _is_another(actor: Actor, change: Change | None) -> list[Verdict]:
    if change is None or actor.name not in authors(change):
        return [passed("segregation", f"{actor.name} did not write it")]
    because = f"{actor.name} wrote {change.id} and may not say that it explains this unit"
    return [failed("segregation", because, remedy="another person must")]
