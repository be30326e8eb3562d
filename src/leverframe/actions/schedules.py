"""How is a signed change armed, so that it starts by itself when its window opens?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from leverframe.actions.facts import ship_facts, verdicts
from leverframe.actions.house import House, need_reason, permit, record, refuse, target_of, tell
from leverframe.nouns.changes import Change, StartWindow, State
from leverframe.nouns.people import CLOCK, Actor
from leverframe.nouns.verdicts import Fault, Invalid, Refused, Verdict, failed
from leverframe.rules.shipping import TIMELY_NAMES, unready
from leverframe.store import changes, sign_offs
from leverframe.store.database import Db


def schedule(house: House, actor: Actor, change_id: str, start: StartWindow | None = None) -> Change:
    """Arm a change: the runner starts it at the opening, if the gates still say yes.

    A new `start` within the signed not_after needs the release manager's sign-off only; one beyond it needs all.
    """
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.get(db, change_id)
        role = permit(policy, actor, "change.schedule", target_of(policy, change.target))
        if start is not None and start != change.start:
            change = _move_start(house, db, actor, change, start, now)
        change = replace(change, armed_by=actor.name, release_manager=change.release_manager or actor.name)
        refuse([*_may_arm(change), *_answers(house, db, change, now)])
        change = changes.update(db, replace(change, state=State.SCHEDULED))
        because = f"armed for {change.start.opens_at.isoformat()}"
        record(db, now, actor, "change.scheduled", change_id, because, role=role)
        db.after_commit(lambda: house.stir("change"))
        return change


def _may_arm(change: Change) -> tuple[Verdict, ...]:
    if change.state in (State.ASSESS, State.AUTHORIZE, State.SCHEDULED):
        return ()
    return (failed("state", f"{change.id} is in {change.state.value}", remedy="only what has not begun is armed"),)


def _answers(house: House, db: Db, change: Change, now: datetime) -> tuple[Verdict, ...]:
    """Ask everything that time alone will not clear, and whether the start window has passed."""
    answers = verdicts(house, db, change, now)
    missed = [v for v in answers if v.gate == "window" and now >= min(change.start.closes_at, change.start.not_after)]
    return (*unready(answers), *missed)


def move_start(house: House, actor: Actor, change_id: str, start: StartWindow) -> Change:
    """Choose a new start window; who must sign again depends on not_after."""
    with house.store.write() as db:
        now, policy, change = house.clock.now(), house.policy(db), changes.get(db, change_id)
        permit(policy, actor, "change.schedule", target_of(policy, change.target))
        refuse(_may_arm(change))
        change = _move_start(house, db, actor, change, start, now)
        db.after_commit(lambda: house.stir("change"))
        return change


def _move_start(house: House, db: Db, actor: Actor, change: Change, start: StartWindow, now: datetime) -> Change:
    if start.opens_at >= start.closes_at:
        raise Invalid([Fault("start", "the start window closes before it opens", "let closes_at be after opens_at")])
    before = ship_facts(house, db, change).digest_now
    inside = start.not_after == change.start.not_after and start.opens_at < change.start.not_after
    kept = (*change.earlier_digests, before) if inside else ()
    if not inside:
        sign_offs.void(db, change.id, now, "the start was moved beyond not_after")
    change = replace(change, start=start, earlier_digests=kept, armed_by="", state=State.AUTHORIZE)
    change = changes.update(db, change)
    because = (
        "moved within not_after: the release manager signs again"
        if inside
        else "moved beyond not_after: all sign again"
    )
    record(db, now, actor, "change.start_moved", change.id, because, facts={"opens_at": start.opens_at.isoformat()})
    return change


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
