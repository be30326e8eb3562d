"""How are the freezes of a file imported?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from leverframe.actions.freezes import put
from leverframe.actions.frozen_changes import hits_of
from leverframe.actions.house import House, permit
from leverframe.actions.loosening import ask_anew
from leverframe.nouns.freezes import DeclaredFreeze, Hit, ReadFreeze
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.freeze_files import Missing, Sorted, filled, sort_out
from leverframe.rules.freezes import ended, faults_of
from leverframe.sources.freezes import read_freezes
from leverframe.store import freezes
from leverframe.store.database import Db

CALLED_OFF = "the file has called it off"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do: `past` of its new freezes are over; `hits` are met by those that are not."""

    source: str
    sorted: Sorted
    past: int
    hits: tuple[tuple[str, Hit], ...]
    stands: tuple[DeclaredFreeze, ...] = ()


def check_freezes(house: House, actor: Actor, source: str, body: bytes, missing: Missing) -> Imported:
    """Say what an import would do, and which changes the freezes would meet; writes nothing."""
    with house.store.read() as db:
        now, policy = house.clock.now(), house.policy(db)
        permit(policy, actor, "freeze.declare")
        found = _sort(db, policy, source, body, missing)
        hits = tuple(_hits(db, policy, found, now))
        return Imported(source, found, _past(policy, found, now), hits)


def import_freezes(house: House, actor: Actor, source: str, body: bytes, missing: Missing) -> Imported:
    """Import a file: what is new or forbids more holds at once, what would let traffic widen waits for its sign-offs.

    `source` names the file, so that reading it again finds what it told before. Raises Invalid with all its faults.
    """
    with house.store.write() as db:
        now, policy = house.clock.now(), house.policy(db)
        role = permit(policy, actor, "freeze.declare")
        found = _sort(db, policy, source, body, missing)
        stands = [put(house, db, actor, role, _declared(read, source, actor, now), now) for read in found.new]
        for old, read in found.tighter:
            new = _declared(read, source, actor, now, replaces=old.id)
            stands.append(put(house, db, actor, role, new, now, "lengthened"))
        for old, read in found.looser:
            ask_anew(db, actor, policy, old, read.freeze, f"{source} says otherwise", now)
        for old in found.called_off:
            ask_anew(db, actor, policy, old, None, CALLED_OFF, now)
        return Imported(source, found, _past(policy, found, now), (), tuple(stands))


def _sort(db: Db, policy: Policy, source: str, body: bytes, missing: Missing) -> Sorted:
    """Read a file and put it beside what stands; raises Invalid with the faults of all its rows."""
    name = source.strip()
    if not name:
        raise Invalid([Fault("source", "the file has no name", "name it, so that importing it again finds it again")])
    found = [filled(read, missing) for read in read_freezes(body, place=name)]
    if faults := [fault for read in found for fault in faults_of(read.freeze, policy, read.place)]:
        raise Invalid(faults)
    return sort_out(found, freezes.of_source(db, name), policy.calendar)


def _declared(read: ReadFreeze, source: str, actor: Actor, now: datetime, replaces: str = "") -> DeclaredFreeze:
    return DeclaredFreeze("", read.freeze, actor.name, now, source.strip(), read.uid, replaces)


def _past(policy: Policy, found: Sorted, now: datetime) -> int:
    return sum(ended(read.freeze, policy.calendar, now) for read in found.new)


def _hits(db: Db, policy: Policy, found: Sorted, now: datetime) -> Iterator[tuple[str, Hit]]:
    for read in (*found.new, *(read for _, read in found.tighter)):
        if not ended(read.freeze, policy.calendar, now):
            for hit in hits_of(db, policy, read.freeze, now):
                yield read.freeze.name, hit
