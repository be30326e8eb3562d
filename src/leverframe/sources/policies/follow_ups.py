"""What does the policy ask for after a change has settled, and at which hour do reviews open?"""

from __future__ import annotations

from datetime import time

from leverframe.nouns.follow_ups import LaterLook
from leverframe.sources.policies.reading import Section
from leverframe.sources.policies.scopes import TIERS

MORNING = time(9)
LATEST_DAYS = 366


def read_opening(reviews: Section) -> time:
    """Return the hour of the home zone at which reviews open and people are reminded."""
    return reviews.clock_time("opens_at") if reviews.has("opens_at") else MORNING


def read_follow_ups(policy: Section) -> tuple[LaterLook, ...]:
    """Return what is to be done so many days after settlement; the same words twice for one tier are a fault."""
    found: list[LaterLook] = []
    for entry in policy.sections("follow_ups"):
        with entry as section:
            days = section.whole("after_days", required=True, low=1, high=LATEST_DAYS, example="14")
            what = section.text("what", required=True, example="Look at the live scores again")
            with section.section("for") as match:
                tiers = frozenset(match.names("tiers", known=TIERS))
            look = LaterLook(days, what.strip(), tiers)
            if any(_same(look, other) for other in found):
                section.wrong("what", f"says `{what}` a second time for the same tier", "Say what differs.")
            found.append(look)
    return tuple(found)


def _same(one: LaterLook, other: LaterLook) -> bool:
    """Say whether two would be told apart by nobody: their words are what names them on a change."""
    meet = not one.tiers or not other.tiers or bool(one.tiers & other.tiers)
    return one.what == other.what and meet
