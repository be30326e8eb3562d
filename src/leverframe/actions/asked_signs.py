"""What else than a change waits for sign-offs, and for whose?

A proposed policy, the loosening of a freeze, a thrown switch that is to be set again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from leverframe.actions.asking import KIND as SETTING
from leverframe.actions.freezes import KIND as LOOSENING
from leverframe.actions.loosening import can_sign_as, loosening_of
from leverframe.actions.proposed_policies import proposals_in
from leverframe.actions.setting import can_set_as, fill
from leverframe.actions.switches import target_of_switch
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.sign_offs import SignOff
from leverframe.nouns.switches import Switch
from leverframe.nouns.waits import Wait
from leverframe.rules.freezes import ended
from leverframe.rules.policies import holders
from leverframe.rules.sign_offs import spoken
from leverframe.store import freezes, requests, sign_offs, switches
from leverframe.store.database import Db
from leverframe.store.requests import Request


@dataclass(frozen=True, slots=True)
class AskedSign:
    """One thing that waits for sign-offs: `address` is its page, `can_sign_as` the roles that this reader has there.

    `open_seats` are (role, how many are missing, who could).
    """

    what: str
    address: str
    says: str
    by: str
    at: datetime
    open_seats: tuple[tuple[str, int, tuple[str, ...]], ...]
    can_sign_as: tuple[str, ...]


def asked_signs(db: Db, policy: Policy, actor: Actor, now: datetime) -> tuple[AskedSign, ...]:
    """Return everything but changes that waits for sign-offs, the longest waiting first."""
    found = (*_policies(db, policy, actor), *_freezes(db, policy, actor, now), *_switches(db, policy, actor))
    return tuple(sorted(found, key=lambda each: (each.at, each.address)))


def waits_for_signs(asked: Iterable[AskedSign]) -> Iterator[Wait]:
    """Yield who is waited on for them."""
    for one in asked:
        for role, missing, people in one.open_seats:
            what = "a sign-off" if missing == 1 else f"{missing} sign-offs"
            remedy = "read what it says, and sign"
            yield Wait(spoken(role), people, "", one.what, "", "", what, one.at, remedy, address=one.address)


def _policies(db: Db, policy: Policy, actor: Actor) -> Iterator[AskedSign]:
    for one in proposals_in(db, policy, actor):
        yield AskedSign(
            what=f"The policy {one.digest[:19]}",
            address="/policy#proposals",
            says=f"{one.asked_by} proposes it; it differs in {', '.join(one.differs)}",
            by=one.asked_by,
            at=one.at,
            open_seats=_open(one.seats, lambda role, by=one.asked_by: holders(policy, role) - {by}),
            can_sign_as=one.can_sign_as,
        )


def _freezes(db: Db, policy: Policy, actor: Actor, now: datetime) -> Iterator[AskedSign]:
    """Yield the freezes that are to be loosened; of one that is over nobody needs that any more."""
    for asked_of in requests.find(db, LOOSENING):
        freeze = freezes.get(db, asked_of.subject)
        wish = None if ended(freeze.freeze, policy.calendar, now) else loosening_of(db, policy, freeze)
        if wish is not None:
            verb = "lifted" if wish.looser is None else "shortened or narrowed"
            yield AskedSign(
                what=f"The freeze {freeze.freeze.name}, to be {verb}",
                address=f"/freezes/{freeze.id}",
                says=f"{wish.asked_by} asks for it: {wish.because}",
                by=wish.asked_by,
                at=asked_of.at,
                open_seats=_open(wish.seats, lambda role: holders(policy, role)),
                can_sign_as=_still(wish.seats, can_sign_as(db, policy, actor, freeze)),
            )


def _switches(db: Db, policy: Policy, actor: Actor) -> Iterator[AskedSign]:
    """Yield the thrown switches of which somebody has asked or signed that they are set again."""
    thrown = [switch for switch in switches.all_switches(db) if switch.thrown]
    signed_on = sign_offs.standing_on(db, [switch.id for switch in thrown]) if thrown else {}
    wishes = {wish.subject: wish for wish in requests.find(db, SETTING, limit=len(thrown))} if thrown else {}
    for switch in thrown:
        signed, wish = signed_on[switch.id], wishes.get(switch.id)
        if (signed or wish) and (one := _switch(policy, actor, switch, signed, wish)) is not None:
            yield one


def _switch(
    policy: Policy, actor: Actor, switch: Switch, signed: Sequence[SignOff], wish: Request | None
) -> AskedSign | None:
    """Return what is asked of one; None where every seat is filled, and a window is waited for."""
    target, seats = target_of_switch(policy, switch), fill(policy, switch, signed)
    open_seats = _open(seats, lambda role: holders(policy, role, target))
    if not open_seats:
        return None
    by = wish.asked_by if wish else signed[0].person
    able = () if actor.name in {each.person for each in signed} else can_set_as(policy, actor, switch)
    return AskedSign(
        what=f"The switch {switch.id}, to be set again",
        address=f"/switches/{switch.id}",
        says=f"{by} asks for it; it was thrown: {switch.because}",
        by=by,
        at=wish.at if wish else signed[0].at,
        open_seats=open_seats,
        can_sign_as=_still(seats, able),
    )


def _open(
    seats: Iterable[tuple[str, int, tuple[str, ...]]], people: Callable[[str], frozenset[str]]
) -> tuple[tuple[str, int, tuple[str, ...]], ...]:
    """Return the seats that are not full, each with who could fill it and has not signed."""
    seats = tuple(seats)
    signed = {name for _, _, names in seats for name in names}
    return tuple(
        (role, count - len(names), tuple(sorted(people(role) - signed)))
        for role, count, names in seats
        if len(names) < count
    )


def _still(seats: Iterable[tuple[str, int, tuple[str, ...]]], able: Iterable[str]) -> tuple[str, ...]:
    """Keep of the roles in which somebody may sign those of which one more is asked."""
    wanted = {role for role, count, names in seats if len(names) < count}
    return tuple(role for role in able if role in wanted)
