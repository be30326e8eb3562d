"""What does the lever frame show?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from leverframe.actions.asking import asked
from leverframe.actions.file_views import FileView, file_view
from leverframe.actions.game_days import GameDayLine, open_game_days
from leverframe.actions.house import House
from leverframe.actions.receipts import latest_receipt
from leverframe.actions.setting import FilledSeat, can_set_as, fill, kept_by
from leverframe.actions.switches import target_of_switch
from leverframe.nouns.exercises import Proof
from leverframe.nouns.gateways import Receipt
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.switch_files import Drifted
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
    all of them are filled. `contact` is who is told at a tenant before its pause ends, `drift` where the switch file
    in git says otherwise of it, `proof` its newest exercise that was judged.
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
    contact: str = ""
    drift: tuple[Drifted, ...] = ()
    exercised_text: str = "never"
    freshness: Freshness = Freshness.NEVER
    proof: Proof | None = None


OpenSeat = tuple[str, int, tuple[str, ...], int]
"""A seat's role, how many it asks for, who has signed it, and how many are open."""


@dataclass(frozen=True, slots=True)
class SetRequest:
    """A request to set a switch again, with its seats; one that a commit of the switch file opened says who asks."""

    seats: tuple[OpenSeat, ...]
    asked_by: str = ""
    asked_at: datetime | None = None
    because: str = ""


@dataclass(frozen=True, slots=True)
class SwitchesView:
    """The lever frame: three rows of levers, the newest receipt, and the switch file in git where one is followed.

    `game_days` are those that are not over, `may_hold` says whether to offer one.
    """

    layers: tuple[tuple[str, str, tuple[SwitchLine, ...]], ...]
    receipt: Receipt | None
    file: FileView | None = None
    game_days: tuple[GameDayLine, ...] = ()
    may_hold: bool = False


ROWS = ((Layer.TENANT, "Tenants"), (Layer.FEATURE, "Features"), (Layer.MODEL, "Models"))


def lever_frame(house: House, actor: Actor) -> SwitchesView:
    """Return all levers in their three rows."""
    with house.store.read() as db:
        policy = house.policy(db)
        lines, file = _lines(house, db, policy, actor)
        held = open_game_days(db)
    rows = (
        (title, _owned_by(policy, layer), tuple(line for line in lines if line.switch.layer is layer))
        for layer, title in ROWS
    )
    may_hold = any(line.may_throw for line in lines)
    return SwitchesView(tuple(rows), latest_receipt(house), file, held, may_hold)


def _owned_by(policy: Policy, layer: Layer) -> str:
    """Say who owns the levers of a row, as the policy has it."""
    if layer is Layer.FEATURE:
        return "each owned by its feature's team"
    owner = policy.switch_rules[layer.value].owner
    group = policy.catalog.groups.get(owner)
    return f"owned by {group.title if group else owner or 'nobody'}"


def list_switches(house: House, actor: Actor) -> tuple[SwitchLine, ...]:
    """Return every switch, in the order of the layers, with what this reader may do."""
    with house.store.read() as db:
        return _lines(house, db, house.policy(db), actor)[0]


def _lines(house: House, db: Db, policy: Policy, actor: Actor) -> tuple[tuple[SwitchLine, ...], FileView | None]:
    every, now = switches.all_switches(db), house.clock.now()
    known = {**policy.catalog.fallbacks, **{s.key: s for s in every}, **_models(policy)}
    file = file_view(house, db, policy, every)
    drift: dict[str, tuple[Drifted, ...]] = {}
    for row in file.drift if file else ():
        drift[row.switch] = (*drift.get(row.switch, ()), row)
    today, proofs = now.astimezone(ZoneInfo(policy.calendar.home_zone)).date(), exercises.proofs(db)
    lines = (_line(db, policy, actor, switch, every, known, now) for switch in every)
    told = (replace(line, drift=drift.get(line.switch.id, ())) for line in lines)
    return tuple(_exercised(line, today, proofs.get(line.switch.id)) for line in told), file


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
        request=_request(db, switch, seats, is_signed=bool(signed)),
        expired=is_expired(switch, now),
        seats=seats,
        waits_for=kept_by(db, policy, switch, now) if signed and not any(seat[3] for seat in seats) else "",
        contact=policy.tenant_contacts.get(switch.key, "") if switch.layer is Layer.TENANT else "",
    )


def _request(db: Db, switch: Switch, seats: tuple[OpenSeat, ...], *, is_signed: bool) -> SetRequest | None:
    """Return the request to set a switch again: one that is signed, or that a commit of the switch file opened."""
    row = asked(db, switch.id) if switch.thrown else None
    if row is not None:
        return SetRequest(seats, row.asked_by, row.at, str(row.body["because"]))
    return SetRequest(seats) if is_signed else None


def _open_seats(filled: tuple[FilledSeat, ...]) -> tuple[OpenSeat, ...]:
    return tuple((role, count, names, max(0, count - len(names))) for role, count, names in filled)


def _is_open(role: str, seats: tuple[OpenSeat, ...]) -> bool:
    """Say whether a role's seat still asks for somebody; where no seat is asked, whoever may throw may set."""
    return all(still for seat, _, _, still in seats if seat == role)


def _exercised(line: SwitchLine, today: date, proof: Proof | None) -> SwitchLine:
    said, stands = last_exercised(line.switch, today), freshness(line.switch, today)
    return replace(line, exercised_text=said, freshness=stands, proof=proof)
