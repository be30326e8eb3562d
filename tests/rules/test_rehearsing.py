"""Do rehearsed runs go as real ramps go: with the same rules, at the promised levels?"""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from random import Random

import pytest
from tests.rules.rehearsed import FEEDBACK, TRAFFIC, question

from leverframe.nouns.calendar import Window
from leverframe.rules.evidence_time import Traffic
from leverframe.rules.imagined_ramps import Question
from leverframe.rules.rehearsal_endings import summed
from leverframe.rules.rehearsed_people import Harm, Simulated
from leverframe.rules.rehearsing import ROLLED_BACK, SETTLED, STANDS, Rehearsal, unknown_rates
from leverframe.rules.rehearsing import rehearse as play


def rehearse(about: Question, traffic: Traffic, harm: Harm, chance: Random) -> Rehearsal:
    return play(about, Simulated(traffic, harm, chance, about.calendar.home_zone))


def test_a_harmless_run_settles_when_its_bakes_are_over_and_its_floors_proved():
    run = rehearse(question(), TRAFFIC, Harm(), Random(1))
    assert (run.ended, run.minutes) == (SETTLED, 150.0)
    assert [(step.stage, step.share_percent) for step in run.steps] == [(1, 1.0), (2, 10.0), (3, 50.0), (4, 100.0)]
    assert run.harmed == 0


def test_a_harm_is_rolled_back_and_says_who_met_it():
    run = rehearse(question(), TRAFFIC, Harm(FEEDBACK, 4.0), Random(1))
    assert (run.ended, run.guardrail) == (ROLLED_BACK, FEEDBACK)
    assert run.minutes < 60
    assert 0 < run.harmed < run.exposed


def test_the_same_chance_plays_the_same_run():
    one, other = (rehearse(question(), TRAFFIC, Harm(FEEDBACK, 1.5), Random(7)) for _ in range(2))
    assert one == other


def test_harmless_runs_are_rolled_back_no_more_often_than_promised():
    """alpha is 5 % a ramp, of which the comparisons have half; 120 runs, three standard errors."""
    short = question(bakes=(20, 30, 30))
    wrong = sum(rehearse(short, TRAFFIC, Harm(), Random(n)).ended == ROLLED_BACK for n in range(120)) / 120
    assert wrong <= 0.025 + 3 * (0.025 * 0.975 / 120) ** 0.5


def test_harm_that_begins_late_does_no_harm_before():
    run = rehearse(question(bakes=(30, 240, 60)), TRAFFIC, Harm(FEEDBACK, 4.0, after_minutes=200.0), Random(3))
    assert run.ended == ROLLED_BACK
    assert 200.0 < run.minutes < 260.0


def test_too_little_traffic_for_a_floor_stands_to_the_end_of_the_ticket():
    few = Traffic(dict.fromkeys(range(24), 0.02), {FEEDBACK: 0.05})
    run = rehearse(replace(question(), traffic=few), few, Harm(), Random(1))
    assert (run.ended, run.stage) == (STANDS, 2)
    assert "longest wait" in run.because or "not_after" in run.because or "allowed widening" in run.because


def test_a_run_waits_for_its_windows_as_a_ramp_does():
    office = Window("office", frozenset({1, 2, 3}), time(10), time(16))
    run = rehearse(question(windows=(office,), bakes=(30, 240, 1440)), TRAFFIC, Harm(), Random(2))
    spoken = [f"{step.at + timedelta(hours=1):%a %H:%M} {step.share_percent:g}%" for step in run.steps]
    assert spoken == ["Tue 10:00 1%", "Tue 10:30 10%", "Tue 14:30 50%", "Wed 14:30 100%"]


@pytest.mark.parametrize("region", ["uk", "de"])
def test_regions_share_the_traffic_where_nothing_says_how_many_they_are(region):
    run = rehearse(question(regions=("uk", "de")), TRAFFIC, Harm(), Random(1))
    assert run.ended == SETTLED
    assert region in run.steps[0].regions


def test_runs_are_summed_by_how_they_ended():
    runs = [rehearse(question(), TRAFFIC, Harm(FEEDBACK, ratio), Random(n)) for n in range(3) for ratio in (1.0, 6.0)]
    found = {(one.ended, one.guardrail): one.count for one in summed(runs)}
    assert found == {(SETTLED, ""): 3, (ROLLED_BACK, FEEDBACK): 3}


def test_a_rate_that_nobody_knows_is_named():
    assert unknown_rates(question().plan, None) == (FEEDBACK,)
    assert unknown_rates(question().plan, TRAFFIC) == ()
