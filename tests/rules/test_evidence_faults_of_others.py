"""Are the faults that other analyses of canaries are known for ours? One by one, with the step that follows."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.calendar import Calendar, Subject, Window
from leverframe.nouns.evidence import CellCounts, Finding, StageCounts, StageReading
from leverframe.nouns.ramps import (
    Clause,
    Floor,
    Hold,
    LimitKind,
    Promote,
    Ramp,
    RampPlan,
    RampState,
    RollBack,
    Slo,
    Stage,
    Stay,
    Step,
)
from leverframe.rules.ramping import next_step
from leverframe.rules.readings import read_stage
from leverframe.rules.standing import RampFacts

BEGAN = datetime(2026, 5, 13, 9, 0, tzinfo=UTC)
ALWAYS_OPEN = Calendar("UTC", {}, (Window("always", frozenset(range(7)), time(0), time(0)),))
SUPPORT = Subject("customer-support", "medium", "prompt")
FEEDBACK, ERROR = "feedback_negative", "error"
LIMIT = (Slo("error_rate_max", ERROR, LimitKind.RATE, 0.05),)


def plan(*floors: str, slos: tuple[Slo, ...] = LIMIT) -> RampPlan:
    """Stand at 10 % for an hour, and wait two for the proof of these floors."""
    stage = Stage((Clause(10),), 60, slos, tuple(Floor(name, 3.0) for name in floors), 120)
    return RampPlan((stage, Stage((Clause(100),), 0)))


def cell(mine: int = 400, theirs: int = 3_600, **bad: tuple[int, int]) -> CellCounts:
    """Count who met each event, in either arm, all of them at their first call."""
    candidate, control = ({name: pair[arm] for name, pair in bad.items()} for arm in (0, 1))
    return CellCounts(0.1, mine, theirs, candidate, control, candidate, control)


def read(of: RampPlan, *cells: CellCounts, after: float = 60.0) -> StageReading:
    counts = [StageCounts(1, {f"{place}|everyone": found for place, found in enumerate(cells)})] if cells else []
    now = BEGAN + timedelta(minutes=after)
    return read_stage(of, 1, counts, alpha=0.05, beta=0.05, stage_minutes=after, now=now)


def follows(of: RampPlan, reading: StageReading | None, after: float = 60.0) -> Step:
    """Ask what follows in an open window, so many minutes after the stage began."""
    ramp = Ramp("CHG-1", SUPPORT.target, RampState.RAMPING, 1, BEGAN, BEGAN, "salt", {"eu": BEGAN})
    facts = RampFacts(of, ALWAYS_OPEN, SUPPORT, ("eu",), reading, BEGAN + timedelta(days=90), 10.0, 48.0, False)
    return next_step(ramp, facts, BEGAN + timedelta(minutes=after))


def test_a_harmless_stage_that_is_proved_goes_on_so_that_the_others_here_mean_something():
    of = plan(FEEDBACK)
    assert isinstance(follows(of, read(of, cell(feedback_negative=(20, 180)))), Promote)


NOTHING = [(), (cell(0, 0),), (cell(0, 40),), (cell(0, 0, feedback_negative=(0, 0)),)]


@pytest.mark.parametrize("cells", NOTHING)
@pytest.mark.parametrize("after", [0.0, 60.0, 119.0, 120.0, 100_000.0])
@pytest.mark.parametrize("floors", [(), (FEEDBACK,)])
def test_a_stage_in_which_nothing_was_measured_neither_succeeds_nor_fails(cells, after, floors):
    of = plan(*floors)
    step = follows(of, read(of, *cells, after=after), after)
    assert isinstance(step, Stay if after < 60 else Hold)


def test_no_reading_at_all_neither_succeeds_nor_fails():
    assert isinstance(follows(plan(), None), Hold)


def test_a_guardrail_that_knows_nothing_is_not_outvoted_by_those_that_are_sure():
    of = plan(FEEDBACK, ERROR)
    found = read(of, cell(feedback_negative=(20, 180)))
    assert [r.finding for r in found.readings if r.floor] == [Finding.PASS, Finding.CONTINUE]
    assert found.finding is Finding.CONTINUE
    assert isinstance(follows(of, found), Stay)


def test_a_baseline_of_zero_hides_no_harm():
    of = plan(FEEDBACK)
    found = read(of, cell(feedback_negative=(30, 0)))
    assert found.finding is Finding.HARM
    assert "more people met negative feedback on the candidate" in found.because
    assert isinstance(follows(of, found), RollBack)


@given(st.integers(1, 400), st.integers(1, 1000))
def test_harm_is_not_covered_by_an_error_of_the_measurement(bad, lost):
    """Harm was shown by the candidate's own limit; that the other arm's outcomes are lost takes nothing from it."""
    of = plan(FEEDBACK)
    sound, unsound = cell(error=(60 + bad // 4, 2)), cell(theirs=lost, error=(60 + bad // 4, 0))
    for cells in ((sound,), (unsound,)):
        found = read(of, *cells)
        assert found.finding is Finding.HARM
        assert isinstance(follows(of, found), RollBack)


def test_looking_again_and_again_at_what_is_inconclusive_never_promotes_it():
    """Traffic has stopped: the same counts are read each minute for three days."""
    of, stuck = plan(FEEDBACK), cell(mine=40, theirs=360, feedback_negative=(1, 9))
    for minutes in range(60, 3 * 1440, 7):
        step = follows(of, read(of, stuck, after=minutes), minutes)
        assert isinstance(step, Stay) if minutes < 120 else isinstance(step, Hold) and step.page
        assert not isinstance(step, Promote | RollBack)


def test_what_was_inconclusive_goes_on_by_itself_when_its_evidence_has_come():
    of = plan(FEEDBACK)
    late = follows(of, read(of, cell(mine=40, theirs=360, feedback_negative=(1, 9)), after=200), 200)
    assert isinstance(late, Hold)
    assert isinstance(follows(of, read(of, cell(feedback_negative=(20, 180)), after=201), 201), Promote)


@given(st.integers(0, 40), st.integers(1, 10))
def test_an_outage_that_both_arms_meet_alike_is_no_harm_of_the_candidate(mine, times):
    """A provider's bad hour: up to everybody is hit, by the share of the buckets."""
    hit = min(400, mine * times)
    for slos in ((), LIMIT):
        of = plan(ERROR, slos=slos)
        found = read(of, cell(error=(hit, 9 * hit)))
        assert found.finding is not Finding.HARM
        assert not isinstance(follows(of, found), RollBack)


def test_one_bad_look_after_another_by_chance_alone_rolls_nothing_back():
    """Twice as many for the first fifteen looks, of so few people that it may be chance."""
    of = plan(FEEDBACK)
    for look in range(1, 16):
        found = read(
            of, cell(10 * look, 90 * look, feedback_negative=((look + 3) // 4 * 2 - 1, 9 * ((look + 3) // 4)))
        )
        assert isinstance(follows(of, found, look), Stay)
