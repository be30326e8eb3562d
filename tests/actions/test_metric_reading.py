"""Do outside metrics reach a ramp's reading, each value once, whoever asks and however the source fails?"""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from functools import cache

import pytest
from sqlalchemy import select
from tests.prometheus import running
from tests.sources import measuring
from tests.sources.measuring import CHANGE, samples
from tests.world import TUESDAY, World, acme

from leverframe.actions import looks, metric_reading
from leverframe.actions.metric_reading import Measuring
from leverframe.nouns.evidence import Finding
from leverframe.nouns.metrics import WHOLE_RAMP, MetricAnswer, MetricInterval
from leverframe.nouns.verdicts import SourceFailed
from leverframe.rules.metric_rows import checked
from leverframe.sources.metrics import MetricSources, NoAnswer
from leverframe.sources.policies import read_bundle
from leverframe.store import outcomes, past
from leverframe.store.counted import interval_counts

METRIC = """
metrics:
  resolved_share:
    better: higher
    file: resolved.csv
"""
SLO = "      eval_groundedness_drift_max: 0.04\n"


@cache
def measured_policy():
    """Return the example's policy with one outside metric, which the support ramp limits in every stage."""
    files = dict(acme()[1])
    files["policy.yaml"] += METRIC
    path = "rollouts/customer-support-ai.yaml"
    files[path] = files[path].replace(SLO, f"{SLO}      resolved_share_drop_max: 0.1\n", 1)
    policy, faults = read_bundle(files, today=TUESDAY.date())
    assert policy is not None, faults
    return policy, files


class Source:
    """A source that says of each minute what it is given, checked as every answer is; or fails."""

    def __init__(self) -> None:
        self.asked, self.fails, self.rows = [], "", lambda minute: both(minute)
        self.failure = SourceFailed
        self.waits = threading.Event()
        self.waits.set()

    def read(self, metric, asked) -> MetricAnswer:
        self.asked.append(asked)
        self.waits.wait(10)
        if self.fails:
            raise self.failure(self.fails, permanent=False)
        minutes = (asked.first + timedelta(minutes=n) for n in range(2000))
        rows = [row for minute in minutes if minute < asked.end for row in self.rows(minute)]
        return checked(metric, asked, rows)


def both(minute, candidate=0.9, control=0.9, n=50, **place):
    """Say of one minute that each arm had so many calls with such a mean."""
    return [
        MetricInterval(minute, arm, n, mean * n, mean * n, **place)
        for arm, mean in (("candidate", candidate), ("control", control))
    ]


@pytest.fixture
def source(world: World) -> Source:
    """The source of a house whose support ramp is limited by an outside metric."""
    world.enforce(*measured_policy())
    one = Source()
    world.runner.measuring = Measuring(one)  # pyright: ignore[reportArgumentType]
    return one


def minutes(world: World, count: int) -> None:
    """Let the clock go on minute by minute."""
    for _ in range(count):
        world.clock.advance(timedelta(minutes=1))
        world.round()


def reading(world: World, change):
    """Return what is read of the metric now."""
    with world.store.read() as db:
        look = looks.look(world.house, db, world.change(change), world.ramp(change), world.now)
    assert look.reading is not None
    return next(each for each in look.reading.readings if each.guardrail == "resolved_share")


def counted(world: World, change) -> dict[str, int]:
    """Return how many values each arm of the present stage has."""
    with world.store.read() as db:
        here = outcomes.counts(db, change.id)[-1]
    cell = here.cells[WHOLE_RAMP]
    sums = {"candidate": cell.candidate_sums, "control": cell.control_sums}
    return {arm: sums[arm].get("resolved_share", (0, 0.0, 0.0))[0] for arm in sums}


def test_what_a_source_says_is_counted_and_read(world, source):
    change = world.ramping()
    world.outcomes(change)
    minutes(world, 5)
    assert counted(world, change) == {"candidate": 200, "control": 200}
    assert reading(world, change).finding is Finding.CONTINUE
    minutes(world, 20)
    read = reading(world, change)
    assert (read.finding, read.value, read.scores) == (Finding.PASS, pytest.approx(0.0), 1200)


def test_a_mean_that_is_shown_to_have_fallen_rolls_the_ramp_back(world, source):
    source.rows = lambda minute: both(minute, candidate=0.5)
    change = world.ramping()
    world.outcomes(change)
    minutes(world, 40)
    assert world.timeline(change) == "Wed 10:00 1%, Wed 10:23 rolled back"
    assert "resolved share is 0.4 lower than beside it" in world.entries("ramp.rolled_back")[0].because


def test_each_minute_is_asked_for_once_and_only_when_it_has_settled(world, source):
    world.ramping()
    minutes(world, 4)
    assert [(ask.first.minute, ask.end.minute) for ask in source.asked] == [(0, 1), (1, 2), (2, 3)]


def test_repeated_and_late_rows_are_left_alone(world, source):
    """The source says everything again each time, and of an older minute what it had not said."""
    told = {}

    def again(minute):
        told.setdefault(minute, both(minute))
        late = both(minute - timedelta(minutes=2), n=999)
        return [row for rows in told.values() for row in rows] + late

    source.rows = again
    change = world.ramping()
    minutes(world, 5)
    assert counted(world, change)["candidate"] == 200


def test_two_control_planes_count_a_minute_once(world, source):
    change = world.ramping()
    world.clock.advance(timedelta(minutes=3))
    wanted = metric_reading.due(world.house, [change.id])
    answer = source.read(wanted[0].metric, wanted[0].asked)
    assert metric_reading.take(world.house, wanted[0], answer, "") == 200
    assert metric_reading.take(world.house, wanted[0], answer, "") == 0
    assert counted(world, change) == {"candidate": 100, "control": 100}


def test_what_comes_after_its_stage_has_ended_is_not_counted(world, source):
    change = world.ramping()
    world.clock.advance(timedelta(minutes=3))
    wanted = metric_reading.due(world.house, [change.id])
    answer = source.read(wanted[0].metric, wanted[0].asked)
    world.abort("sol", change)
    assert metric_reading.take(world.house, wanted[0], answer, "") == 0


def test_a_source_that_fails_is_an_error_after_three_turns_with_its_words(world, source):
    change = world.ramping()
    world.outcomes(change)
    minutes(world, 3)
    source.fails = "http://127.0.0.1:1 did not answer in 10 s"
    minutes(world, 3)
    assert reading(world, change).finding is Finding.CONTINUE
    minutes(world, 3)
    said = reading(world, change)
    assert said.finding is Finding.ERROR
    assert said.because.endswith(source.fails)
    world.round()
    assert world.ramp(change).hold is not None


def test_a_source_that_answers_again_is_read_on_from_where_it_stopped(world, source):
    change = world.ramping()
    world.outcomes(change)
    minutes(world, 3)
    source.fails = "it is being restarted"
    minutes(world, 6)
    source.fails = ""
    minutes(world, 1)
    assert counted(world, change)["candidate"] == 50 * 9
    assert reading(world, change).finding is Finding.CONTINUE


def test_a_counter_that_stands_still_has_stopped(world, source):
    """Rows that tell of no call are no values: a metric whose counter stands still is not heard of any more."""
    change = world.ramping()
    world.outcomes(change)
    minutes(world, 15)
    assert reading(world, change).finding is not Finding.NO_DATA
    source.rows = lambda minute: both(minute, n=0)
    minutes(world, 14)
    assert reading(world, change).finding is Finding.NO_DATA
    assert "the last value of resolved_share came" in reading(world, change).because


def test_a_metric_that_stops_is_no_data_and_never_passes(world, source):
    change = world.ramping()
    world.outcomes(change)
    minutes(world, 5)
    source.rows = lambda minute: []
    minutes(world, 12)
    said = reading(world, change)
    assert said.finding is Finding.NO_DATA
    assert said.because == "the last value of resolved_share came 14 min ago"


def test_a_metric_that_never_comes_says_so(world, source):
    source.rows = lambda minute: []
    change = world.ramping()
    world.outcomes(change)
    minutes(world, 12)
    assert (
        reading(world, change).because == "no value of resolved_share has come of the candidate since the stage began"
    )


def test_without_control_there_is_nothing_to_compare(world, source):
    source.rows = lambda minute: both(minute)[:1]
    change = world.ramping()
    world.outcomes(change)
    minutes(world, 12)
    said = reading(world, change)
    assert said.finding is Finding.NO_DATA
    assert "of the candidate alone" in said.because


def test_no_number_is_passed_over_and_an_error_where_it_lasts(world, source):
    change = world.ramping()
    world.outcomes(change)
    minutes(world, 2)
    source.rows = lambda minute: [MetricInterval(minute, "candidate", 5, float("nan")), *both(minute)[1:]]
    minutes(world, 6)
    assert counted(world, change) == {"candidate": 50, "control": 50}
    said = reading(world, change)
    assert said.finding is Finding.ERROR
    assert "the total is nan" in said.because


def test_an_older_visit_to_a_stage_is_not_read_again(world, source):
    """Minutes from before a stage began belong to no reading of it."""
    change = world.ramping()
    minutes(world, 5)
    assert all(ask.first >= world.ramp(change).stage_since for ask in source.asked)


def test_where_regions_stand_at_different_shares_a_metric_without_region_counts_nothing(world, source):
    """Most who have the candidate would be Australians, and most beside it not: unlike people."""
    files = dict(measured_policy()[1])
    path = "rollouts/claims-summary.yaml"
    files[path] = files[path].replace(SLO, f"{SLO}      resolved_share_drop_max: 0.1\n", 1)
    world.enforce(*_read(files))
    change = _ramping_claims(world)
    minutes(world, 3)
    with world.store.read() as db:
        here = outcomes.counts(db, change.id)[-1]
    assert WHOLE_RAMP not in here.cells
    said = reading(world, change)
    assert said.finding is Finding.NO_DATA
    assert "bring it by region and ring" in said.because


def test_a_metric_by_region_and_ring_is_counted_in_its_cell(world, source):
    files = dict(measured_policy()[1])
    path = "rollouts/claims-summary.yaml"
    files[path] = files[path].replace(SLO, f"{SLO}      resolved_share_drop_max: 0.1\n", 1)
    world.enforce(*_read(files))
    change = _ramping_claims(world)
    with world.store.read() as db:
        cell = next(iter(outcomes.counts(db, change.id)[-1].cells))
    region, ring = cell.split("|")
    source.rows = lambda minute: both(minute, region=region, ring=ring) + both(minute, region="moon", ring=ring)
    minutes(world, 3)
    with world.store.read() as db:
        here = outcomes.counts(db, change.id)[-1].cells[cell]
    assert here.candidate_sums["resolved_share"][0] == 100


def test_the_cell_of_the_whole_ramp_distorts_nothing_else(world, source):
    """It has no units and no bad: the same people are read the same way beside it."""
    change = world.ramping()
    world.outcomes(change)
    minutes(world, 3)
    with world.store.read() as db:
        counts = looks.counts_for(world.house, db, change, world.ramp(change), world.now)
        look = looks.look(world.house, db, change, world.ramp(change), world.now)
    assert look.reading is not None
    without = [_without(part) for part in counts]
    again = looks.read(world.policy, change, world.ramp(change), without, world.now)
    others = [each for each in look.reading.readings if each.guardrail != "resolved_share"]
    assert others == [each for each in again.readings if each.guardrail != "resolved_share"]


def test_what_was_read_at_a_minute_is_derived_again(world, source):
    """Rows are counted under the minute in which they came, so that a past reading does not move."""
    change = world.ramping()
    world.outcomes(change)
    minutes(world, 4)
    at = world.now
    with world.store.read() as db:
        stood = outcomes.counts(db, change.id)
    minutes(world, 5)
    with world.store.read() as db:
        assert [part.cells for part in past.counts_until(db, change.id, at)] == [part.cells for part in stood]
        rows = db.execute(select(interval_counts.c.minute).where(interval_counts.c.cell == WHOLE_RAMP)).all()
    assert len({row.minute for row in rows}) == 8


def test_a_score_by_call_id_is_refused_where_a_source_brings_the_metric(world, source):
    """Two sources of one metric would count it twice."""
    from leverframe.actions.outcomes import accept_feedback
    from leverframe.nouns.outcomes import Feedback

    change = world.ramping()
    calls = world.outcomes(change, per_minute=20)
    taken = accept_feedback(world.house, [Feedback(calls[0], metric="resolved_share", value=1.0)])
    assert (taken.recorded, taken.refused) == (0, 1)


def test_a_slow_source_keeps_no_ramp_waiting(world, source):
    """In a server each place is asked in a thread of its own, and asked no second time while it thinks."""
    change = world.ramping()
    world.clock.advance(timedelta(minutes=3))
    source.waits.clear()
    measuring = world.runner.measuring
    assert measuring is not None
    measuring.begin(world.house, {change.id})
    measuring.begin(world.house, {change.id})
    world.runner.measuring = None
    world.round()
    source.waits.set()
    for thread in measuring._asking.values():
        thread.join(10)
    assert len(source.asked) == 1
    assert counted(world, change)["candidate"] == 100


def test_a_real_prometheus_is_read_to_the_ramps_reading(world, tmp_path):
    """The whole way: its past is of the ramp's own first half hour, in which the candidate resolves far less."""
    files = dict(measured_policy()[1])
    query = 'sum(increase({}_total{{feature="$target",change="$change",arm="$arm"}}[1m]))'
    with running(tmp_path, samples({"customer-support-ai": [row for m in range(40) for row in _resolved(m)]})) as url:
        source = {"url": url, "calls": query.format("llm_calls"), "total": query.format("llm_seconds")}
        files["policy.yaml"] = files["policy.yaml"].replace("file: resolved.csv", f"prometheus: {json.dumps(source)}")
        world.enforce(*_read(files))
        world.runner.measuring = Measuring(MetricSources({}))
        change = world.ramping()
        assert change.id == CHANGE
        world.outcomes(change)
        minutes(world, 15)
        assert counted(world, change) == {"candidate": 14 * 20, "control": 14 * 60}
        minutes(world, 16)
        assert world.timeline(change).endswith("rolled back")
        assert "resolved share is 0.5 lower" in world.entries("ramp.rolled_back")[0].because


def _resolved(minute):
    return [
        measuring.row(minute, arm, n, n * share) for arm, n, share in (("candidate", 20, 0.3), ("control", 60, 0.8))
    ]


@pytest.mark.parametrize(("failure", "asked"), [(NoAnswer, 1), (SourceFailed, 2)])
def test_a_silent_source_is_waited_for_once_a_turn_and_one_that_refuses_is_asked_for_each_ramp(
    world, source, failure, asked
):
    source.fails, source.failure = "no", failure
    first = world.ramping()
    world.clock.advance(timedelta(minutes=3))
    (wanted,) = metric_reading.due(world.house, [first.id])
    metric_reading.read_all(world.house, source, [wanted, wanted])
    assert len(source.asked) == asked


def test_a_running_server_asks_in_a_thread_of_its_own(world, source):
    change = world.ramping()
    world.clock.advance(timedelta(minutes=3))
    came = threading.Event()
    source.rows = lambda minute: came.set() or both(minute)
    world.runner.start()
    try:
        assert came.wait(20)
    finally:
        world.runner.stop()
    for thread in world.runner.measuring._asking.values():
        thread.join(10)
    assert counted(world, change)["candidate"] == 100


def _read(files):
    policy, faults = read_bundle(files, today=TUESDAY.date())
    assert policy is not None, faults
    return policy, files


def _ramping_claims(world: World):
    change = world.armed("claims-regions")
    world.clock.move_to(change.start.opens_at)
    for _ in range(2000):
        world.round()
        if change.id in {c.id for c in _running(world)}:
            return world.change(change)
        world.clock.advance(timedelta(minutes=30))
    raise AssertionError("it never began")


def _running(world: World):
    from leverframe.store import changes, ramps

    with world.store.read() as db:
        return [changes.get(db, ramp.change) for ramp in ramps.active(db)]


def _without(part):
    from dataclasses import replace

    return replace(part, cells={name: cell for name, cell in part.cells.items() if name != WHOLE_RAMP})
