"""How does a settled change go back?"""

from __future__ import annotations

from dataclasses import replace

from leverframe.actions.changes import editable_on, return_to_assess
from leverframe.actions.duties import drop_later_looks, owe_review
from leverframe.actions.effects import expect_effect
from leverframe.actions.house import House, need_reason, permit, record, refuse, target_of, tell
from leverframe.actions.ramps import end_ramp
from leverframe.actions.receipts import open_receipt
from leverframe.actions.tables import publish_table
from leverframe.clock import monotonic
from leverframe.nouns.changes import Change, CloseCode, State
from leverframe.nouns.people import Actor
from leverframe.nouns.ramps import Ramp, RampState
from leverframe.nouns.tables import Number
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.store import changes, ramps, units
from leverframe.store.database import Db


def go_back(
    house: House, actor: Actor, change_id: str, because: str, *, received_at: float | None = None
) -> tuple[Change, Number | None]:
    """Serve the former unit again, whole, to all: one person, one reason, any hour, until the review closes.

    A ramp that another change has begun on it ends too: it was compared with a unit that goes. `received_at` is the
    monotonic second at which the request reached the house; the receipt counts from there.
    """
    reason, since = need_reason(because), received_at or monotonic()
    with house.store.write() as db:
        change, ending = _locked(db, change_id)
        now, policy = house.clock.now(), house.policy(db)
        role = permit(policy, actor, "ramp.abort", target_of(policy, change.target))
        refuse([may_go_back(db, change)])
        for other, ramp in ending:
            because = f"{change.id} went back under it"
            end_ramp(house, db, actor, other, ramp, RampState.ABORTED, because, role, received_at=since)
        for target in change.targets:
            units.adopt(db, target, change.current[target], actor.name, change.id, now)
            return_to_assess(house, db, target, now, f"{change.id} went back", but=change.id)
        change = changes.update(db, replace(change, state=State.REVIEW, close_code=CloseCode.WENT_BACK, review=None))
        owe_review(house, db, change, now)
        drop_later_looks(db, change, now)
        ramps.record_step(db, change.id, now, "went_back", 0, 0.0, (), actor.name, reason)
        number = publish_table(house, db, now, f"{change.id} went back", targets=change.targets, narrows=True)
        open_receipt(house, db, number, since, f"{change.id} went back")
        stays, gone = change.current[change.target], change.candidate[change.target]
        expect_effect(db, change, "went_back", stays, gone, number, now)
        facts = {"number": str(number or "")}
        record(db, now, actor, "change.went_back", change.id, reason, role=role, facts=facts)
        tell(db, "change.went_back", {"change": change.id, "because": reason}, key=f"{change.id}/went_back")
        db.after_commit(lambda: house.stir("ramp"))
        return change, number


def _locked(db: Db, change_id: str) -> tuple[Change, list[tuple[Change, Ramp]]]:
    """Return a change, and the ramps under way on its targets with theirs, all locked before anything is decided.

    Those that would return to assess are locked with them: nothing that goes back is refused because somebody wrote.
    """
    targets = changes.get(db, change_id).targets
    ramps.queue_for(db, targets)
    running = ramps.lock_on(db, targets)
    beside = [change.id for target in targets for change in editable_on(db, target)]
    locked = changes.lock_all(db, [change_id, *(ramp.change for ramp in running), *beside])
    return locked[change_id], [(locked[ramp.change], ramp) for ramp in running]


def may_go_back(db: Db, change: Change) -> Verdict:
    """Answer whether the former unit still stands ready."""
    if change.settled_at is None or change.state not in (State.IMPLEMENT, State.REVIEW):
        return failed("way_back", f"{change.id} is not settled and open", remedy="file a new change")
    if change.close_code is CloseCode.WENT_BACK:
        return failed("way_back", f"{change.id} went back already", remedy="file a new change to try again")
    for target in change.targets:
        if target not in change.current:
            return failed("way_back", f"{target} had no unit before", remedy=f"throw feature/{target}")
        if units.current(db, target) != change.candidate[target]:
            return failed("way_back", f"another change has settled on {target}", remedy="file a new change")
    return passed("way_back", "the former unit stands ready")
