"""What does the lever frame show?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from leverframe.actions.game_days import GameDayLine, open_game_days
from leverframe.actions.house import House
from leverframe.actions.receipts import latest_receipt
from leverframe.actions.setting import FilledSeat, can_set_as, fill, kept_by
from leverframe.actions.switches import target_of_switch
from leverframe.nouns.exercises import Proof
from leverframe.nouns.gateways import Receipt
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.verdicts import NotFound, Verdict
from leverframe.rules.exercising import Freshness, freshness, last_exercised
from leverframe.rules.policies import may_throw
from leverframe.rules.switches import check_fallback, is_expired
from leverframe.store import exercises, sign_offs, switches
from leverframe.store.database import Db


@dataclass(frozen=True, slots=True)
class SwitchLine:
    """One lever, as the lever frame shows it; `request` is the one to set it again, where one is under way.

    `seats` are those that setting it again asks for, while it is thrown; `waits_for` is what keeps it off although
    all of them are filled. `proof` is its newest exercise that was judged.
    """

    switch: Switch
    fallback_ok: Verdict
    may_throw: bool
    may_set: bool
    can_set_as: tuple[str, ...]
    request: SetRequest | None
    expired: bool
    seats: tuple[OpenSeat, ...] = ()
    waits_for: str = ""
    exercised_text: str = "never"
    freshness: Freshness = Freshness.NEVER
    proof: Proof | None = None


OpenSeat = tuple[str, int, tuple[str, ...], int]
"""A seat's role, how many it asks for, who has signed it, and how many are open."""


@dataclass(frozen=True, slots=True)
class SetRequest:
    """A request to set a switch again, with its seats."""

    seats: tuple[OpenSeat, ...]


@dataclass(frozen=True, slots=True)
class SwitchesView:
    """The lever frame: three rows of levers, the newest receipt, the open game days, and whether to offer one."""

    layers: tuple[tuple[str, str, tuple[SwitchLine, ...]], ...]
    receipt: Receipt | None
    game_days: tuple[GameDayLine, ...] = ()
    may_hold: bool = False


ROWS = (
    (Layer.TENANT, "Tenants", "owned by customer-support engineering"),
    (Layer.FEATURE, "Features", "owned by the feature teams"),
    (Layer.MODEL, "Models", "owned by the platform team"),
)


def lever_frame(house: House, actor: Actor) -> SwitchesView:
    """Return all levers in their three rows."""
    lines = list_switches(house, actor)
    rows = ((title, owner, tuple(x for x in lines if x.switch.layer is layer)) for layer, title, owner in ROWS)
    receipt = latest_receipt(house)
    with house.store.read() as db:
        return SwitchesView(tuple(rows), receipt, open_game_days(db), any(line.may_throw for line in lines))


def list_switches(house: House, actor: Actor) -> tuple[SwitchLine, ...]:
    """Return every switch, in the order of the layers, with what this reader may do."""
    with house.store.read() as db:
        policy, now = house.policy(db), house.clock.now()
        every = switches.all_switches(db)
        known = {**policy.catalog.fallbacks, **{s.key: s for s in every}, **_models(policy)}
        today, proofs = now.astimezone(ZoneInfo(policy.calendar.home_zone)).date(), exercises.proofs(db)
        lines = (_line(db, policy, actor, switch, every, known, now) for switch in every)
        return tuple(_exercised(line, today, proofs.get(line.switch.id)) for line in lines)


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
    signed = sign_offs.standing(db, switch.id) if switch.thrown else []
    seats = _open_seats(fill(policy, switch, signed)) if switch.thrown else ()
    mine = tuple(role for role in can_set_as(policy, actor, switch) if _is_open(role, seats))
    return SwitchLine(
        switch=switch,
        fallback_ok=check_fallback(switch, every, known),
        may_throw=not may_throw(policy, actor, switch.layer.value, target_of_switch(policy, switch)).refuses,
        may_set=bool(mine) and all(s.person != actor.name for s in signed),
        can_set_as=mine,
        request=SetRequest(seats) if signed else None,
        expired=is_expired(switch, now),
        seats=seats,
        waits_for=kept_by(db, policy, switch, now) if signed and not any(seat[3] for seat in seats) else "",
    )


def _open_seats(filled: tuple[FilledSeat, ...]) -> tuple[OpenSeat, ...]:
    return tuple((role, count, names, max(0, count - len(names))) for role, count, names in filled)


def _is_open(role: str, seats: tuple[OpenSeat, ...]) -> bool:
    """Say whether a role's seat still asks for somebody; where no seat is asked, whoever may throw may set."""
    return all(still for seat, _, _, still in seats if seat == role)


def _exercised(line: SwitchLine, today: date, proof: Proof | None) -> SwitchLine:
    said, stands = last_exercised(line.switch, today), freshness(line.switch, today)
    return replace(line, exercised_text=said, freshness=stands, proof=proof)
