"""Is each ramp looked at when something may follow, and does the look see what one at it alone would?"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import World, read

from leverframe.actions import looks, stepping
from leverframe.actions.looks import Look
from leverframe.actions.watching import TICK, Watch
from leverframe.nouns.ramps import Hold, Stay
from leverframe.nouns.tables import Number
from leverframe.store import changes as change_rows
from leverframe.store import evidence, outcomes, tables
from leverframe.store import ramps as ramp_rows
from leverframe.store.outcomes import CountRow

CHANGE = "CHG-2026-00001"
OTHERS = ("CHG-2026-00101", "CHG-2026-00102", "CHG-2026-00103")


@pytest.fixture
def watched(world: World) -> World:
    """A house with a ramp that began on Wednesday at 10:00, and three more like it on other features."""
    world.of_targets(models=(), allowed_models=())
    change, ramp = world.ramping(), world.ramp(CHANGE)
    with world.store.write() as db:
        for other, target in zip(OTHERS, ("claims-summary", "meeting-notes", "policy-search-v1"), strict=True):
            units = {
                "current": {target: change.current[change.target]},
                "candidate": {target: change.candidate[change.target]},
            }
            change_rows.insert(db, replace(change, id=other, targets=(target,), **units))
            ramp_rows.insert(db, replace(ramp, change=other, target=target))
            outcomes.set_shares(db, other, 1, {"everywhere|everyone": 0.01}, world.now)
    return world


def go(world: World, watch: Watch) -> dict[str, Look]:
    """Let a watch go one round, and return its looks by change."""
    with world.store.read() as db:
        return {seen.change.id: seen for seen in watch.go_round(world.house, db, ramp_rows.versions(db), world.now)}


def alone(world: World) -> dict[str, Look]:
    """Look at each active ramp alone, with no memory of anything."""
    with world.store.read() as db:
        return {
            ramp.change: looks.look(world.house, db, change_rows.get(db, ramp.change), ramp, world.now)
            for ramp in ramp_rows.active(db)
        }


def serve(world: World, change: str = CHANGE, bad: tuple[str, ...] = (), seed: int = 0, stage: int = 1) -> None:
    """Let one more person be served the candidate, and be counted."""
    call = world.call(world.change(CHANGE).target, f"person {seed}")
    facts = replace(
        read(call), change=change, stage=stage, arm="candidate", reason="candidate", subject=f"person {seed}"
    )
    with world.store.write() as db:
        outcomes.count_batch(db, world.now, [CountRow(facts, call, bad)])


def judge(world: World) -> None:
    with world.store.write() as db:
        evidence.judge(db, CHANGE, 1, "sha256:0", world.now)


def edit(world: World) -> None:
    with world.store.write() as db:
        change_rows.update(db, replace(change_rows.get(db, CHANGE), coordinator="cass"))


def alarm(world: World) -> None:
    with world.store.write() as db:
        tables.set_alarm(db, Number(9, 9), world.now)


def another_policy(world: World) -> None:
    world.enforce(replace(world.policy, digest="sha256:another", closed_stretch_hours=24.0))


HAPPENS: dict[str, tuple[Callable[[World], object], set[str]]] = {
    "nothing": (lambda world: None, set()),
    "an outcome is counted": (serve, {CHANGE}),
    "an outcome of another is counted": (lambda world: serve(world, OTHERS[1]), {OTHERS[1]}),
    "a person holds it": (lambda world: world.hold("sol", CHANGE), {CHANGE}),
    "its stage is judged": (judge, {CHANGE}),
    "its change is edited": (edit, {CHANGE}),
    "its feature's switch is thrown": (lambda world: world.throw("sol", "feature/customer-support-ai"), {CHANGE}),
    "its model's switch is thrown": (
        lambda world: world.throw("sol", "model/openai.gpt-4o-2024-11"),
        {CHANGE, *OTHERS},
    ),
    "a tenant's switch is thrown": (lambda world: world.throw("sol", "tenant/initech"), set()),
    "another policy comes into force": (another_policy, {CHANGE, *OTHERS}),
    "the number alarm is raised": (alarm, {CHANGE, *OTHERS}),
    "a minute passes": (lambda world: world.clock.advance(TICK), {CHANGE, *OTHERS}),
    "half a minute passes": (lambda world: world.clock.advance(TICK / 2), set()),
}


@pytest.mark.parametrize("happens", HAPPENS)
def test_a_ramp_is_looked_at_again_when_something_happened_to_it_and_not_before(watched: World, happens: str):
    watch, (act, looked_at) = Watch(), HAPPENS[happens]
    assert set(go(watched, watch)) == {CHANGE, *OTHERS}
    assert go(watched, watch) == {}
    act(watched)
    assert set(go(watched, watch)) == looked_at


@pytest.mark.parametrize("happens", HAPPENS)
def test_a_look_among_many_equals_the_look_at_one(watched: World, happens: str):
    watch = Watch()
    for number in range(30):
        serve(watched, seed=number)
    assert go(watched, watch) == alone(watched)
    HAPPENS[happens][0](watched)
    for change, seen in go(watched, watch).items():
        assert seen == alone(watched)[change]


@pytest.mark.parametrize("counts", [(2,), (1,), (1, 2)])
def test_whatever_stage_has_counted_a_look_among_many_equals_the_look_at_one(world: World, counts: tuple[int, ...]):
    """Feedback may come for an earlier stage, whose evidence is carried into the present one."""
    change, watch = world.ramping(), Watch()
    world.outcomes(change)
    world.rounds_until("Wed 10:30")
    assert world.ramp(change).stage == 2
    before = go(world, watch)
    for seed, stage in enumerate(counts):
        serve(world, bad=("feedback_negative",), seed=seed, stage=stage)
    after = go(world, watch)
    assert after == alone(world)
    assert after != before


@pytest.mark.parametrize("seed", range(4))
def test_whoever_is_not_looked_at_would_not_act(watched: World, seed: int):
    """Chance decides what happens; what a watch passes over must stand where its last look saw it."""
    chance, watch, seen = random.Random(seed), Watch(), {}
    for number in range(25):
        for happens in chance.sample(sorted(HAPPENS), chance.randint(0, 2)):
            if happens != "a person holds it":
                HAPPENS[happens][0](watched)
        serve(watched, chance.choice((CHANGE, *OTHERS)), ("error",) * chance.randint(0, 1), seed=number)
        seen |= go(watched, watch)
        for change, fresh in alone(watched).items():
            assert type(seen[change].step) is type(fresh.step)
            assert getattr(seen[change].step, "code", "") == getattr(fresh.step, "code", "")


def test_the_step_that_a_look_foresees_is_a_moment(watched: World):
    watch = Watch()
    watched.clock.advance(timedelta(minutes=29, seconds=50))
    assert {type(seen.step) for seen in go(watched, watch).values()} == {Stay}
    assert watch.next_moment() == watched.moment("Wed 10:30")
    watched.clock.advance(timedelta(seconds=9))
    assert moments(watched, watch) == {}
    watched.clock.advance(timedelta(seconds=3))
    found = moments(watched, watch)
    assert set(found) == {CHANGE, *OTHERS}
    assert found == alone(watched)
    assert list(watch.late) == [2.0] * 4


def moments(world: World, watch: Watch) -> dict[str, Look]:
    """Let a watch look at the ramps whose moment has come, and return its looks by change."""
    with world.store.read() as db:
        return {seen.change.id: seen for seen in watch.at_moments(world.house, db, world.now)}


def test_turns_go_round_so_that_each_ramp_has_one_in_time(watched: World):
    watch = Watch(turns=1)
    assert len(go(watched, watch)) == 4
    for change in (CHANGE, *OTHERS):
        serve(watched, change)
    rounds = [set(go(watched, watch)) for _ in range(5)]
    assert [len(found) for found in rounds] == [1, 1, 1, 1, 0]
    assert set.union(*rounds) == {CHANGE, *OTHERS}


@pytest.mark.parametrize("change", [CHANGE, *OTHERS])
def test_a_ramp_has_its_turn_while_nothing_happens_to_the_others(watched: World, change: str):
    watch = Watch(turns=1)
    go(watched, watch)
    serve(watched, change)
    assert set.union(*(set(go(watched, watch)) for _ in range(4))) == {change}


@pytest.mark.parametrize("change", [CHANGE, *OTHERS])
def test_a_ramp_that_was_written_does_not_wait_for_its_turn(watched: World, change: str):
    watch = Watch(turns=1)
    go(watched, watch)
    with watched.store.write() as db:
        ramp_rows.update(db, replace(watched.ramp(change), hold=None))
    assert set(go(watched, watch)) == {change}


def test_what_is_driven_by_others_is_forgotten(watched: World):
    watch = Watch()
    go(watched, watch)
    with watched.store.read() as db:
        assert list(watch.go_round(watched.house, db, {CHANGE: watched.ramp(CHANGE).version}, watched.now)) == []
    assert set(go(watched, watch)) == set(OTHERS)


def test_a_ramp_that_has_ended_is_not_looked_at(watched: World):
    watch = Watch()
    go(watched, watch)
    with watched.store.read() as db:
        driven = ramp_rows.versions(db)
    watched.abort("sol", CHANGE)
    watched.clock.advance(TICK)
    with watched.store.read() as db:
        found = [seen.change.id for seen in watch.go_round(watched.house, db, driven, watched.now)]
    assert set(found) == set(OTHERS)


def test_a_ramp_that_cannot_be_looked_at_stops_no_other(watched: World, caplog: pytest.LogCaptureFixture):
    with watched.store.write() as db:
        ramp_rows.update(db, replace(watched.ramp(CHANGE), stage=99))
    assert set(go(watched, Watch())) == set(OTHERS)
    assert f"{CHANGE} could not be looked at" in caplog.text


def test_what_is_worth_a_step_is_looked_at_again_until_it_is_done(watched: World):
    watch = Watch()
    watched.at("Wed 10:31")
    with watched.store.read() as db:
        driven = ramp_rows.versions(db)
    for _ in range(2):
        found = stepping.worth_a_step(watched.house, watch, driven)
        assert set(found) == {CHANGE, *OTHERS}
    step = stepping.act_on(watched.house, CHANGE)
    assert isinstance(step, Hold)
    assert step.code == "no_data"
    assert watched.acts(CHANGE)[-1] == "ramp.held"


def test_a_round_in_which_nothing_follows_writes_nothing(watched: World):
    watched.round()
    before = len(watched.entries())
    watched.clock.advance(timedelta(minutes=5))
    watched.round()
    assert len(watched.entries()) == before
