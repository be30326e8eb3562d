"""Is a change rehearsed with the house's own facts, or those that were given, and is nothing written?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.world import World, faults_of

from leverframe.actions import rehearsals
from leverframe.actions.rehearsal_asks import Asked
from leverframe.sources.changes import read_change_form
from leverframe.sources.policies import read_folder

ACME = Path(__file__).resolve().parents[2] / "examples" / "acme"
RATES = {"feedback_negative": 0.05, "error": 0.002, "slow": 0.02}
GIVEN = Asked(per_minute=500.0, rates=RATES)
FILE = ACME / "changes" / "support-prompt-v8.yaml"


def form():
    return read_change_form(FILE.read_text("utf-8"), home_zone="Europe/London")


def test_the_handbooks_example_says_what_each_stage_can_rule_out(world: World):
    found = rehearsals.rehearse_form(world.house, world.who("ana"), form(), GIVEN)
    said = [one.because.split(";")[0] for one in found.prospects if one.guardrail == "feedback_negative"]
    assert said[0].startswith("30 minutes at 1 % can rule out 2.19 times as many people who meet negative feedback")
    assert len(said) == 3
    assert found.forecast.text == "Wed 10:00 1%, Wed 10:30 10%, Wed 14:30 50%, Thu 14:30 100%"


def test_runs_without_harm_settle_and_with_harm_are_rolled_back(world: World):
    asked = Asked(runs=4, guardrail="feedback_negative", ratio=3.0, per_minute=500.0, rates=RATES)
    found = rehearsals.rehearse_form(world.house, world.who("ana"), form(), asked)
    assert [run.ended for run in found.harmless] == ["settled"] * 4
    assert {(run.ended, run.guardrail) for run in found.harmful} == {("rolled_back", "feedback_negative")}
    again = rehearsals.rehearse_form(world.house, world.who("ana"), form(), asked)
    assert again.harmful == found.harmful


def test_nothing_is_written(world: World):
    before = world.entries()
    change = world.ready()
    filed = world.entries()
    rehearsals.rehearse_change(world.house, change.id, Asked(runs=1, per_minute=500.0, rates=RATES))
    assert world.entries() == filed != before


def test_an_edit_of_the_policy_is_rehearsed_without_being_loaded(world: World):
    files = read_folder(ACME)
    path = "rollouts/customer-support-ai.yaml"
    assert "duration_min: 240" in files[path]
    files[path] = files[path].replace("duration_min: 240", "duration_min: 60")
    asked = Asked(per_minute=500.0, rates=RATES, policy_files=files)
    found = rehearsals.rehearse_form(world.house, world.who("ana"), form(), asked)
    assert found.forecast.text.startswith("Wed 10:00 1%, Wed 10:30 10%, Wed 11:30 50%")
    assert next(one for one in found.prospects if one.stage == 2).bake_minutes == 60


def test_a_faulty_policy_is_told_with_its_places(world: World):
    asked = Asked(policy_files={"policy.yaml": "organisation: [1"})
    faults = faults_of(lambda: rehearsals.rehearse_form(world.house, world.who("ana"), form(), asked))
    assert any(place.startswith("policy.yaml") for place in faults)


def test_all_that_is_wrong_with_what_is_asked_is_said_at_once(world: World):
    change = world.ready()
    asked = Asked(51, 1, "tone", 0.5, -1.0, 0.0, {"error": 2.0})
    faults = faults_of(lambda: rehearsals.rehearse_change(world.house, change.id, asked))
    assert {"runs", "ratio", "after_minutes", "per_minute", "rates.error", "guardrail"} <= set(faults)


def test_runs_without_any_traffic_say_what_is_missing(world: World):
    change = world.ready()
    faults = faults_of(lambda: rehearsals.rehearse_change(world.house, change.id, Asked(runs=1)))
    assert "rates.feedback_negative" in faults


@pytest.mark.parametrize("runs", [0, 2])
def test_a_ticket_is_rehearsed_from_its_own_start(world: World, runs: int):
    change = world.ready()
    found = rehearsals.rehearse_change(world.house, change.id, Asked(runs=runs, per_minute=500.0, rates=RATES))
    assert len(found.harmless) == len(found.harmful) == runs
    assert all(run.steps[0].at >= change.start.opens_at for run in found.harmless)
