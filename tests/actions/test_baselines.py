"""Are live scores told beside what the ticket's evals promised of them, and does nothing follow from it?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.world import World

from leverframe.actions import schedules, staging
from leverframe.nouns.baselines import Baseline
from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import Comparison


def baselines(world: World, change: Change) -> tuple[Baseline, ...]:
    view = world.view(change).ramp
    assert view is not None
    return view.baselines


def test_live_scores_are_told_beside_what_the_evals_on_the_ticket_promised(world: World):
    """All cases of each suite are grounded; live, the answers of both units are a tenth less."""
    change = world.ramping()
    assert baselines(world, change) == (), "nobody has asked yet"
    world.outcomes(change, groundedness=(0.9, 0.9))
    found = baselines(world, change)
    assert {each.suite for each in found} >= {"production", "adversarial"}
    for each in found:
        assert (each.staging, each.live, each.beside) == (1.0, pytest.approx(0.9), pytest.approx(0.9))
        assert "in the evals on the ticket (suite " in each.because


def test_a_promise_that_is_not_kept_decides_nothing(world: World):
    change = world.ramping()
    for _ in range(28):
        world.outcomes(change, per_minute=400, groundedness=(0.5, 0.5))
        world.clock.advance(timedelta(minutes=1))
        world.round()
    found = baselines(world, change)
    assert found
    assert {each.comparison for each in found} == {Comparison.WORSE}
    assert "0.5 lower than they promised" in found[0].because
    assert found[0].live_error is not None
    assert world.ramp(change).state == "ramping"
    assert world.ramp(change).hold is None


def test_a_candidate_that_was_deployed_to_staging_is_told_as_staging_promised(world: World):
    change = world.ready()
    staging.record_staging(world.house, world.ana, change.id, "deployed", "for the evals")
    schedules.schedule(world.house, world.remi, world.sign_all(change).id)
    world.at("Wed 10:00")
    world.round()
    world.outcomes(change, groundedness=(0.9, 0.6))
    (first, *_) = baselines(world, change)
    assert first.is_staged
    assert first.because.endswith("0.4 lower than staging promised")
