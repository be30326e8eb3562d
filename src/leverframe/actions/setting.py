"""How is a kill switch set again, and when does it lapse by itself?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from leverframe.actions.asking import end_ask
from leverframe.actions.house import House, first_role, need_reason, record, refuse, tell
from leverframe.actions.switches import target_of_switch
from leverframe.actions.tables import publish_switch, withheld
from leverframe.nouns.calendar import Subject
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.sign_offs import Seat, SignOff
from leverframe.nouns.switches import Layer, OnExpiry, Switch
from leverframe.nouns.tables import Number
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.calendar import freezes_at, opening
from leverframe.rules.moments import say
from leverframe.rules.policies import holders, may_throw
from leverframe.rules.sign_offs import spoken
from leverframe.rules.switches import is_expired
from leverframe.store import sign_offs, switches
from leverframe.store.database import Db

FilledSeat = tuple[str, int, tuple[str, ...]]
"""A seat's role, how many it asks for, and who has signed it."""


@dataclass(frozen=True, slots=True)
class SetState:
    """How far a request to set a switch again has come: which seats are filled, and whether it is set."""

    switch: Switch
    seats: tuple[FilledSeat, ...]
    done: bool
    number: Number | None = None


def set_again(house: House, actor: Actor, switch_id: str, role: str, because: str) -> SetState:
    """Sign the request to set a switch again: it is set when all the policy's seats are filled and a window is open.

    Without a role, the first asked one that this person holds is meant. Raises Refused where this person may not
    sign, or the switch is set already.
    """
    reason = need_reason(because)
    with house.store.write() as db:
        now, policy, switch = house.clock.now(), house.policy(db), switches.get(db, switch_id)
        role = role or _first_seat(policy, actor, switch)
        standing = sign_offs.standing(db, switch_id)
        refuse([_is_thrown(switch), *_may_sign(policy, actor, role, switch, standing)])
        signed = SignOff(switch_id, actor.name, role, f"{switch_id}@{switch.version}", now, reason)
        sign_offs.add(db, signed)
        record(db, now, actor, "switch.set_signed", switch_id, reason, role=role)
        db.after_commit(lambda: house.stir("switch"))
        return _set_if_complete(house, db, actor, switch, [*standing, signed], now)


def set_signed(house: House, switch_id: str) -> None:
    """Set, now that a window is open, what was signed completely outside one."""
    with house.store.write() as db:
        signed = sign_offs.standing(db, switch_id)
        _set_if_complete(house, db, CLOCK, switches.get(db, switch_id), signed, house.clock.now())
        db.after_commit(lambda: house.stir("switch"))


def may_be_set(db: Db, policy: Policy, switch: Switch, now: datetime) -> bool:
    """Say whether a thrown switch's request is complete and nothing keeps it any more."""
    signed = sign_offs.standing(db, switch.id)
    return bool(signed) and _is_complete(fill(policy, switch, signed)) and _may_widen(db, policy, switch, now)


def _set_if_complete(
    house: House, db: Db, actor: Actor, switch: Switch, signed: Sequence[SignOff], now: datetime
) -> SetState:
    policy = house.policy(db)
    seats = fill(policy, switch, signed)
    if not switch.thrown or not signed or not _is_complete(seats) or not _may_widen(db, policy, switch, now):
        return SetState(switch, seats, done=False)
    switch = switches.put(db, _set(switch))
    sign_offs.void(db, switch.id, now, "carried out")
    end_ask(db, switch.id, "done", actor.name, now)
    number = publish_switch(house, db, now, f"{switch.id} set", switch)
    because = f"set again, signed by {', '.join(s.person for s in signed)}"
    role = "clock" if actor is CLOCK else signed[-1].role
    record(db, now, actor, "switch.set", switch.id, because, role=role, facts={"number": str(number or "")})
    told = {"switch": switch.id, "because": because}
    tell(db, "switch.set", told, key=f"{switch.id}/set/{switch.version}/{now.isoformat()}")
    return SetState(switch, seats, done=True, number=number)


def _set(switch: Switch) -> Switch:
    """Return the switch as it is set: whoever throws it next gives a reason, a ticket and a date of their own."""
    return replace(switch, thrown=False, thrown_at=None, thrown_by="", because="", ticket="", expires_on=None)


def fill(policy: Policy, switch: Switch, signed: Sequence[SignOff]) -> tuple[FilledSeat, ...]:
    """Say for each seat who has signed it and still holds its role; one person fills one."""
    filled: list[FilledSeat] = []
    seated: set[str] = set()
    for seat in policy.switch_rules[switch.layer.value].set:
        people = holders(policy, seat.role, target_of_switch(policy, switch)) - seated
        names = tuple(s.person for s in signed if s.role == seat.role and s.person in people)
        filled.append((seat.role, seat.count, names))
        seated.update(names)
    return tuple(filled)


def _is_complete(seats: Sequence[FilledSeat]) -> bool:
    return all(len(names) >= count for _, count, names in seats)


def _may_widen(db: Db, policy: Policy, switch: Switch, now: datetime) -> bool:
    return not kept_by(db, policy, switch, now)


def kept_by(db: Db, policy: Policy, switch: Switch, now: datetime) -> str:
    """Say what keeps traffic from coming back now: a closed window, a freeze where it would, no table; or nothing."""
    if why := withheld(db):
        return why
    calendar, target = policy.calendar, target_of_switch(policy, switch)
    window = opening(calendar, Subject(switch.key, target.tier.value if target else "", "switch"), "", now)
    if not window.is_open:
        opens = f", which opens {say(window.next_opening, window.zone)}" if window.next_opening else ""
        return f"{window.because}{opens}"
    reached = _reached(policy, switch)
    frozen = (freeze for subject, region in reached for freeze in freezes_at(calendar, subject, region, now))
    return next((f"the freeze {freeze.name} holds: {freeze.because}" for freeze in frozen), "")


def _reached(policy: Policy, switch: Switch) -> Iterator[tuple[Subject, str]]:
    """Yield the features, region by region, that serve again when this switch is set; a tenant's follows home."""
    for target in policy.catalog.targets.values():
        if target.id == switch.key or (switch.layer is Layer.MODEL and switch.key in target.models):
            for region in target.regions:
                yield Subject(target.id, target.tier.value, "switch"), region


def _first_seat(policy: Policy, actor: Actor, switch: Switch) -> str:
    rule, target = policy.switch_rules[switch.layer.value], target_of_switch(policy, switch)
    return first_role([seat.role for seat in rule.set] or rule.throw, actor, target)


def _is_thrown(switch: Switch) -> Verdict:
    if switch.thrown:
        return passed("state", f"{switch.id} is thrown")
    return failed("state", f"{switch.id} is set already", remedy="there is nothing to set")


def _may_sign(
    policy: Policy, actor: Actor, role: str, switch: Switch, standing: Sequence[SignOff]
) -> tuple[Verdict, ...]:
    return (_is_person(actor), _sits(policy, actor, role, switch), _signs_once(actor, standing))


def _is_person(actor: Actor) -> Verdict:
    if actor.is_person:
        return passed("session", f"{actor.name} signs in their own session")
    return failed("session", "a token never signs", remedy="sign in as a person", who=actor.name)


def _sits(policy: Policy, actor: Actor, role: str, switch: Switch) -> Verdict:
    """Answer whether this person may sign in this role; where no seat is asked, whoever may throw may set."""
    asked = policy.switch_rules[switch.layer.value].set
    target = target_of_switch(policy, switch)
    if not asked:
        return may_throw(policy, actor, switch.layer.value, target)
    people = holders(policy, role, target)
    if role not in [seat.role for seat in asked]:
        said = ", ".join(spoken(seat.role) for seat in asked)
        return failed("seat", f"{spoken(role) or 'no role'} is not asked here", remedy=f"it asks for {said}")
    if actor.name not in people:
        who = ", ".join(sorted(people)) or "nobody holds it"
        return failed("role", f"{actor.name} does not hold the role {spoken(role)}", remedy=f"ask {who}", who=who)
    return passed("seat", f"{actor.name} signs as {spoken(role)}")


def _signs_once(actor: Actor, standing: Sequence[SignOff]) -> Verdict:
    if any(s.person == actor.name for s in standing):
        because = f"{actor.name} has signed already; one person counts once"
        return failed("once", because, remedy="another must")
    return passed("once", f"{actor.name} has not signed yet")


def can_set_as(policy: Policy, actor: Actor, switch: Switch) -> tuple[str, ...]:
    """Return the asked roles in which this reader may sign."""
    asked = policy.switch_rules[switch.layer.value].set or (Seat(_first_seat(policy, actor, switch), 1),)
    answers = {seat.role: _may_sign(policy, actor, seat.role, switch, ()) for seat in asked}
    return tuple(role for role, verdicts in answers.items() if not any(v.refuses for v in verdicts))


def lapse(house: House, switch_id: str) -> None:
    """Let a tenant's switch whose date has passed lapse; the entry names who set the date."""
    with house.store.write() as db:
        policy, now, switch = house.policy(db), house.clock.now(), switches.get(db, switch_id)
        if not lapses(db, policy, switch, now):
            return
        set_by = _who_set_the_date(db, switch)
        lapsed = switches.put(db, _set(switch))
        sign_offs.void(db, switch_id, now, "lapsed")
        end_ask(db, switch_id, "lapsed", CLOCK.name, now)
        because = f"its date {switch.expires_on} has passed; set by {set_by}"
        publish_switch(house, db, now, f"{switch.id} lapsed", lapsed)
        facts = {"expires_on": str(switch.expires_on), "set_by": set_by}
        record(db, now, CLOCK, "switch.lapsed", switch.id, because, role="clock", facts=facts)
        told = {"switch": switch.id, "because": because}
        tell(db, "switch.lapsed", told, key=f"{switch.id}/lapsed/{lapsed.version}/{now.isoformat()}")
        db.after_commit(lambda: house.stir("switch"))


def _who_set_the_date(db: Db, switch: Switch) -> str:
    """Name who gave a pause its last day: whoever throws it again without one leaves that as it is."""
    stood = switches.history(db, switch.id)
    same = takewhile(lambda then: then.thrown and then.expires_on == switch.expires_on, stood)
    first = list(same)[-1:] or [switch]
    return first[0].thrown_by or first[0].place or "the file"


def lapses(db: Db, policy: Policy, switch: Switch, now: datetime) -> bool:
    """Say whether a tenant's thrown switch has passed its date, and a window is open to let it lapse in."""
    ends = switch.thrown and switch.layer is Layer.TENANT and switch.on_expiry is OnExpiry.LAPSE
    return ends and is_expired(switch, now) and _may_widen(db, policy, switch, now)
