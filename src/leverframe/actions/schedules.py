"""How is a signed change armed, so that it starts by itself when its window opens?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from leverframe.actions.changes import restate
from leverframe.actions.contents import alteration, void_signed
from leverframe.actions.drafting import start_faults
from leverframe.actions.facts import ship_facts, sign_facts, verdicts
from leverframe.actions.house import House, need_reason, permit, record, refuse, target_of, tell
from leverframe.nouns.changes import Change, Provenance, StartWindow, State
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.sign_offs import SignOff
from leverframe.nouns.verdicts import Fault, Invalid, Refused, Verdict, failed
from leverframe.rules.gates.window import CHOOSES
from leverframe.rules.moments import say
from leverframe.rules.policies import holders
from leverframe.rules.shipping import TIMELY_NAMES, unready
from leverframe.rules.sign_offs import RELEASE_MANAGER, may_sign
from leverframe.store import changes, evidence, sign_offs
from leverframe.store.database import Db


def schedule(house: House, actor: Actor, change_id: str, start: StartWindow | None = None) -> Change:
    """Arm a change: the runner starts it at the opening, if the gates still say yes.

    A new `start` within the signed not_after needs the release manager only: who chooses it in that role signs it by
    arming. One beyond it needs all sign-offs again.
    """
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.get(db, change_id)
        role = permit(policy, actor, "change.schedule", target_of(policy, change.target))
        refuse(_may_arm(change))
        if start is not None and start != change.start:
            change = _move_start(house, db, actor, role, change, start, now)
            _sign_start(house, db, actor, change, now)
        change = replace(change, armed_by=actor.name, release_manager=_manager(policy, actor, change))
        refuse(_answers(house, db, change, now))
        change = changes.update(db, replace(change, state=State.SCHEDULED))
        because = f"it starts by itself {say(change.start.opens_at, policy.calendar.home_zone)}"
        facts = {"release_manager": change.release_manager}
        record(db, now, actor, "change.scheduled", change_id, because, role=role, facts=facts)
        db.after_commit(lambda: house.stir("change"))
        return change


def _may_arm(change: Change) -> tuple[Verdict, ...]:
    if change.state in (State.ASSESS, State.AUTHORIZE, State.SCHEDULED):
        return ()
    return (failed("state", f"{change.id} is in {change.state.value}", remedy="only what has not begun is armed"),)


def _manager(policy: Policy, actor: Actor, change: Change) -> str:
    """Return the ticket's release manager; where it names none, the one who arms it, if they are one."""
    return change.release_manager or (actor.name if actor.name in holders(policy, RELEASE_MANAGER) else "")


def _answers(house: House, db: Db, change: Change, now: datetime) -> tuple[Verdict, ...]:
    """Ask everything that time alone will not clear, and whether the start window has passed."""
    answers = verdicts(house, db, change, now)
    missed = [v for v in answers if v.gate == "window" and v.refuses and v.who == CHOOSES]
    return (*unready(answers), *missed)


def move_start(house: House, actor: Actor, change_id: str, start: StartWindow) -> Change:
    """Choose a new start window; who must sign again depends on not_after."""
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.get(db, change_id)
        role = permit(policy, actor, "change.schedule", target_of(policy, change.target))
        refuse(_may_arm(change))
        change = _move_start(house, db, actor, role, change, start, now)
        db.after_commit(lambda: house.stir("change"))
        return change


def _move_start(
    house: House, db: Db, actor: Actor, role: str, change: Change, start: StartWindow, now: datetime
) -> Change:
    _refuse_start(start, now)
    evals = evidence.digests(db, change.id)
    moved = replace(change, start=start, armed_by="", provenance=_chosen(change, actor, now))
    altered, inside = alteration(change, moved, evals, evals), start.not_after <= change.start.not_after
    if inside:
        moved = replace(moved, earlier_digests=(*change.earlier_digests, altered.was))
        _void_managers(db, change.id, now)
    else:
        moved = replace(moved, earlier_digests=())
        altered = void_signed(db, change.id, altered, now, "the start was moved beyond not_after")
    state = State.AUTHORIZE if change.state is State.SCHEDULED else change.state
    moved = restate(house, db, changes.update(db, replace(moved, state=state)), now)
    record(db, now, actor, "change.start_moved", change.id, WHO_SIGNS[inside], role=role, facts=altered.facts)
    return moved


WHO_SIGNS = {
    True: "moved within not_after: the release manager signs again",
    False: "moved beyond not_after: all sign again",
}


def _refuse_start(start: StartWindow, now: datetime) -> None:
    faults = [*start_faults(start)]
    if start.closes_at <= now:
        faults.append(Fault("closes_at", "the start window has passed already", "choose a later one"))
    if faults:
        raise Invalid(faults)


def _chosen(change: Change, actor: Actor, now: datetime) -> dict[str, Provenance]:
    return {**change.provenance, "start": Provenance(actor.name, at=now)}


def _void_managers(db: Db, change_id: str, now: datetime) -> None:
    for signed in sign_offs.standing(db, change_id):
        if signed.role == RELEASE_MANAGER:
            sign_offs.void(db, change_id, now, "the start was moved", person=signed.person)


def _sign_start(house: House, db: Db, actor: Actor, change: Change, now: datetime) -> None:
    """Take a release manager's choice of a start as their sign-off; of anybody else the gate will ask for one."""
    facts, because = ship_facts(house, db, change), "chose the new start"
    answers = may_sign(change, actor, RELEASE_MANAGER, sign_facts(db, actor, change, facts))
    if not change.earlier_digests or any(answer.refuses for answer in answers):
        return
    sign_offs.add(db, SignOff(change.id, actor.name, RELEASE_MANAGER, facts.digest_now, now, because))
    record(db, now, actor, "change.signed", change.id, because, role=RELEASE_MANAGER, decided=facts.digest_now)


def disarm(house: House, actor: Actor, change_id: str, because: str) -> Change:
    """Take a change out of the schedule; stopping needs one person and one reason."""
    reason = need_reason(because)
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.get(db, change_id)
        role = permit(policy, actor, "ramp.hold", target_of(policy, change.target))
        if change.state is not State.SCHEDULED:
            raise Refused([failed("state", f"{change_id} is not scheduled", remedy="there is nothing to disarm")])
        change = changes.update(db, replace(change, state=State.AUTHORIZE, armed_by=""))
        record(db, now, actor, "change.disarmed", change_id, reason, role=role)
        db.after_commit(lambda: house.stir("change"))
        return change


def lapse(house: House, db: Db, change: Change, now: datetime, because: str) -> Change:
    """Let a scheduled change's start window pass: it waits for a new start, and people are told."""
    change = changes.update(db, replace(change, state=State.AUTHORIZE, armed_by=""))
    record(db, now, CLOCK, "change.window_lapsed", change.id, because, role="clock")
    tell(
        db,
        "change.window_lapsed",
        {"change": change.id, "because": because},
        key=f"{change.id}/lapsed/{change.version}",
    )
    db.after_commit(lambda: house.stir("change"))
    return change


def only_time(answers: tuple[Verdict, ...]) -> bool:
    """Say whether all that is unmet may still clear by itself."""
    return all(v.gate in TIMELY_NAMES for v in answers if v.refuses)
