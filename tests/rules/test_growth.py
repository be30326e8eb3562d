"""When is a stage's evidence looked at again, and how is it said how it grew?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from types import SimpleNamespace as Taken

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.evidence import Finding
from leverframe.nouns.growth import Against, Grown, Moment
from leverframe.nouns.ramps import Ramp, RampState
from leverframe.rules.evidence.methods import LABELS, ONE_SAMPLE, SEQUENCE
from leverframe.rules.growth import MOST, minute_of, moments_of, standing_in, visits_of
from leverframe.rules.growth_words import ruled_out_since, sentence_of

TEN = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)


def after(minutes: float) -> datetime:
    return TEN + timedelta(minutes=minutes)


def step(minutes: float, kind: str, stage: int, *regions: str) -> Taken:
    return Taken(at=after(minutes), kind=kind, stage=stage, share_percent=10.0, regions=regions)


# ---------------------------------------------------------------------------------------------- moments


@given(st.integers(0, 90 * 1440), st.integers(0, 59), st.integers(0, 1439))
def test_moments_are_few_even_and_end_with_the_last_minute(minutes, seconds, begins):
    since = after(begins)
    until = since + timedelta(minutes=minutes, seconds=seconds)
    moments = moments_of(since, until)
    assert len(moments) <= MOST
    assert moments[-1] == minute_of(until)
    assert list(moments) == sorted(set(moments))
    assert all(moment > minute_of(since) for moment in moments[:-1])
    gaps = {b - a for a, b in pairwise(moments[:-1])}
    assert len(gaps) <= 1


def test_four_hours_are_told_every_ten_minutes_and_now():
    moments = moments_of(after(30.5), after(30.5 + 237))
    assert [moments[0], moments[1], moments[-1]] == [after(40), after(50), after(267)]


# ---------------------------------------------------------------------------------------------- visits

NARROWED = (
    step(0, "promoted", 1, "eu"),
    step(5, "held", 1),
    step(30, "promoted", 2, "eu"),
    step(60, "widened", 2, "us"),
    step(90, "narrowed", 1, "eu", "us"),
    step(120, "promoted", 2, "eu"),
)


def test_a_ramp_that_was_narrowed_has_visited_a_stage_twice():
    visits = visits_of(NARROWED, None)
    assert [(v.stage, v.since, v.until) for v in visits] == [
        (1, after(0), after(30)),
        (2, after(30), after(90)),
        (1, after(90), after(120)),
        (2, after(120), None),
    ]


def test_a_stage_that_was_passed_at_once_is_no_visit():
    steps = [step(0, "promoted", 1), step(30, "promoted", 2), step(30, "settled", 2)]
    assert [visit.stage for visit in visits_of(steps, after(30))] == [1]


def test_in_a_visit_the_bake_counts_from_the_last_region_that_was_reached_by_then():
    ramp = Ramp("CHG-1", "a", RampState.RAMPING, 2, TEN, after(120), "salt", published={"eu": after(120)})
    visit = visits_of(NARROWED, None)[1]
    before, later = (standing_in(ramp, visit, NARROWED, after(minutes)) for minutes in (59, 60))
    assert (before.stage_since, set(before.published)) == (after(30), {"eu"})
    assert (later.stage_since, set(later.published)) == (after(60), {"eu", "us"})


# ---------------------------------------------------------------------------------------------- words


def moment(minutes: float, **more: object) -> Moment:
    given_ = {"finding": Finding.CONTINUE, "estimate": 1.0, "lowest": None, "highest": None, "ruled_out": None}
    counts = {"e_value": 1.0, "candidate_units": 9, "candidate_bad": 1, "control_units": 90, "control_bad": 9}
    return Moment(after(minutes), **{**given_, **counts, **more})  # type: ignore[arg-type]


def ratios(*ruled_out: float | None, bound: float | None = 3.0, **last: object) -> Grown:
    moments = [moment(10 * n, ruled_out=each) for n, each in enumerate(ruled_out[:-1])]
    moments.append(moment(10 * len(moments), ruled_out=ruled_out[-1], **last))
    return Grown("feedback_negative", Against.CURRENT, bound, 40.0, tuple(moments), LABELS)


def said(grown: Grown) -> str:
    return sentence_of(grown, lambda at: f"{at:%H:%M}")


def fall(finding: Finding, lowest: float | None, *, minutes: int = 60, estimate: float | None = 0.06) -> Grown:
    last = moment(10, finding=finding, estimate=estimate, lowest=lowest, highest=lowest and 0.09)
    moments = (moment(0, finding=Finding.PASS), replace(last, minutes=minutes))
    return Grown("groundedness", Against.FALL, 0.04, 240.0, moments, SEQUENCE, "groundedness")


@pytest.mark.parametrize(
    ("grown", "sentence"),
    [
        (
            fall(Finding.PASS, 0.01),
            "groundedness is 0.06 lower than beside it over 60 minutes; it lies between 0.01 lower and 0.09 lower, "
            "and the limit is 0.04 lower",
        ),
        (
            fall(Finding.HARM, None, minutes=11),
            "harm is shown since 10:10: groundedness is 0.06 lower than beside it over 11 minutes, shown by bets on "
            "a fall beyond the limit of 0.04",
        ),
        (
            fall(Finding.NO_DATA, None, minutes=0, estimate=None),
            "groundedness has not been scored in a minute that is well over; the limit is 0.04 lower",
        ),
        (fall(Finding.ERROR, None), "nothing is told of it: its source fails"),
    ],
)
def test_a_mean_is_said_with_its_interval_and_its_limit(grown, sentence):
    assert said(grown) == sentence


def test_what_is_ruled_out_counts_since_it_has_stayed_so():
    grown = ratios(None, 3.0, None, 5.0, 3.0, 2.0, 3.0)
    assert ruled_out_since(grown.moments) == ((after(30), 5.0), (after(40), 3.0))


@pytest.mark.parametrize(
    ("grown", "sentence"),
    [
        (
            ratios(None, None),
            "no ratio of people who met negative feedback is ruled out yet; the stage asks below 3x",
        ),
        (ratios(None, bound=None), "no ratio of people who met negative feedback is ruled out yet"),
        (
            ratios(None, 7.0, 5.0, 5.0),
            "since 10:10 fewer than 7 times as many people met negative feedback; since 10:20 fewer than 5 times; "
            "the stage asks below 3x",
        ),
        (
            ratios(20.0, 3.0, 2.5, 2.0),
            "since 10:00 fewer than 20 times as many people met negative feedback; since 10:10 fewer than 3 times; "
            "since 10:30 fewer than twice",
        ),
        (
            ratios(3.0, 3.0, None, finding=Finding.HARM, lowest=1.5),
            "harm is shown since 10:20: at least 1.5 times as many people met negative feedback",
        ),
        (
            ratios(None, finding=Finding.HARM, lowest=1.0),
            "harm is shown since 10:00: more people met negative feedback",
        ),
        (
            ratios(2.0, finding=Finding.ERROR),
            "the counts do not fit the share of the buckets, so nothing is told of it",
        ),
    ],
)
def test_a_ratio_is_said_by_since_when_what_is_ruled_out(grown, sentence):
    assert said(grown) == sentence


def test_a_rate_is_said_with_its_bounds_and_its_limit():
    rate = Grown(
        "error", Against.LIMIT, 0.01, 120.0, (moment(0, estimate=0.004, lowest=0.001, highest=0.012),), ONE_SAMPLE
    )
    assert said(rate) == (
        "0.4 % of people met an error at their first call; "
        "the rate lies between 0.1 % and 1.2 %, and the limit is 1 %"
    )
    nobody = Grown("error", Against.LIMIT, 0.01, 120.0, (moment(0, estimate=None),), ONE_SAMPLE)
    assert said(nobody) == "nobody has been served the candidate yet; the limit is 1 %"
