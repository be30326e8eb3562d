"""Does the time of a change add up, whatever has happened to it?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.tickets import TEN, change

from leverframe.nouns.changes import CloseCode, Review
from leverframe.rules.spent_time import NAMES, Milestones, spent_time

FILED = TEN.replace(day=12)


def at(hours: float) -> datetime:
    return FILED + timedelta(hours=hours)


def reached(
    written=(),
    signed=(),
    is_signed: bool = False,
    steps: tuple[tuple[float, str], ...] = (),
    closed: float | None = None,
) -> Milestones:
    return Milestones(
        written=[at(hours) for hours in written],
        signed=[at(hours) for hours in signed],
        is_signed=is_signed,
        steps=[(at(hours), kind) for hours, kind in steps],
        closed_at=None if closed is None else at(closed),
    )


WHOLE = reached((1, 2), (3, 4), True, ((24, "started"), (24.5, "promoted"), (52, "settled")), 97.0)
STORIES = [
    ("filed", reached((1,)), 5, (5,)),
    ("one has signed", reached((1,), (3,)), 5, (1, 4)),
    ("all have", reached((1,), (3, 4), True), 5, (1, 3, 1)),
    ("an edit after signing voids it", reached((1, 4.5)), 5, (5,)),
    ("it ramps", reached((1,), (3,), True, ((24, "started"),)), 30, (1, 2, 21, 6)),
    ("no seat is asked for", reached((1,), (), True, ((24, "started"),)), 25, (1, 23, 0, 1)),
    ("rolled back", reached((1,), (3,), True, ((24, "started"), (25, "rolled_back"))), 27, (1, 2, 21, 1, 2)),
    ("closed, long ago", WHOLE, 999, (2, 2, 20, 28, 45)),
    ("canceled before anybody signed", reached((1,), closed=6.0), 999, (6,)),
]


@pytest.mark.parametrize(("story", "now", "hours"), [row[1:] for row in STORIES], ids=[row[0] for row in STORIES])
def test_where_the_time_went(story: Milestones, now: float, hours: tuple[float, ...]):
    """Preparing, sign-offs, window, ramp, watch and review: as far as it has come."""
    spent = spent_time(change(filed_at=FILED), story, at(now))
    assert [part.name for part in spent.parts] == list(NAMES[: len(hours)])
    assert [part.minutes / 60 for part in spent.parts] == pytest.approx(hours)
    assert (spent.parts[-1].ended_at is None) == (story.closed_at is None)


def test_the_handbooks_four_days_and_four_hours():
    """Filed on Monday at ten, closed on Friday: 97 hours elapsed, four of work."""
    review = Review("remi", at(96), CloseCode.SUCCESSFUL, "The metrics held.", 4.0)
    spent = spent_time(change(filed_at=FILED, review=review), WHOLE, at(999))
    assert (spent.elapsed_minutes / 60, spent.active_hours, spent.told_by) == (97, 4.0, "remi")


def test_holds_are_added_up_until_something_else_happens():
    steps = ((24, "started"), (25, "held"), (26, "held"), (27, "hold_ended"), (30, "held"))
    assert spent_time(change(filed_at=FILED), reached(steps=steps), at(31)).held_minutes == 180


moments = st.lists(st.floats(0, 200), max_size=4)


@given(
    moments,
    moments,
    st.booleans(),
    st.lists(st.floats(0, 200), max_size=3).map(sorted),
    st.none() | st.floats(0, 300),
)
def test_phases_follow_each_other_without_gaps_and_add_up(written, signed, is_signed, begun, closed):
    kinds = ("started", "promoted", "settled")
    story = reached(written, signed, is_signed, tuple(zip(begun, kinds, strict=False)), closed)
    spent = spent_time(change(filed_at=FILED), story, at(300))
    assert [part.name for part in spent.parts] == list(NAMES[: len(spent.parts)])
    assert spent.parts[0].began_at == FILED
    for one, following in zip(spent.parts, spent.parts[1:], strict=False):
        assert one.ended_at == following.began_at
    assert sum(part.minutes for part in spent.parts) == pytest.approx(spent.elapsed_minutes)
