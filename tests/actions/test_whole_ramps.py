"""Does a whole ramp go as its ticket says, on both databases?"""

from __future__ import annotations

from tests.world import World

from leverframe.nouns.changes import CloseCode, State
from leverframe.nouns.ramps import RampState
from leverframe.store import evidence

TARGET = "customer-support-ai"
ALL_THE_WAY = "Wed 10:00 1%, Wed 10:30 10%, Wed 14:30 50%, Thu 14:30 100%"


def test_the_worked_example_ramps_to_100_percent_by_itself(world: World):
    change = world.ramping()
    world.settle(change)
    assert world.timeline(change) == ALL_THE_WAY
    settled = world.change(change)
    assert (settled.state, settled.settled_at) == (State.IMPLEMENT, world.moment("Thu 14:30"))
    assert world.ramp(change).state is RampState.SETTLED
    assert world.running[TARGET].prompt == "customer-support@v8"
    assert {world.decide(TARGET, f"p{n}").unit.prompt for n in range(100)} == {"customer-support@v8"}
    assert world.acts(change.id)[-6:] == ["ramp.started", *["ramp.promoted"] * 4, "ramp.settled"]
    with world.store.read() as db:
        assert [stage for stage, _, _ in evidence.readings(db, change.id)] == [1, 2, 3]


def test_harm_rolls_back_and_the_table_says_current_to_all(world: World):
    change = world.ramping()
    world.outcomes(change)
    world.rounds_until("Wed 10:30")
    world.outcomes(change, candidate_negative=0.4)
    world.at("Wed 10:31")
    world.round()
    assert world.timeline(change) == "Wed 10:00 1%, Wed 10:30 10%, Wed 10:31 rolled back"
    ended = world.change(change)
    assert (ended.state, ended.close_code) == (State.REVIEW, CloseCode.ROLLED_BACK)
    assert world.table.features[TARGET].candidate is None
    assert {world.decide(TARGET, f"p{n}").unit.prompt for n in range(200)} == {"customer-support@v7"}
    entry = world.entries("ramp.rolled_back")[0]
    assert (entry.actor, entry.facts["guardrail"]) == ("clock", "feedback_negative")
    assert "met" in entry.because or "times" in entry.because
    assert world.told("ramp.rolled_back")[0]["notify"]
    with world.store.read() as db:
        assert evidence.readings(db, change.id)[-1][2].finding == "harm"


def test_australia_then_the_eu_then_the_us_each_in_its_own_window(world: World):
    change = world.armed("claims-regions")
    world.clock.move_to(change.start.opens_at)
    world.round()
    for until, region in (("Tue 09:00", "au"), ("Tue 15:00", "eu"), ("Wed 11:00", "us")):
        world.outcomes(change, regions=(region,))
        world.rounds_until(until, every=60)
    world.outcomes(change)
    world.rounds_until("Thu 01:00", every=60)
    world.outcomes(change)
    world.rounds_until("Thu 15:00", every=60)
    assert world.timeline(change) == (
        "Tue 01:00 50% (au), Tue 09:00 50% (eu), Tue 15:00 50% (us), "
        "Thu 01:00 100% (au), Thu 09:00 100% (eu), Thu 15:00 100% (us)"
    )
    assert world.ramp(change).state is RampState.SETTLED
