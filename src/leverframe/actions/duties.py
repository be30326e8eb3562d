"""What does a change leave to be done?"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from leverframe.actions.house import House
from leverframe.nouns.changes import Change
from leverframe.rules.calendar import add_business_days
from leverframe.store import follow_ups
from leverframe.store.database import Db

DUE_AT_HOUR = 17


def owe_review(house: House, db: Db, change: Change, now: datetime) -> None:
    """Put the change review on the calendar: due in the policy's number of business days."""
    policy = house.policy(db)
    zone = ZoneInfo(policy.calendar.home_zone)
    day = add_business_days(policy.calendar, now.astimezone(zone).date(), policy.review_due_business_days)
    due = datetime(day.year, day.month, day.day, DUE_AT_HOUR, tzinfo=zone)
    owner = change.release_manager or change.author
    follow_ups.owe(db, change.id, "change_review", due, owner, f"{change.id} has reached users; its review is due")
