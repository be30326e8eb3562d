"""Do people come as an earlier ramp counted them, minute by minute, and again after its last?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.rehearsed import FEEDBACK, question

from leverframe.nouns.evidence import CellCounts
from leverframe.nouns.recordings import EMPTY, CountedMinute, RecordedArm, RecordedMinute, Recording, Stood
from leverframe.rules.recorded_people import AsItWas, AsRecorded
from leverframe.rules.recordings import (
    CANDIDATE,
    CONTROL,
    Rates,
    next_turn,
    place,
    recording_of,
    traffic_of,
)
from leverframe.rules.rehearsed_people import Came, Harm, Part
from leverframe.rules.rehearsing import ROLLED_BACK, SETTLED, rehearse

TEN = datetime(2026, 5, 13, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SHORT, DAY = 60, 1500


def minute(people: int, mine: float = 0.05, theirs: float = 0.05, share: float = 0.1) -> RecordedMinute:
    candidate, control = round(people * share), people - round(people * share)
    arms = [RecordedArm(n, {FEEDBACK: round(n * rate)}) for n, rate in ((candidate, mine), (control, theirs))]
    return RecordedMinute(float(people), arms[0], arms[1])


def recording(*minutes: RecordedMinute) -> Recording:
    return Recording("CHG-2026-00001", TEN, minutes, frozenset({FEEDBACK}))


def rates(*minutes: RecordedMinute, **said: float) -> Rates:
    return Rates(recording(*minutes), said)


# ------------------------------------------------------------------------------------------ which minute comes


PLACES = [
    (SHORT, 0, 0), (SHORT, 59, 59), (SHORT, 60, 0), (SHORT, 125, 5), (SHORT, 600, 0),
    (DAY, 1499, 1499), (DAY, 1500, 60), (DAY, 2939, 1499), (DAY, 2940, 60),
]  # fmt: skip


@pytest.mark.parametrize(("length", "asked", "found"), PLACES)
def test_after_the_last_minute_they_come_round_again_by_whole_days_where_there_is_one(
    length: int, asked: int, found: int
):
    assert place(length, asked) == found


@given(st.integers(1, 5000), st.integers(0, 50_000))
def test_no_minute_lies_outside_and_between_two_turns_they_follow_one_another(length: int, asked: int):
    here, turn = place(length, asked), next_turn(length, asked)
    assert 0 <= here < length
    assert asked < turn
    if asked + 1 < turn:
        assert place(length, asked + 1) == here + 1
    if length >= 1440:
        assert (asked - here) % 1440 == 0


# ------------------------------------------------------------------------------------------ how often


def test_a_rate_is_that_of_the_minute_where_enough_people_were_there():
    known = rates(minute(4000, mine=0.05, theirs=0.05), minute(4000, mine=0.20, theirs=0.10))
    assert known.rate(FEEDBACK, CANDIDATE, 1, 2) == 0.20
    assert known.rate(FEEDBACK, CONTROL, 1, 2) == 0.10


def test_few_people_are_told_with_those_of_the_minutes_near():
    known = rates(*[minute(100, mine=rate, theirs=0.05) for rate in (0.0, 1.0) * 30])
    assert known.rate(FEEDBACK, CANDIDATE, 30, 31) == pytest.approx(0.5, abs=0.05)


def test_a_candidate_of_whom_nobody_is_near_is_as_its_control():
    alone = RecordedMinute(300.0, RecordedArm(0, {}), RecordedArm(300, {FEEDBACK: 30}))
    assert rates(*[alone] * 3).rate(FEEDBACK, CANDIDATE, 0, 1) == pytest.approx(0.1)


def test_what_is_said_of_a_guardrail_stands_in_for_what_was_counted():
    assert rates(minute(1000), feedback_negative=0.4).rate(FEEDBACK, CONTROL, 0, 1) == 0.4


def test_a_recording_is_a_traffic_its_unknown_hours_as_all_were_on_average():
    told = traffic_of(rates(*[minute(300)] * 60, *[minute(100)] * 60), "UTC")
    assert (told.units_per_minute[10], told.units_per_minute[11], told.units_per_minute[3]) == (300.0, 100.0, 200.0)
    assert told.bad_rate[FEEDBACK] == pytest.approx(0.05, abs=0.01)


# ------------------------------------------------------------------------------------------ who comes


PARTS = [Part("uk|x", 0.5, 0.1), Part("de|x", 0.25, 0.5)]


def came(people: AsRecorded | AsItWas, minutes: int, parts: list[Part] = PARTS) -> list[Came]:
    return list(people.come(parts, TEN, TEN, TEN + minutes * MINUTE))


def test_as_many_come_as_were_counted_and_no_more_of_a_part_than_live_there():
    told = came(AsRecorded(rates(*[minute(1000)] * 60), Harm(), Random(1)), 60)
    cells = told[0].cells
    uk, de = (cells[name].candidate_units + cells[name].control_units for name in ("uk|x", "de|x"))
    assert (uk, de) == (30_000, 15_000)
    assert cells["uk|x"].candidate_units == pytest.approx(3000, rel=0.1)
    assert cells["de|x"].candidate_units == pytest.approx(7500, rel=0.1)


KINDS = [
    ("no harm: both as the control", Harm(), False, 0.05),
    ("the stated harm: so many times the control", Harm(FEEDBACK, 3.0), False, 0.15),
    ("as it was counted: each as its own arm", Harm(), True, 0.30),
]


@pytest.mark.parametrize(("why", "harm", "as_counted", "expected"), KINDS, ids=[row[0] for row in KINDS])
def test_how_often_the_candidates_people_meet_it(why: str, harm: Harm, as_counted: bool, expected: float):
    people = AsRecorded(rates(*[minute(2000, mine=0.30)] * 60), harm, Random(2), as_counted)
    cell = came(people, 60, [Part("all", 1.0, 0.5)])[0].cells["all"]
    assert cell.candidate_bad[FEEDBACK] / cell.candidate_units == pytest.approx(expected, rel=0.1)
    assert cell.control_bad[FEEDBACK] / cell.control_units == pytest.approx(0.05, rel=0.1)


def test_a_harm_that_begins_later_is_not_there_before():
    people = AsRecorded(rates(*[minute(2000)] * 60), Harm(FEEDBACK, 4.0, after_minutes=30.0), Random(2))
    early, late = (
        next(iter(people.come([Part("all", 1.0, 0.5)], TEN, TEN + n * MINUTE, TEN + (n + 20) * MINUTE)))
        for n in (0, 30)
    )
    assert early.harmed == 0
    assert late.harmed > 1000


def test_as_it_was_takes_the_very_counts_at_their_share_and_draws_at_any_other():
    cell = CellCounts(0.1, 100, 900, {FEEDBACK: 7}, {FEEDBACK: 41}, {FEEDBACK: 3}, {FEEDBACK: 20})
    proof = CellCounts(0.1, 150, 1300, {FEEDBACK: 9}, {FEEDBACK: 60})
    was = replace(minute(1000), parts={("uk|x", 0.1): cell}, proof={("uk|x", 0.1): proof})
    people = AsItWas(AsRecorded(rates(*[was] * 5), Harm(), Random(1), as_counted=True))
    told = came(people, 3)
    assert [each.cells["uk|x"] for each in told] == [cell] * 3
    assert [each.proof for each in told] == [{"uk|x": proof}] * 3
    assert [(each.since, each.until) for each in told] == [
        (TEN + n * MINUTE, TEN + (n + 1) * MINUTE) for n in (0, 1, 2)
    ]
    assert (people.taken, people.drawn) == (300, sum(each.cells["de|x"].candidate_units for each in told))


def test_it_is_looked_where_the_recording_ends_and_where_the_recorded_ramp_stepped():
    people = AsItWas(AsRecorded(rates(*[minute(10)] * 90), Harm(), Random(1)), (timedelta(minutes=30, seconds=20),))
    assert people.turns(TEN, TEN) == TEN + timedelta(minutes=30, seconds=20)
    assert people.turns(TEN, TEN + timedelta(minutes=31)) == TEN + timedelta(minutes=90)


def test_seconds_of_the_beginning_count_no_minute_twice():
    was = replace(minute(10), parts={("uk|x", 0.1): CellCounts(0.1, 1, 4)})
    begun, people = TEN + timedelta(seconds=20), AsItWas(AsRecorded(rates(*[was] * 90), Harm(), Random(1)))
    ends = [begun, begun + timedelta(seconds=30), begun + 5 * MINUTE, TEN + 7 * MINUTE]
    told = [len(list(people.come(PARTS, begun, *pair))) for pair in pairwise(ends)]
    assert told == [0, 5, 2]


# ------------------------------------------------------------------------------------------ out of the counts


def counted(at: datetime, share: float = 0.1, units: int = 100, part: str = "uk|x") -> CountedMinute:
    cell = CellCounts(
        share, units // 10, units - units // 10, {FEEDBACK: 2}, {FEEDBACK: 8}, {FEEDBACK: 1}, {FEEDBACK: 4}
    )
    return CountedMinute(at, {(part, share): cell}, {})


def test_a_recording_is_whole_and_people_are_scaled_by_who_was_counted():
    stood = [Stood(TEN, 1, "uk|x", 0.1), Stood(TEN, 1, "de|x", 0.0), Stood(TEN + 3 * MINUTE, 1, "de|x", 0.1)]
    minutes = [counted(TEN), counted(TEN + 3 * MINUTE), counted(TEN + 9 * MINUTE)]
    weights = {"uk|x": 0.5, "de|x": 0.5}
    told = recording_of("CHG", TEN, TEN + 4 * MINUTE, minutes, stood, weights, ("error",))
    assert told is not None
    assert [each.people for each in told.minutes] == [200.0, 0.0, 0.0, 100.0, 0.0]
    assert told.minutes[1] is EMPTY
    assert told.counted == {FEEDBACK, "error"}
    assert told.first_calls == {FEEDBACK: 0.5}


def test_where_everybody_has_the_candidate_people_are_counted_and_nothing_is_compared():
    told = recording_of("CHG", TEN, TEN, [counted(TEN, share=1.0)], [Stood(TEN, 1, "uk|x", 1.0)], {"uk|x": 1.0}, ())
    assert told is not None
    assert (told.minutes[0].people, told.minutes[0].candidate.units) == (100.0, 0)


def test_a_ramp_that_has_counted_nobody_has_no_recording():
    assert recording_of("CHG", TEN, TEN + 9 * MINUTE, [], [], {}, (FEEDBACK,)) is None


# ------------------------------------------------------------------------------------------ whole ramps


def test_a_ramp_on_recorded_minutes_settles_without_harm_and_is_rolled_back_with_it():
    known = rates(*[minute(500)] * 120)
    ends = {ratio: rehearse(question(), AsRecorded(known, Harm(FEEDBACK, ratio), Random(1))) for ratio in (1.0, 4.0)}
    assert (ends[1.0].ended, ends[1.0].minutes) == (SETTLED, 150.0)
    assert (ends[4.0].ended, ends[4.0].guardrail) == (ROLLED_BACK, FEEDBACK)


def test_harmless_runs_on_uneven_minutes_are_rolled_back_no_more_often_than_promised():
    """What people meet triples at times, in both arms alike; alpha is 5 %, half of it the comparisons'."""
    uneven = [
        minute(100 + 40 * (n % 20), mine=rate, theirs=rate) for n in range(90) for rate in [0.03 + 0.06 * (n % 2)]
    ]
    known, short = rates(*uneven), question(bakes=(20, 30, 30))
    wrong = sum(rehearse(short, AsRecorded(known, Harm(), Random(n))).ended == ROLLED_BACK for n in range(120)) / 120
    assert wrong <= 0.025 + 3 * (0.025 * 0.975 / 120) ** 0.5


def test_the_first_minute_of_harm_is_found_between_two_looks():
    """In a bake of a day one looks each half hour; harm that is as it was is told to the minute."""
    calm, harm = (replace(each, parts={("uk|everyone", 0.01): few(each)}) for each in (minute(500), minute(500, 0.6)))
    people = AsItWas(AsRecorded(rates(*[calm] * 100, *[harm] * 500), Harm(), Random(1), as_counted=True))
    run = rehearse(question(bakes=(1440, 60, 60)), people)
    assert run.ended == ROLLED_BACK
    assert 100 < run.minutes < 130
    assert run.minutes % 30 != 0


def few(was: RecordedMinute) -> CellCounts:
    """Return a minute's people where one in a hundred has the candidate."""
    bad = {FEEDBACK: round(5 * was.candidate.bad[FEEDBACK] / was.candidate.units)}
    return CellCounts(0.01, 5, 495, bad, {FEEDBACK: 25})


def test_once_they_come_round_again_people_are_drawn_for_the_same_people_twice_prove_nothing():
    was = replace(minute(1000), parts={("uk|x", 0.1): CellCounts(0.1, 100, 900)})
    people = AsItWas(AsRecorded(rates(*[was] * 60), Harm(), Random(1), as_counted=True))
    told = list(people.come([PARTS[0]], TEN, TEN, TEN + 60 * MINUTE))
    again = list(people.come([PARTS[0]], TEN, TEN + 60 * MINUTE, TEN + 90 * MINUTE))
    assert (len(told), people.taken) == (60, 6000)
    assert (len(again), people.drawn) == (1, again[0].exposed)
    assert again[0].until == TEN + 90 * MINUTE
