"""How is a kill switch thrown, and how is it set again?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from leverframe.actions.house import House, need_reason, record, tell
from leverframe.actions.receipts import latest_receipt, open_receipt
from leverframe.actions.tables import publish_table
from leverframe.nouns.calendar import Subject
from leverframe.nouns.gateways import Receipt
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.sign_offs import Seat, SignOff
from leverframe.nouns.switches import Layer, OnExpiry, Switch
from leverframe.nouns.tables import Number
from leverframe.nouns.targets import Target
from leverframe.nouns.verdicts import Fault, Invalid, NotFound, Refused, Verdict, failed, passed
from leverframe.rules.calendar import opening
from leverframe.rules.policies import holders, may_throw
from leverframe.rules.switches import check_fallback, is_expired
from leverframe.store import sign_offs, switches
from leverframe.store.database import Db


def throw(
    house: House,
    actor: Actor,
    switch_id: str,
    because: str,
    *,
    received_at: float,
    ticket: str = "",
    expires_on: date | None = None,
    on_expiry: str = "",
) -> tuple[Switch, Number | None]:
    """Throw a switch at once: one person, one reason, any hour. Throwing a thrown one again is no fault.

    `received_at` is the monotonic second at which the request reached the house; the receipt counts from there.
    """
    reason = need_reason(because)
    with house.store.write() as db:
        now, policy = house.clock.now(), house.policy(db)
        switch = _find(db, policy, switch_id, now)
        role = _permit_throw(policy, actor, switch)
        thrown = replace(
            switch,
            thrown=True,
            because=reason,
            thrown_by=actor.name,
            thrown_at=now,
            ticket=ticket or switch.ticket,
            expires_on=expires_on or switch.expires_on,
            on_expiry=OnExpiry(on_expiry) if on_expiry else switch.on_expiry,
        )
        thrown = switches.put(db, thrown)
        sign_offs.void(db, switch.id, now, "thrown again")
        number = publish_table(house, db, now, f"{switch.id} thrown", narrows=True)
        facts = {"number": str(number or ""), "ticket": thrown.ticket}
        record(db, now, actor, "switch.thrown", switch.id, reason, role=role, facts=facts)
        tell(
            db, "switch.thrown", {"switch": switch.id, "because": reason}, key=f"{switch.id}/thrown/{thrown.version}"
        )
        if number is not None:
            open_receipt(house, db, number, received_at, f"{switch.id} thrown")
        db.after_commit(lambda: house.stir("switch"))
        return thrown, number


def _find(db: Db, policy: Policy, switch_id: str, now: datetime) -> Switch:
    """Return the switch; a tenant that has none yet gets one, for a pause cannot wait for a file."""
    known = {switch.id: switch for switch in switches.all_switches(db)}
    if switch_id in known:
        return known[switch_id]
    layer, _, key = switch_id.partition("/")
    if layer == Layer.TENANT and key:
        return switches.put(db, Switch(Layer.TENANT, key, zone=policy.calendar.home_zone))
    near = ", ".join(sorted(known))
    raise NotFound(f"there is no switch {switch_id}", remedy=f"the switches are {near or 'none yet'}")


def _permit_throw(policy: Policy, actor: Actor, switch: Switch) -> str:
    verdict = may_throw(policy, actor, switch.layer.value, _target(policy, switch))
    if verdict.refuses:
        raise Refused([verdict])
    return verdict.because.rpartition(" as ")[2]


def _target(policy: Policy, switch: Switch) -> Target | None:
    return policy.catalog.targets.get(switch.key) if switch.layer is Layer.FEATURE else None


@dataclass(frozen=True, slots=True)
class SetState:
    """How far a request to set a switch again has come: which seats are filled, and whether it is set."""

    switch: Switch
    seats: tuple[tuple[str, int, tuple[str, ...]], ...]
    done: bool
    number: Number | None = None


def set_again(house: House, actor: Actor, switch_id: str, role: str, because: str) -> SetState:
    """Sign the request to set a switch again; it is set when all the policy's seats are filled, in the window.

    Raises Refused where this person may not sign, the switch is set already, or no window is open.
    """
    reason = need_reason(because)
    with house.store.write() as db:
        now, policy, switch = house.clock.now(), house.policy(db), switches.get(db, switch_id)
        seats = policy.switch_rules[switch.layer.value].set
        role = role or _seat_of(policy, actor, switch, seats)
        standing = sign_offs.standing(db, switch_id)
        answers = [_is_thrown(switch), *_may_sign_set(policy, actor, role, switch, seats, standing)]
        if any(answer.refuses for answer in answers):
            raise Refused(answers)
        signed = SignOff(switch_id, actor.name, role, f"{switch_id}@{switch.version}", now, reason)
        sign_offs.add(db, signed)
        record(db, now, actor, "switch.set_signed", switch_id, reason, role=role)
        db.after_commit(lambda: house.stir("switch"))
        return _set_if_complete(house, db, actor, switch, [*standing, signed], now)


def _seat_of(policy: Policy, actor: Actor, switch: Switch, seats: tuple[Seat, ...]) -> str:
    """Return the first asked role that this person holds: who signs without naming one means it."""
    target = _target(policy, switch)
    return next((seat.role for seat in seats if actor.name in holders(policy, seat.role, target)), "")


def _set_if_complete(
    house: House, db: Db, actor: Actor, switch: Switch, signed: list[SignOff], now: datetime
) -> SetState:
    policy = house.policy(db)
    seats = fill(policy.switch_rules[switch.layer.value].set, signed)
    if any(len(names) < count for _, count, names in seats) or not may_set_now(policy, switch, now):
        return SetState(switch, seats, done=False)
    switch = switches.put(db, replace(switch, thrown=False, thrown_at=None, thrown_by="", because=""))
    sign_offs.void(db, switch.id, now, "carried out")
    number = publish_table(house, db, now, f"{switch.id} set")
    because = f"set again, signed by {', '.join(s.person for s in signed)}"
    record(db, now, actor, "switch.set", switch.id, because, facts={"number": str(number or "")})
    tell(db, "switch.set", {"switch": switch.id, "because": because}, key=f"{switch.id}/set/{switch.version}")
    return SetState(switch, seats, done=True, number=number)


def may_set_now(policy: Policy, switch: Switch, now: datetime) -> bool:
    """Say whether a release window is open: setting again widens, so it waits for one."""
    return opening(policy.calendar, Subject(switch.key, "", "switch"), "", now).is_open


def fill(seats: tuple[Seat, ...], signed: list[SignOff]) -> tuple[tuple[str, int, tuple[str, ...]], ...]:
    """Say for each seat who has signed it."""
    return tuple((s.role, s.count, tuple(x.person for x in signed if x.role == s.role)) for s in seats)


def _is_thrown(switch: Switch) -> Verdict:
    if switch.thrown:
        return passed("state", f"{switch.id} is thrown")
    return failed("state", f"{switch.id} is set already", remedy="there is nothing to set")


def _may_sign_set(
    policy: Policy, actor: Actor, role: str, switch: Switch, seats: tuple[Seat, ...], standing: list[SignOff]
) -> list[Verdict]:
    people = holders(policy, role, _target(policy, switch))
    answers = []
    if not actor.is_person:
        answers.append(failed("session", "a token never signs", remedy="sign in as a person"))
    if role not in [seat.role for seat in seats]:
        asked = ", ".join(seat.role for seat in seats)
        answers.append(failed("seat", f"{role or 'no role'} is not asked here", remedy=f"it asks for {asked}"))
    elif actor.name not in people:
        who = ", ".join(sorted(people)) or "nobody holds it"
        answers.append(failed("role", f"{actor.name} does not hold the role {role}", remedy=f"ask {who}"))
    if any(s.person == actor.name for s in standing):
        answers.append(
            failed("once", f"{actor.name} has signed already; one person counts once", remedy="another must")
        )
    return answers


def set_signed(house: House, switch_id: str) -> None:
    """Set, now that a window is open, what was signed completely outside one."""
    with house.store.write() as db:
        signed = sign_offs.standing(db, switch_id)
        _set_if_complete(house, db, CLOCK, switches.get(db, switch_id), signed, house.clock.now())


def lapse(house: House, switch_id: str) -> None:
    """Let a tenant's switch whose date has passed lapse; the entry names who set the date."""
    with house.store.write() as db:
        policy, now, switch = house.policy(db), house.clock.now(), switches.get(db, switch_id)
        if not lapses(policy, switch, now):
            return
        lapsed = switches.put(db, replace(switch, thrown=False))
        because = f"its date {switch.expires_on} has passed; set by {switch.thrown_by or switch.place or 'the file'}"
        publish_table(house, db, now, f"{switch.id} lapsed")
        record(db, now, CLOCK, "switch.lapsed", switch.id, because, role="clock")
        tell(
            db, "switch.lapsed", {"switch": switch.id, "because": because}, key=f"{switch.id}/lapsed/{lapsed.version}"
        )
        db.after_commit(lambda: house.stir("switch"))


def lapses(policy: Policy, switch: Switch, now: datetime) -> bool:
    """Say whether a tenant's thrown switch has passed its date, and a window is open to let it lapse in."""
    ends = switch.thrown and switch.layer is Layer.TENANT and switch.on_expiry is OnExpiry.LAPSE
    return ends and is_expired(switch, now) and may_set_now(policy, switch, now)


@dataclass(frozen=True, slots=True)
class SwitchLine:
    """One lever, as the lever frame shows it; `request` is the one to set it again, where one is under way."""

    switch: Switch
    fallback_ok: Verdict
    exercised_text: str
    may_throw: bool
    may_set: bool
    can_set_as: tuple[str, ...]
    request: SetRequest | None
    expired: bool


@dataclass(frozen=True, slots=True)
class SetRequest:
    """A request to set a switch again: for each seat its role, count, who has signed, and how many are open."""

    seats: tuple[tuple[str, int, tuple[str, ...], int], ...]


@dataclass(frozen=True, slots=True)
class SwitchesView:
    """The lever frame: three rows of levers, and the newest receipt."""

    layers: tuple[tuple[str, str, tuple[SwitchLine, ...]], ...]
    receipt: Receipt | None


ROWS = (
    (Layer.TENANT, "Tenants", "owned by customer-support engineering"),
    (Layer.FEATURE, "Features", "owned by the feature teams"),
    (Layer.MODEL, "Models", "owned by the platform team"),
)


def lever_frame(house: House, actor: Actor) -> SwitchesView:
    """Return all levers in their three rows."""
    lines = list_switches(house, actor)
    rows = ((title, owner, tuple(x for x in lines if x.switch.layer is layer)) for layer, title, owner in ROWS)
    return SwitchesView(tuple(rows), latest_receipt(house))


def list_switches(house: House, actor: Actor) -> tuple[SwitchLine, ...]:
    """Return every switch, in the order of the layers, with what this reader may do."""
    with house.store.read() as db:
        policy, now = house.policy(db), house.clock.now()
        every = switches.all_switches(db)
        known = {**policy.catalog.fallbacks, **{s.key: s for s in every}, **_models(policy)}
        return tuple(_line(db, policy, actor, switch, every, known, now) for switch in every)


def show_switch(house: House, actor: Actor, switch_id: str) -> SwitchLine:
    """Return one switch; raises NotFound."""
    for line in list_switches(house, actor):
        if line.switch.id == switch_id:
            return line
    raise NotFound(f"there is no switch {switch_id}", remedy="GET /switches lists them")


def _models(policy: Policy) -> dict[str, object]:
    return {model: None for target in policy.catalog.targets.values() for model in target.models}


def _line(
    db: Db,
    policy: Policy,
    actor: Actor,
    switch: Switch,
    every: list[Switch],
    known: Mapping[str, object],
    now: datetime,
) -> SwitchLine:
    rule, target = policy.switch_rules[switch.layer.value], _target(policy, switch)
    signed = sign_offs.standing(db, switch.id) if switch.thrown else []
    mine = tuple(
        seat.role for seat in rule.set if actor.is_person and actor.name in holders(policy, seat.role, target)
    )
    return SwitchLine(
        switch=switch,
        fallback_ok=check_fallback(switch, every, known),
        may_throw=not may_throw(policy, actor, switch.layer.value, target).refuses,
        may_set=bool(mine) and all(s.person != actor.name for s in signed),
        can_set_as=mine,
        request=_request(rule.set, signed) if signed else None,
        exercised_text=_exercised(switch, now),
        expired=is_expired(switch, now),
    )


def _request(seats: tuple[Seat, ...], signed: list[SignOff]) -> SetRequest:
    filled = fill(seats, signed)
    return SetRequest(tuple((role, count, names, max(0, count - len(names))) for role, count, names in filled))


def _exercised(switch: Switch, now: datetime) -> str:
    if switch.exercised_on is None:
        return "never"
    days = (now.date() - switch.exercised_on).days
    return f"{switch.exercised_on:%d %b %Y}, {days} days ago" if days else "today"


def check_date(text: str) -> date | None:
    """Read a date that a person typed; raises Invalid."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid([Fault("expires_on", f"{text} is no date", "write it as 2026-06-30")]) from None
