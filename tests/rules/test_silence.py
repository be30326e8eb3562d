"""Is a silence told from what was usual?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leverframe.nouns.evidence import CellCounts
from leverframe.nouns.minutes import Heard
from leverframe.rules.evidence.silence import heard_with, silent_calls, silent_metric

AT = datetime(2026, 5, 13, 10, tzinfo=UTC)
ONE = (1, 0.9, 0.81)


def after(minutes):
    return AT + timedelta(minutes=minutes)


# in how many minutes, over how long, and how long nothing since then -> is it missed?
USUAL = [
    (10, 10, 10, False),
    (10, 10, 11, True),
    (9, 9, 600, False),
    (10, 50, 50, False),
    (10, 50, 51, True),
    (60, 600, 100, False),
    (60, 600, 101, True),
    (1000, 1000, 11, True),
]


@pytest.mark.parametrize(("minutes", "span", "quiet", "missed"), USUAL)
def test_it_is_missed_after_ten_times_its_usual_gap_and_ten_minutes_at_least(minutes, span, quiet, missed):
    heard = Heard(minutes, AT, after(span - 1))
    now = after(span + quiet)
    assert bool(silent_calls({"cost_usd": (heard, None)}, now, is_shared=False)) is missed
    assert bool(silent_metric({"tone": (heard, None)}, "tone", now, beside=False)) is missed


def test_whoever_falls_silent_is_named_with_how_long():
    spoke, speaks = Heard(30, AT, after(29)), Heard(60, AT, after(59))
    both = {"cost_usd": (speaks, spoke), "tone": (spoke, speaks)}
    now = after(60)
    assert silent_calls(both, now, is_shared=True) == (
        "no call that was answered beside the candidate was heard of for 30 minutes"
    )
    assert silent_calls(both, now, is_shared=False) == ""
    assert silent_metric(both, "tone", now, beside=True) == "no tone of the candidate was told for 30 minutes"
    assert silent_metric({"tone": (speaks, spoke)}, "tone", now, beside=True).startswith("no tone from beside")
    assert silent_metric({}, "tone", now, beside=True) == ""


def test_what_was_never_heard_of_is_not_missed_here():
    """That is said by the reading itself: nobody was served, or nothing was scored."""
    assert silent_calls({}, AT, is_shared=True) == ""


def test_each_minute_is_taken_in_by_arm():
    heard = heard_with(
        {}, AT, {"uk|everyone": CellCounts(0.1, candidate_sums={"cost_usd": ONE})}, frozenset({"tone"})
    )
    both = {"cost_usd": ONE, "tone": ONE}
    cells = {"uk|everyone": CellCounts(0.1), "eu|everyone": CellCounts(0.1, candidate_sums=both, control_sums=both)}
    heard = heard_with(heard, after(3), cells, frozenset({"tone"}))
    assert heard == {
        "cost_usd": (Heard(2, AT, after(3)), Heard(1, after(3), after(3))),
        "tone": (Heard(1, after(3), after(3)), Heard(1, after(3), after(3))),
    }
