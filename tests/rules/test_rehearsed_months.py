"""Is it said in one plain phrase how what would be differs from what was?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leverframe.rules.rehearsed_months import Difference, Evidence, Kind, Reached, Row, Went, differs, totals

TEN = datetime(2026, 5, 13, 9, tzinfo=UTC)


def ramp(ended: str, steps: str = "0 30 270", minutes: float = 1710.0, guardrail: str = "", **more) -> Went:
    """Return a ramp that reached its stages after so many minutes, and ended after so many."""
    shares = (1.0, 10.0, 50.0)
    reached = tuple(
        Reached(TEN + timedelta(minutes=float(at)), stage, shares[stage - 1])
        for stage, at in enumerate(steps.split(), start=1)
    )
    waits = ("", "bake", "window")
    return Went(ended, TEN, TEN + timedelta(minutes=minutes), minutes, reached, guardrail, **{"waits": waits, **more})


SETTLED = ramp("settled")
BACK = ramp("rolled_back", "0 30", 64.0, "error")
TABLE = [
    (SETTLED, SETTLED, Kind.SAME, "as it was"),
    (SETTLED, ramp("settled", minutes=1711.5), Kind.SAME, "as it was"),
    (SETTLED, ramp("settled", "0 30 1470", 3150.0), Kind.LATER, "settles 1 d later: window"),
    (SETTLED, ramp("settled", "0 60 300", 1740.0), Kind.LATER, "settles 30 min later: bake"),
    (SETTLED, ramp("settled", "0 60 300", 1740.0, waits=("", "evidence", "bake")), Kind.LATER,
     "settles 30 min later: evidence"),
    (SETTLED, ramp("settled", "60 90 330", 1770.0), Kind.LATER, "settles 1 h later: it begins later"),
    (SETTLED, ramp("settled", "0 20 260", 1650.0), Kind.SOONER, "settles 1 h sooner"),
    (SETTLED, ramp("rolled_back", "0 30", 190.0, "feedback_negative"), Kind.OTHERWISE,
     "settled; would be rolled back on feedback negative after 3 h 10 min"),
    (SETTLED, ramp("stands", "0 30", 20160.0), Kind.OTHERWISE,
     "settled; would stand at 10 % to the end of its ticket"),
    (SETTLED, ramp("stands", "", 0.0), Kind.OTHERWISE, "settled; would not begin"),
    (BACK, BACK, Kind.SAME, "as it was"),
    (BACK, ramp("rolled_back", "0 30", 30.0, "error"), Kind.SOONER, "rolled back 34 min sooner"),
    (BACK, ramp("rolled_back", "0 30", 94.0, "slow"), Kind.LATER, "rolled back 30 min later, on slow"),
    (BACK, ramp("rolled_back", "0 30", 64.0, "slow"), Kind.OTHERWISE, "rolled back as soon, on slow"),
    (BACK, SETTLED, Kind.OTHERWISE, "was rolled back on error; would settle after 1 d 4 h"),
    (ramp("aborted", minutes=60.0, by="sol"), SETTLED, Kind.OTHERWISE,
     "was aborted by sol; would settle after 1 d 4 h"),
    (ramp("ramping", minutes=60.0), BACK, Kind.OPEN, "is under way; would be rolled back on error after 1 h 4 min"),
    (None, SETTLED, Kind.AHEAD, "would settle after 1 d 4 h"),
]  # fmt: skip


@pytest.mark.parametrize(("was", "would", "kind", "text"), TABLE, ids=[row[3] for row in TABLE])
def test_the_difference_is_one_phrase(was: Went | None, would: Went, kind: Kind, text: str):
    assert differs(was, would) == Difference(kind, text)


def test_totals_count_each_row_once_by_how_it_differs_and_by_how_it_would_end():
    def row(would: Went | None, kind: Kind) -> Row:
        return Row("CHG", "a title", "a target", Evidence.RECORDED, None, would, Difference(kind, ""))

    told = totals(
        [row(SETTLED, Kind.SAME), row(SETTLED, Kind.LATER), row(BACK, Kind.SAME), row(None, Kind.NOT_PLAYED)]
    )
    assert told.changes == 4
    assert dict(told.kinds) == {Kind.SAME: 2, Kind.LATER: 1, Kind.NOT_PLAYED: 1}
    assert dict(told.ends) == {"settled": 2, "rolled_back": 1}
