"""Is a change rehearsed on the minutes that an earlier ramp counted, or on somebody's own figures?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.world import ON_SQLITE, World, faults_of

from leverframe.actions import recordings, rehearsals
from leverframe.actions.rehearsal_asks import Asked
from leverframe.nouns.changes import Change
from leverframe.sources.metrics.figures import read_figures

RATES = {"error": 0.002, "slow": 0.02}
MINUTE = timedelta(minutes=1)


def ramped(world: World, minutes: int = 70, *, negative: float = 0.05, candidate: float | None = None) -> Change:
    """Let a ramp count people each fifth minute, in its second stage from half past ten on, and abort it."""
    change = world.ramping()
    for _ in range(minutes // 5):
        world.outcomes(change, negative=negative, candidate_negative=candidate, per_minute=200)
        world.clock.advance(5 * MINUTE)
        world.round()
    world.abort("sol", change)
    return world.change(change)


def next_one(world: World) -> Change:
    start = world.form().start
    return world.ready("support-prompt-v9", start=start)


def test_people_come_as_an_earlier_ramp_counted_them(world: World):
    earlier = ramped(world)
    asked = Asked(runs=2, recorded=earlier.id, ratio=4.0, guardrail="feedback_negative", rates=RATES)
    found = rehearsals.rehearse_change(world.house, next_one(world).id, asked)
    assert found.recorded is not None
    assert (found.recorded.source, found.recorded.minutes, found.recorded.people) == (earlier.id, 71, 2800.0)
    assert (len(found.harmless), len(found.harmful), len(found.counted)) == (2, 2, 2)
    assert {run.ended for run in found.harmful} == {"rolled_back"}
    assert found.traffic is not None
    assert found.traffic.bad_rate["feedback_negative"] == pytest.approx(0.05, abs=0.005)
    assert [each.change for each in found.earlier] == [earlier.id]
    again = rehearsals.rehearse_change(world.house, world.view(found.change.id).change.id, asked)
    assert (again.harmless, again.counted) == (found.harmless, found.counted)


@ON_SQLITE
def test_as_it_was_counted_each_arm_is_as_its_own_was(world: World):
    earlier = ramped(world, negative=0.03, candidate=0.06)
    asked = Asked(runs=3, recorded=earlier.id, guardrail="feedback_negative", rates=RATES)
    found = rehearsals.rehearse_change(world.house, next_one(world).id, asked)
    assert {run.harmed for run in found.harmless} == {0.0}
    assert all(run.harmed > 0 for run in found.counted)


@ON_SQLITE
def test_an_edit_of_the_policy_and_a_file_that_is_not_filed_play_on_recorded_minutes_too(world: World):
    earlier = ramped(world)
    asked = Asked(runs=1, recorded=earlier.id, rates=RATES)
    found = rehearsals.rehearse_form(world.house, world.who("ana"), world.form("support-prompt-v9"), asked)
    assert len(found.counted) == 1


def test_all_that_is_wrong_with_a_recording_is_said(world: World):
    mine = next_one(world)
    other = world.file("meeting-notes-v2", by="cass")
    none = faults_of(lambda: rehearsals.rehearse_change(world.house, mine.id, Asked(recorded="CHG-2026-99999")))
    assert none == {"recorded": "there is no change CHG-2026-99999"}
    silent = faults_of(lambda: rehearsals.rehearse_change(world.house, mine.id, Asked(recorded=mine.id, runs=51)))
    assert set(silent) == {"recorded", "runs"}
    assert "has counted nothing" in silent["recorded"]
    wrong = faults_of(lambda: rehearsals.rehearse_change(world.house, mine.id, Asked(recorded=other.id)))
    assert f"{other.id} was a change of meeting-notes" in wrong["recorded"]


@ON_SQLITE
def test_a_ramp_of_less_than_an_hour_is_too_short_and_is_not_offered(world: World):
    earlier = ramped(world, minutes=40)
    mine = next_one(world)
    faults = faults_of(lambda: rehearsals.rehearse_change(world.house, mine.id, Asked(recorded=earlier.id)))
    assert faults == {"recorded": f"the ramp of {earlier.id} went on for 41 minutes only"}
    with world.store.read() as db:
        assert recordings.earlier_ramps(db, mine.target, world.now) == ()


@ON_SQLITE
def test_so_many_a_minute_and_a_recording_are_not_both_asked_for(world: World):
    asked = Asked(recorded=ramped(world).id, per_minute=500.0)
    mine = next_one(world)
    assert set(faults_of(lambda: rehearsals.rehearse_change(world.house, mine.id, asked))) == {"per_minute"}


@ON_SQLITE
def test_a_guardrail_that_was_not_counted_must_be_said(world: World):
    figures = read_figures([row(minute, arm) for minute in range(60) for arm in ("candidate", "control")])
    mine = next_one(world)
    faults = faults_of(lambda: rehearsals.rehearse_change(world.house, mine.id, Asked(runs=1, figures=figures)))
    assert faults == dict.fromkeys(("rates.error", "rates.slow"), "it was not counted in the recorded minutes")
    found = rehearsals.rehearse_change(world.house, mine.id, Asked(runs=1, figures=figures, rates=RATES))
    assert (len(found.harmless), len(found.counted)) == (1, 1)


@ON_SQLITE
def test_no_harm_can_be_added_to_what_nobody_met(world: World):
    rows = [row(minute, arm, total=0) for minute in range(60) for arm in ("candidate", "control")]
    asked = Asked(runs=1, figures=read_figures(rows), rates=RATES)
    mine = next_one(world)
    faults = faults_of(lambda: rehearsals.rehearse_change(world.house, mine.id, asked))
    assert set(faults) == {"rates.feedback_negative"}


@ON_SQLITE
def test_figures_and_an_earlier_ramp_are_not_both_played_and_few_minutes_are_too_few(world: World):
    figures, mine = read_figures([row(0, "control")]), next_one(world)
    both = Asked(figures=figures, recorded=mine.id)
    assert set(faults_of(lambda: rehearsals.rehearse_change(world.house, mine.id, both))) == {"recorded"}
    few = faults_of(lambda: rehearsals.rehearse_change(world.house, mine.id, Asked(figures=figures)))
    assert few == {"recorded": "the figures that were sent tell of 1 minutes only"}


def row(minute: int, arm: str, total: int | None = None) -> dict[str, object]:
    n = 20 if arm == "candidate" else 180
    met = n // 20 if total is None else total
    return {"metric": "feedback_negative", "minute": f"2026-05-01T10:{minute:02}Z", "arm": arm, "n": n, "total": met}
