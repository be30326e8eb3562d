"""What came of calls, counted once?"""

from __future__ import annotations

import pytest
from tests.world import TUESDAY, World, acme, read

from leverframe.actions import outcomes
from leverframe.gateway.calls import sign_call
from leverframe.nouns.changes import Change
from leverframe.nouns.evidence import CellCounts
from leverframe.nouns.outcomes import LARGEST_VALUE, Batch, Feedback, Outcome
from leverframe.nouns.tables import Reason
from leverframe.sources.policies import read_bundle
from leverframe.store import gateways
from leverframe.store import outcomes as rows

TARGET = "customer-support-ai"


@pytest.fixture
def change(world: World) -> Change:
    return world.ramping()


def cell(world: World, change: Change, stage: int = 1) -> CellCounts:
    with world.store.read() as db:
        return next(c for s in rows.counts(db, change.id) if s.stage == stage for c in s.cells.values())


def units(world: World, change: Change) -> int:
    found = cell(world, change)
    return found.candidate_units + found.control_units


def calls(world: World, count: int = 20, **other) -> list[str]:
    return [world.call(TARGET, f"person {n}", **other) for n in range(count)]


def batch(sequence: int, asked: list[str], boot: str = "b1", **parts) -> Batch:
    return Batch(boot, sequence, tuple(Outcome(call, **{"latency_ms": 900.0, **parts}) for call in asked))


def accept(world: World, told: Batch, gateway: str = "edge", targets: frozenset[str] = frozenset()):
    return outcomes.accept_batch(world.house, gateway, targets, told)


def test_a_batch_is_counted_once_however_often_it_is_sent(world: World, change: Change):
    told = batch(1, calls(world))
    assert accept(world, told) == outcomes.Taken(20)
    assert accept(world, told) == outcomes.Taken(0)
    assert units(world, change) == 20
    assert accept(world, batch(1, calls(world, 25)[20:], boot="b2")).recorded == 5
    assert units(world, change) == 25


BAD_ROWS = [
    {"cost_usd": float("nan")}, {"cost_usd": float("inf")}, {"cost_usd": -1.1e9}, {"latency_ms": float("nan")},
    {"latency_ms": 1e300}, {"bad": ("error\x00",)}, {"bad": ("Error",)},
]  # fmt: skip


@pytest.mark.parametrize("parts", BAD_ROWS, ids=str)
def test_a_row_that_cannot_be_counted_is_refused_by_itself_and_once(world: World, change: Change, parts):
    good, (wrong,) = batch(1, calls(world)), batch(1, [world.call(TARGET, "mallory")], **parts).outcomes
    told = Batch("b1", 1, (*good.outcomes[:7], wrong, *good.outcomes[7:]))
    assert accept(world, told) == outcomes.Taken(20, refused=1)
    assert accept(world, told) == outcomes.Taken(0)
    assert units(world, change) == 20
    with world.store.read() as db:
        assert [(lost.lost, lost.refused) for lost in gateways.losses(db)] == [(0, 1)]


BAD_SCORES = [
    {"metric": "groundedness", "value": float("nan")}, {"metric": "groundedness", "value": 1.1e9},
    {"metric": "groundedness", "value": float("-inf")}, {"metric": "x\x00", "value": 1.0},
    {"metric": "groundedness@fr-FR", "value": 1.0}, {"negative": True, "metric": "x" * 65},
    {"metric": "groundedness", "value": 1.01}, {"metric": "groundedness", "value": -0.01},
]  # fmt: skip


@pytest.mark.parametrize("parts", BAD_SCORES, ids=str)
def test_feedback_that_cannot_be_counted_takes_nobodys_along(world: World, change: Change, parts):
    said = [Feedback(call, negative=True) for call in calls(world)]
    said.insert(7, Feedback(world.call(TARGET, "mallory"), **parts))
    assert outcomes.accept_feedback(world.house, said) == outcomes.Taken(20, refused=1)
    found = cell(world, change)
    assert {**found.control_bad, **found.candidate_bad}["feedback_negative"] > 0
    assert not {**found.control_sums, **found.candidate_sums}


def test_the_largest_value_is_counted_at_every_door(world: World, change: Change):
    asked = calls(world, 2)
    assert accept(world, batch(1, asked, cost_usd=LARGEST_VALUE, latency_ms=LARGEST_VALUE)).recorded == 2
    said = [Feedback(call, metric="tone", value=-LARGEST_VALUE) for call in asked]
    assert outcomes.accept_feedback(world.house, said).recorded == 2


def test_a_person_who_asks_often_is_one_unit_and_bad_once(world: World, change: Change):
    asked = [world.call(TARGET, "the same person") for _ in range(5)]
    accept(world, batch(1, asked, bad=("error",)))
    found = cell(world, change)
    assert found.candidate_units + found.control_units == 1
    assert {**found.candidate_bad, **found.control_bad} == {"error": 1}


def test_numbers_that_are_leaped_over_are_counted_as_lost(world: World, change: Change):
    accept(world, batch(1, calls(world, 5)))
    accept(world, batch(4, calls(world, 5)))
    with world.store.read() as db:
        assert [(lost.gateway, lost.lost) for lost in gateways.losses(db)] == [("edge", 2)]
    accept(world, batch(3, []))
    with world.store.read() as db:
        assert [lost.lost for lost in gateways.losses(db)] == [1]


def test_a_gateway_counts_only_for_its_targets(world: World, change: Change):
    told = batch(1, calls(world))
    assert accept(world, told, targets=frozenset({"claims-summary"})) == outcomes.Taken(0, 0, 20)
    assert units(world, change) == 0


def test_a_forged_call_id_is_unknown(world: World, change: Change):
    (true,) = calls(world, 1)
    forged = [sign_call(read(true), b"another key"), true[:-2] + "AA", "lf1.x.y", "", "nonsense"]
    assert accept(world, batch(1, forged)) == outcomes.Taken(0, 0, 5)
    assert outcomes.accept_feedback(world.house, [Feedback(call, negative=True) for call in forged]).unknown == 5


def test_a_change_that_this_house_does_not_have_is_unknown_and_stops_no_batch(world: World, change: Change):
    """A restored database does not know what was filed since: its gateways must not be stuck for ever."""
    told = batch(1, [*calls(world, 3, change="CHG-2026-00099"), *calls(world, 2)])
    assert accept(world, told) == outcomes.Taken(2, 0, 3)


@pytest.mark.parametrize("reason", [reason.value for reason in Reason])
def test_only_calls_that_were_bucketed_count_in_a_reading(world: World, change: Change, reason: str):
    told = batch(1, calls(world, 10, reason=reason), bad=("error",))
    assert accept(world, told).recorded == 10
    counted = 10 if reason in ("candidate", "not_exposed") else 0
    assert units(world, change) == counted
    outcomes.accept_feedback(world.house, [Feedback(call, negative=True) for call in calls(world, 10, reason=reason)])
    bad = cell(world, change)
    negative = bad.candidate_bad.get("feedback_negative", 0) + bad.control_bad.get("feedback_negative", 0)
    assert negative == counted


@pytest.mark.parametrize("below", [{"latency_ms": -1.0}, {"cost_usd": -0.01}])
def test_no_call_takes_or_costs_less_than_nothing(world: World, change: Change, below: dict[str, float]):
    told = accept(world, batch(1, calls(world, 3), **below))
    assert told.recorded == 0
    assert units(world, change) == 0


def test_a_call_without_a_subject_counts_in_no_reading(world: World, change: Change):
    accept(world, batch(1, [world.call(TARGET, "") for _ in range(10)]))
    assert units(world, change) == 0


def test_a_call_is_slow_above_the_threshold_of_its_own_stage(world: World):
    """In a plan that allows 4,500 ms at 1 % and 2,000 ms at 10 %, answers of 3,000 ms are slow at 10 %."""
    files, path = dict(acme()[1]), "rollouts/customer-support-ai.yaml"
    drift = "      eval_groundedness_drift_max: 0.03\n"
    assert drift in files[path]
    files[path] = files[path].replace(drift, f"{drift}      p95_latency_ms_max: 2000\n")
    policy, faults = read_bundle(files, today=TUESDAY.date())
    assert policy is not None, faults
    world.enforce(policy, files)
    change = world.ramping()
    world.outcomes(change, latency_ms=3000.0)
    assert "slow" not in cell(world, change).candidate_bad
    world.rounds_until("Wed 10:30")
    assert world.ramp(change).stage == 2
    world.outcomes(change, latency_ms=3000.0)
    world.rounds_until("Wed 14:30")
    stands = world.ramp(change)
    assert (stands.stage, stands.hold.code if stands.hold else "") == (2, "both_above")


def test_a_call_is_slow_above_the_threshold_of_its_change(world: World, change: Change):
    accept(world, batch(1, calls(world, 10), latency_ms=4500.0))
    assert "slow" not in cell(world, change).control_bad
    accept(world, batch(2, calls(world, 10), latency_ms=4501.0))
    found = cell(world, change)
    assert found.control_bad.get("slow", 0) + found.candidate_bad.get("slow", 0) == 10


def test_feedback_is_counted_where_the_call_was_served(world: World, change: Change):
    asked = calls(world)
    accept(world, batch(1, asked))
    said = [Feedback(asked[0], negative=True), Feedback(asked[1], negative=False), Feedback(asked[2])]
    said += [Feedback(asked[3], metric="groundedness", value=0.8), Feedback(asked[4], value=0.5)]
    assert outcomes.accept_feedback(world.house, said) == outcomes.Taken(3, 0, 2)
    again = outcomes.accept_feedback(world.house, said[:1] * 3 + said[3:4] * 3)
    assert again.recorded == 6
    found = cell(world, change)
    assert {**found.control_bad, **found.candidate_bad}["feedback_negative"] == 1
    sums = {**found.control_sums, **found.candidate_sums}
    assert sums["groundedness"][:2] == (1, 0.8)
    locale = read(asked[3]).locale
    assert sums[f"groundedness@{locale}"][0] == 1


def test_feedback_past_the_horizon_of_its_stage_is_recorded_and_not_read(world: World, change: Change):
    asked = world.outcomes(change)
    world.rounds_until("Wed 10:30")
    before = cell(world, change)
    world.at("Wed 11:29")
    assert outcomes.accept_feedback(world.house, [Feedback(asked[0], negative=True)]).recorded == 1
    world.at("Wed 11:31")
    assert outcomes.accept_feedback(world.house, [Feedback(asked[1], negative=True)]) == outcomes.Taken(0, 1, 0)
    after = cell(world, change)
    assert sum(after.control_bad.values()) - sum(before.control_bad.values()) == 1
    with world.store.read() as db:
        assert rows.late(db, change.id) == 1


def test_traffic_is_counted_without_a_ramp_and_feeds_the_next_forecast(world: World):
    world.adopt()
    for minute in range(10):
        world.at(f"Tue 09:{minute:02d}")
        asked = [world.call(TARGET, f"person {minute} {n}") for n in range(30)]
        accept(world, batch(minute + 1, asked))
        outcomes.accept_feedback(world.house, [Feedback(asked[0], negative=True)])
    change = world.file()
    because = world.verdict(change, "forecast").because
    assert "is not known" not in because
