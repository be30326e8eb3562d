"""What does a change leave to be done?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from leverframe.actions.house import House, record
from leverframe.nouns.changes import Change
from leverframe.nouns.follow_ups import ACTION, LATER_LOOK, REVIEW, AgreedAction
from leverframe.nouns.people import CLOCK
from leverframe.rules.duties import later_looks, review_due, review_opens, team_of
from leverframe.rules.reminders import first_reminder
from leverframe.store import follow_ups
from leverframe.store.database import Db


def owe_review(house: House, db: Db, change: Change, now: datetime) -> None:
    """Put the change review on the calendar: it opens the next working day, and is due some business days on."""
    policy = house.policy(db)
    owner, opens = change.release_manager or change.author, review_opens(policy, now)
    target = policy.catalog.targets.get(change.target)
    follow_ups.owe(
        db,
        change.id,
        REVIEW,
        review_due(policy, now),
        owner,
        f"{change.id} has reached users; its review is due",
        opens_at=opens,
        team=target.owner if target else "",
    )


def owe_later_looks(house: House, db: Db, change: Change, settled_at: datetime) -> None:
    """Write down what the policy asks for some days after settlement, for the author's team."""
    policy = house.policy(db)
    team = team_of(policy, change.author, policy.catalog.targets.get(change.target))
    for look, opens, due in later_looks(policy, change.tier.value, settled_at):
        days = "a day" if look.after_days == 1 else f"{look.after_days} days"
        because = f"the policy asks for it {days} after settlement"
        owner = "" if team else change.author
        follow_ups.owe(db, change.id, LATER_LOOK, due, owner, because, what=look.what, team=team, opens_at=opens)


def drop_later_looks(db: Db, change: Change, now: datetime) -> None:
    """Drop the looks at what is served no more: the change went back."""
    because = f"{change.id} went back: there is nothing left to look at"
    for duty in follow_ups.open_ones(db, subject=change.id, kind=LATER_LOOK):
        follow_ups.end(db, duty.id, now, CLOCK.name, because, dropped=True)
        facts = {"follow_up": duty.id, "what": duty.name}
        record(db, now, CLOCK, "follow_up.dropped", change.id, because, role="clock", facts=facts)


def owe_actions(
    house: House, db: Db, change: Change, actions: Iterable[AgreedAction], by: str, now: datetime
) -> list[dict[str, str]]:
    """Write down what a review agreed on; who owes it is told at once, and again on its day. Return it as facts."""
    policy, told = house.policy(db), []
    for action in actions:
        first = first_reminder(policy.calendar, policy.reviews_open_at, now)
        because = f"{by} asked for it in the review of {change.id}"
        follow_ups.owe(
            db,
            change.id,
            ACTION,
            action.due_at,
            action.owner,
            because,
            what=action.what,
            remind_at=first,
            opens_at=now,
        )
        told.append({"what": action.what, "owner": action.owner, "due_at": action.due_at.isoformat()})
    return told
