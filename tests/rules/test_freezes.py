"""Which freeze covers another, and what may move while one holds?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.calendar import Calendar, DuringRamp, Freeze, Scope, Subject
from leverframe.rules.calendar import freezes_at
from leverframe.rules.freezes import covers, may_move, of_whom

CALENDAR = Calendar("Europe/London", {"us": "America/New_York", "au": "Australia/Sydney"})
MONDAY = datetime.fromisoformat("2026-03-02")
names = st.frozensets(st.sampled_from(["one", "two"]), max_size=2)
scopes = st.builds(
    Scope,
    targets=names,
    regions=st.frozensets(st.sampled_from(["us", "au"]), max_size=2),
    tiers=st.frozensets(st.sampled_from(["low", "high"]), max_size=2),
)
freezes = st.builds(
    lambda begins, hours, zone, scope, during: Freeze(
        "a", MONDAY + timedelta(hours=begins), MONDAY + timedelta(hours=begins + hours), zone, scope, during
    ),
    begins=st.integers(0, 40),
    hours=st.integers(1, 40),
    zone=st.sampled_from(["", "Asia/Tokyo"]),
    scope=scopes,
    during=st.sampled_from(DuringRamp),
)


@given(freezes, freezes)
def test_what_covers_another_forbids_at_every_hour_all_that_the_other_did(new: Freeze, old: Freeze):
    """Else one person alone could let traffic widen, by lengthening a freeze."""
    if not covers(new, old, CALENDAR):
        return
    before, after = (replace(CALENDAR, freezes=(freeze,)) for freeze in (old, new))
    for hour in range(-24, 120, 3):
        now = (MONDAY + timedelta(hours=hour)).replace(tzinfo=UTC)
        for region in ("us", "au"):
            for target in ("one", "two"):
                for tier in ("low", "high"):
                    subject = Subject(target, tier, "prompt")
                    if freezes_at(before, subject, region, now):
                        assert freezes_at(after, subject, region, now)


@given(freezes)
def test_a_freeze_covers_itself(freeze: Freeze):
    assert covers(freeze, freeze, CALENDAR)


def test_a_scope_is_said_as_people_say_it():
    assert of_whom(Scope()) == "everything"
    assert of_whom(Scope(regions=frozenset({"us"}))) == "all changes in us"
    assert of_whom(Scope(targets=frozenset({"claims-summary"}), regions=frozenset({"us"}))) == "claims-summary in us"
    tiers, kinds = frozenset({"high"}), frozenset({"model_swap"})
    assert of_whom(Scope(tiers=tiers, kinds=kinds)) == "high model swap changes"


def test_what_may_move_is_said_in_whole_sentences():
    freeze = Freeze("a", MONDAY, MONDAY + timedelta(days=1), scope=Scope(regions=frozenset({"us"})))
    assert may_move(freeze, CALENDAR) == (
        "From Mon 02 Mar 2026 00:00 to Tue 03 Mar 2026 00:00 (each region's own time) nothing starts and nothing "
        "widens: all changes in us.",
        "A ramp that is under way holds where it stands; it goes on by itself when a window opens again.",
        "Of other regions this freeze does not speak: they move as the windows let them.",
        "At any hour one person may stop: throw a kill switch, abort, hold, go back to the former unit, narrow.",
        "Filing, reviewing and signing go on, so that what waits can leave when the freeze ends.",
    )
