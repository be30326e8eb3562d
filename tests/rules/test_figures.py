"""Are somebody's own figures put into minutes, and is each row that cannot be said with its number?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.world import faults_of

from leverframe.nouns.metrics import MetricInterval
from leverframe.nouns.recordings import EMPTY, Figure, RecordedArm
from leverframe.rules.figures import recording_of_figures

TEN = datetime(2026, 5, 13, 10, tzinfo=UTC)


def figure(row: int, minute: int, arm: str, n: int, total: float, guardrail: str = "error", **more) -> Figure:
    return Figure(row, guardrail, MetricInterval(TEN + timedelta(minutes=minute), arm, n, total, **more))


def test_minutes_are_put_one_after_the_other_with_the_gaps_between():
    rows = [figure(1, 0, "candidate", 10, 1), figure(2, 0, "control", 90, 4), figure(3, 2, "control", 80, 0)]
    told = recording_of_figures("last month", rows)
    assert [each.people for each in told.minutes] == [100.0, 0.0, 80.0]
    assert told.minutes[1] is EMPTY
    assert (told.minutes[0].candidate, told.minutes[0].control) == (
        RecordedArm(10, {"error": 1}), RecordedArm(90, {"error": 4}),
    )  # fmt: skip
    assert (told.begins, told.counted) == (TEN, {"error"})


def test_a_guardrail_that_tells_of_fewer_people_tells_of_a_part_of_them():
    rows = [figure(1, 0, "control", 100, 2), figure(2, 0, "control", 20, 5, "feedback_negative")]
    assert recording_of_figures("x", rows).minutes[0].control == RecordedArm(
        100, {"error": 2, "feedback_negative": 25}
    )


def test_cells_are_added_up():
    rows = [
        figure(1, 0, "control", 10, 1, region="uk", ring="x"),
        figure(2, 0, "control", 20, 1, region="de", ring="x"),
    ]
    assert recording_of_figures("x", rows).minutes[0].control == RecordedArm(30, {"error": 2})


def test_every_row_at_fault_is_said_with_its_number():
    rows = [
        figure(1, 0, "candidate", 10, 11),
        figure(2, 0, "baseline", 10, 1),
        figure(3, 0, "control", -1, 0),
        figure(4, 0, "control", 10, 1.5),
        figure(5, 1, "control", 10, 1),
        figure(6, 1, "control", 10, 1),
        Figure(7, "error", MetricInterval(TEN + timedelta(seconds=30), "control", 10, 1)),
    ]
    faults = faults_of(lambda: recording_of_figures("x", rows))
    assert set(faults) == {f"figures, row {n}" for n in (1, 2, 3, 4, 6, 7)}
    assert faults["figures, row 6"] == "error at 2026-05-13 10:01 UTC: the control arm is told twice"


def test_figures_of_nobody_and_of_more_than_a_quarter_are_refused():
    assert "figures" in faults_of(lambda: recording_of_figures("x", [figure(1, 0, "control", 0, 0)]))
    far = [figure(1, 0, "control", 5, 0), figure(2, 91 * 1440, "control", 5, 0)]
    assert "90 days" in faults_of(lambda: recording_of_figures("x", far))["figures"]
