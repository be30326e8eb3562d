"""How do people promote a stage on judgement?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.world import ON_SQLITE, World, faults_of, no_of

from leverframe.actions import judgements
from leverframe.nouns.changes import Change
from leverframe.store import evidence

pytestmark = ON_SQLITE


def judge(world: World, name: str, change: Change, role: str, because: str = "an hour more would prove nothing"):
    return judgements.judge(world.house, world.who(name), change.id, role, because)


@pytest.fixture
def baked(world: World) -> Change:
    """At 10 % for four hours, with too few people to prove anything."""
    change = world.ramping()
    world.outcomes(change)
    world.rounds_until("Wed 10:30")
    world.outcomes(change, per_minute=150)
    world.rounds_until("Wed 14:30", every=240)
    assert world.timeline(change).endswith("Wed 10:30 10%")
    return change


def test_release_manager_and_feature_owner_promote_what_is_not_proved(world: World, baked: Change):
    assert judge(world, "remi", baked, "release_manager") == ("feature_owner",)
    world.round()
    assert world.timeline(baked).endswith("10%")
    assert judge(world, "cleo", baked, "feature_owner") == ()
    world.round()
    assert world.timeline(baked).endswith("Wed 14:30 50%")
    assert "promoted on judgement, not proved" in world.entries("ramp.promoted")[0].because
    first, second = reversed(world.entries("ramp.judged"))
    assert (first.actor, first.role, second.actor, second.role) == (
        "remi",
        "release_manager",
        "cleo",
        "feature_owner",
    )
    assert first.decided_digest == second.decided_digest
    with world.store.read() as db:
        assert evidence.reading(db, baked.id, first.decided_digest).finding == "continue"


def test_who_may_not_judge_is_told_why(world: World, baked: Change):
    assert set(no_of(lambda: judge(world, "vic", baked, "release_manager"))) == {"role"}
    assert set(no_of(lambda: judge(world, "rita", baked, "ai_risk"))) == {"seat"}
    assert no_of(lambda: judge(world, "ana", baked, "feature_owner")) == {
        "segregation": f"ana wrote {baked.id} and does not judge it"
    }
    assert "because" in faults_of(lambda: judge(world, "remi", baked, "release_manager", " "))
    token = world.token("remi", "change", "admin")
    refused = no_of(lambda: judgements.judge(world.house, token, baked.id, "release_manager", "quick"))
    assert refused == {"session": "a token never signs"}
    judge(world, "remi", baked, "release_manager")
    assert set(no_of(lambda: judge(world, "remi", baked, "release_manager"))) == {"once"}


def test_nobody_judges_before_the_bake_is_over(world: World):
    change = world.ramping()
    world.outcomes(change)
    world.at("Wed 10:20")
    assert no_of(lambda: judge(world, "remi", change, "release_manager")) == {"bake": "the bake has 10 min to go"}


def test_nobody_judges_on_harm(world: World, baked: Change):
    """The clock has not looked yet; the evidence says harm all the same."""
    world.outcomes(baked, candidate_negative=0.6)
    assert no_of(lambda: judge(world, "remi", baked, "release_manager")) == {"evidence": "the reading says harm"}


def test_nobody_judges_on_a_mean_that_is_beyond_its_limit(world: World, baked: Change):
    world.outcomes(baked, per_minute=2000, groundedness=(0.9, 0.3))
    assert set(no_of(lambda: judge(world, "remi", baked, "release_manager"))) == {"evidence"}


def test_harm_after_the_judgement_rolls_back(world: World, baked: Change):
    judge(world, "remi", baked, "release_manager")
    judge(world, "cleo", baked, "feature_owner")
    world.outcomes(baked, candidate_negative=0.6)
    world.round()
    assert world.timeline(baked).endswith("rolled back")


def test_there_is_nothing_to_judge_without_a_running_ramp(world: World):
    change = world.ready()
    assert set(no_of(lambda: judge(world, "remi", change, "release_manager"))) == {"state"}


def test_a_high_change_asks_ai_risk_as_well(world: World):
    change = world.armed("underwriting-model")
    world.clock.move_to(change.start.opens_at)
    world.round()
    world.outcomes(change, per_minute=150, negative=0.02)
    world.clock.advance(timedelta(minutes=120))
    world.outcomes(change, per_minute=150, negative=0.02)
    world.round()
    world.clock.advance(timedelta(hours=24))
    assert judge(world, "remi", change, "release_manager") == ("feature_owner", "ai_risk")
    assert judge(world, "cleo", change, "feature_owner") == ("ai_risk",)
    assert judge(world, "rita", change, "ai_risk") == ()
