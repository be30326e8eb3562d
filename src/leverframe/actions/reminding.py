"""Who is told today of what they owe?

A review opens here, with what its reviewer must see. One message a day for each duty and who owes it: its key names
them, so that a crash, or a second process, does not double it.
"""

from __future__ import annotations

from datetime import datetime

from leverframe.actions.house import House, record
from leverframe.actions.review_facts import gather
from leverframe.nouns.changes import Change
from leverframe.nouns.follow_ups import REVIEW, FollowUp
from leverframe.nouns.people import CLOCK
from leverframe.nouns.policies import Policy
from leverframe.nouns.verdicts import NotFound
from leverframe.rules.duties import told_of
from leverframe.rules.reminders import DUE, OPENED, OVERDUE, next_reminder, reminds_now, tone, waits_until
from leverframe.rules.working_days import day_at_home
from leverframe.store import changes, follow_ups, outbox, reviews
from leverframe.store.database import Db


def remind(house: House, id: int) -> None:
    """Tell who owes a duty that it has opened, is due today or is overdue, where it is time for that."""
    with house.store.write() as db:
        now, policy, duty = house.clock.now(), house.policy(db), follow_ups.get(db, id)
        if duty.done_at is not None or duty.remind_at is None or duty.remind_at > now:
            return
        hour = policy.reviews_open_at
        if not reminds_now(duty, policy.calendar, now):
            follow_ups.reminded(db, id, waits_until(policy.calendar, hour, now))
            return
        change = _change_of(db, duty)
        if duty.kind == REVIEW and duty.opened_at is None and change is not None:
            _open_review(house, db, duty, change, now)
        _tell(db, policy, duty, change, now)
        follow_ups.reminded(db, id, next_reminder(duty, policy.calendar, hour, now), duty.opened_at or now)
        db.after_commit(lambda: house.stir("change"))


def _change_of(db: Db, duty: FollowUp) -> Change | None:
    """Return the change that left a duty; what an emergency left has none."""
    try:
        return changes.get(db, duty.subject)
    except NotFound:
        return None


def _open_review(house: House, db: Db, duty: FollowUp, change: Change, now: datetime) -> None:
    """Open a review: keep what happened, under its digest, for whoever holds it."""
    facts = gather(house, db, change, now)
    digest = reviews.keep(db, facts, now)
    because = f"{change.id} {facts.ended.replace('_', ' ') or 'ended'}; {duty.owed_by} holds its review"
    told = {"facts": digest, "due_at": duty.due_at.isoformat()}
    record(db, now, CLOCK, "review.opened", change.id, because, role="clock", facts=told)


def _tell(db: Db, policy: Policy, duty: FollowUp, change: Change | None, now: datetime) -> None:
    how, told = tone(duty, policy.calendar, now), told_of(policy, duty, change)
    said = {
        "change": duty.subject,
        "what": duty.name,
        "how": how,
        "due_at": duty.due_at.isoformat(),
        "to": list(told),
        "team": duty.team,
        "because": duty.because,
    }
    noun = "review" if duty.kind == REVIEW else "follow_up"
    day = day_at_home(policy.calendar, now)
    if outbox.put(db, f"{noun}.{how}", said, f"follow-up/{duty.id}/{day}/{duty.owed_by}"):
        because = f"{duty.name}: {', '.join(told)} told that it is {SAID[how]}"
        facts = {"follow_up": duty.id, "told": list(told), "due_at": duty.due_at.isoformat()}
        record(db, now, CLOCK, "follow_up.reminded", duty.subject, because, role="clock", facts=facts)


SAID = {OPENED: "theirs to do", DUE: "due today", OVERDUE: "overdue"}
