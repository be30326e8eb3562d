"""Is each unit counted once, in its own arm, whatever the network does?"""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from leverframe.nouns.outcomes import Feedback
from leverframe.nouns.ramps import RampState
from leverframe.nouns.verdicts import Invalid
from leverframe.store import changes, outcomes, past, ramps
from leverframe.store.outcomes import CountRow

CHANGE = "CHG-2026-00001"
CELL = "eu|everyone"


@pytest.fixture
def counted(store, tuesday):
    """A store in which stage 1 takes 10 % of one cell."""
    with store.write() as db:
        outcomes.set_shares(db, CHANGE, 1, {CELL: 0.1}, tuesday)
    return store


def _count(store, now, *rows):
    with store.write() as db:
        outcomes.count_batch(db, now, rows)


def _stage(store, stage=1, until=None):
    with store.read() as db:
        counts = outcomes.counts(db, CHANGE) if until is None else past.counts_until(db, CHANGE, until)
        return next(one for one in counts if one.stage == stage)


def _cell(store, cell=CELL, stage=1, **asked):
    return _stage(store, stage, **asked).cells[cell]


def test_a_unit_is_counted_at_its_first_call_and_not_again(counted, a_call, tuesday):
    rows = [CountRow(a_call("u1"), f"call-{n}") for n in range(3)]
    _count(counted, tuesday, *rows)
    _count(counted, tuesday, CountRow(a_call("u1"), "call-4"), CountRow(a_call("u2", "current"), "call-5"))
    cell = _cell(counted)
    assert (cell.share, cell.candidate_units, cell.control_units) == (0.1, 1, 1)


def test_a_unit_is_bad_once_for_each_guardrail(counted, a_call, tuesday):
    rows = [CountRow(a_call("u1"), f"call-{n}", ("error", "slow") if n else ("error",)) for n in range(3)]
    _count(counted, tuesday, *rows)
    _count(counted, tuesday, CountRow(a_call("u1"), "call-9", ("slow",)))
    cell = _cell(counted)
    assert cell.candidate_bad == {"error": 1, "slow": 1}
    assert cell.candidate_first_bad == {"error": 1}
    assert cell.control_bad == {}


def test_feedback_on_the_first_call_makes_a_unit_first_bad_and_on_a_later_one_only_bad(counted, a_call, tuesday):
    for unit in ("u1", "u2"):
        _count(counted, tuesday, CountRow(a_call(unit), f"{unit}-a"), CountRow(a_call(unit), f"{unit}-b"))
    thumbs = [CountRow(a_call("u1"), "u1-a", ("feedback_negative",), is_call=False)]
    thumbs += [CountRow(a_call("u2"), "u2-b", ("feedback_negative",), is_call=False)]
    _count(counted, tuesday, *thumbs)
    cell = _cell(counted)
    assert cell.candidate_units == 2
    assert cell.candidate_bad == {"feedback_negative": 2}
    assert cell.candidate_first_bad == {"feedback_negative": 1}


def test_a_late_thumb_on_the_first_call_counts_after_one_on_a_later_call(counted, a_call, tuesday):
    _count(counted, tuesday, CountRow(a_call(), "a"), CountRow(a_call(), "b"))
    for call in ("b", "a", "a", "b"):
        _count(counted, tuesday, CountRow(a_call(), call, ("feedback_negative",), is_call=False))
    cell = _cell(counted)
    assert cell.candidate_bad == {"feedback_negative": 1}
    assert cell.candidate_first_bad == {"feedback_negative": 1}


def test_feedback_that_overtakes_its_call_is_counted_once_all_the_same(counted, a_call, tuesday):
    _count(counted, tuesday, CountRow(a_call(), "a", ("feedback_negative",), is_call=False))
    _count(counted, tuesday, CountRow(a_call(), "a", ("error",)))
    cell = _cell(counted)
    assert cell.candidate_units == 1
    assert cell.candidate_first_bad == {"error": 1, "feedback_negative": 1}


def test_scores_are_summed_with_their_squares_and_a_repeated_one_is_counted_once(counted, a_call, tuesday):
    _count(
        counted,
        tuesday,
        CountRow(a_call(), "a", sums={"cost_usd": 0.002}),
        CountRow(a_call(), "b", sums={"cost_usd": 0.004}),
    )
    score = CountRow(a_call(), "a", sums={"groundedness": 0.5, "groundedness@de": 0.5}, is_call=False)
    _count(counted, tuesday, score, score)
    _count(counted, tuesday, score, replace(score, call="b", sums={"groundedness": 1.0}))
    sums = _cell(counted).candidate_sums
    assert sums["cost_usd"] == pytest.approx((2, 0.006, 0.00002))
    assert sums["groundedness"] == (2, 1.5, 1.25)
    assert sums["groundedness@de"] == (1, 0.5, 0.25)


@pytest.mark.parametrize(
    "served",
    [
        {"change": ""},
        {"reason": "model_fallback"},
        {"reason": "lease_expired"},
        {"reason": "candidate_model_thrown"},
        {"reason": "ramp_suspended"},
        {"region": "us"},
        {"stage": 2},
    ],
)
def test_what_was_not_part_of_the_comparison_counts_in_no_reading(counted, a_call, tuesday, served):
    _count(counted, tuesday, CountRow(a_call("u1", **served), "a", ("error",)))
    assert _cell(counted).candidate_units == 0
    _count(counted, tuesday, CountRow(a_call("", "current", reason="no_subject"), "b"))
    assert _cell(counted).control_units == 0


def test_a_traveller_stays_in_the_arm_of_the_first_call(counted, a_call, tuesday):
    with counted.write() as db:
        outcomes.set_shares(db, CHANGE, 1, {"us|everyone": 0.5}, tuesday)
    _count(counted, tuesday, CountRow(a_call("u1", "current"), "a"))
    _count(counted, tuesday, CountRow(a_call("u1", "candidate", region="us"), "b", ("error",), {"cost_usd": 1.0}))
    assert _cell(counted).control_units == 1
    for cell in (_cell(counted), _cell(counted, "us|everyone")):
        assert (cell.candidate_units, cell.candidate_bad, cell.control_bad) == (0, {}, {})
        assert cell.candidate_sums == {}


def test_a_stage_counts_for_itself(counted, a_call, tuesday):
    with counted.write() as db:
        outcomes.set_shares(db, CHANGE, 2, {CELL: 0.5}, tuesday)
    _count(counted, tuesday, CountRow(a_call(), "a", ("error",)), CountRow(a_call(stage=2), "b"))
    assert _cell(counted).candidate_bad == {"error": 1}
    second = _cell(counted, stage=2)
    assert (second.share, second.candidate_units, second.candidate_bad) == (0.5, 1, {})
    with counted.read() as db:
        whole = outcomes.counts(db, CHANGE)
        assert outcomes.times_counted(db, [CHANGE, "CHG-none"]) == {CHANGE: {1: 3, 2: 1}, "CHG-none": {}}
        assert [outcomes.counts_of(db, [CHANGE], stage=stage)[CHANGE] for stage in (1, 2, 3)] == [
            *map(list, zip(whole)),
            [],
        ]


def test_a_cell_whose_share_changes_counts_anew_in_both_arms(counted, a_call, tuesday):
    with counted.write() as db:
        outcomes.set_shares(db, CHANGE, 1, {CELL: 0.1, "us|everyone": 0.1}, tuesday)
    us = {"region": "us"}
    rows = [CountRow(a_call("u1"), "a"), CountRow(a_call("u2", "current"), "b"), CountRow(a_call("u3", **us), "c")]
    _count(counted, tuesday, *rows)
    later = tuesday + timedelta(minutes=1)
    with counted.write() as db:
        outcomes.set_shares(db, CHANGE, 1, {CELL: 0.5, "us|everyone": 0.1}, later)
    cell = _cell(counted)
    assert (cell.share, cell.candidate_units, cell.control_units) == (0.5, 0, 0)
    _count(
        counted, later, CountRow(a_call("u2", "candidate"), "d"), CountRow(a_call("u1"), "a", ("x",), is_call=False)
    )
    cell = _cell(counted)
    assert (cell.candidate_units, cell.candidate_bad) == (1, {})
    assert _cell(counted, "us|everyone").candidate_units == 1
    before = _cell(counted, until=tuesday)
    assert (before.share, before.candidate_units, before.control_units) == (0.1, 1, 1)


def test_what_promotes_begins_anew_while_harm_is_counted_on(counted, a_call, tuesday):
    _count(counted, tuesday, CountRow(a_call("u1"), "a", ("error",)), CountRow(a_call("u2", "current"), "b"))
    assert _stage(counted).proof is None
    later = tuesday + timedelta(minutes=1)
    with counted.write() as db:
        outcomes.set_shares(db, CHANGE, 1, {CELL: 0.1}, later, proof_anew=True)
    assert (_cell(counted).candidate_units, _stage(counted).proof[CELL].candidate_units) == (1, 0)
    _count(counted, later, CountRow(a_call("u1"), "c", ("error",)), CountRow(a_call("u3"), "d"))
    whole, proof = _cell(counted), _stage(counted).proof[CELL]
    assert (whole.candidate_units, whole.control_units, whole.candidate_bad) == (2, 1, {"error": 1})
    assert (proof.candidate_units, proof.control_units, proof.candidate_bad) == (2, 0, {"error": 1})
    assert _stage(counted, until=tuesday).proof is None
    assert _stage(counted, until=later) == _stage(counted)


def test_what_promotes_begins_anew_in_all_cells_when_the_last_is_reached(counted, a_call, tuesday):
    with counted.write() as db:
        outcomes.set_shares(db, CHANGE, 1, {CELL: 0.1, "us|everyone": 0.01}, tuesday)
    us = {"region": "us"}
    _count(counted, tuesday, CountRow(a_call("u1"), "a"), CountRow(a_call("u2", **us), "b"))
    with counted.write() as db:
        outcomes.set_shares(db, CHANGE, 1, {CELL: 0.1, "us|everyone": 0.1}, tuesday, proof_anew=True)
    _count(counted, tuesday, CountRow(a_call("u3", **us), "c"))
    stage = _stage(counted)
    assert {name: cell.candidate_units for name, cell in stage.cells.items()} == {CELL: 1, "us|everyone": 1}
    assert {name: cell.candidate_units for name, cell in stage.proof.items()} == {CELL: 0, "us|everyone": 1}


def test_what_comes_too_late_is_recorded_once_however_often_the_proof_began(counted, a_call, tuesday):
    with counted.write() as db:
        outcomes.set_shares(db, CHANGE, 1, {CELL: 0.1}, tuesday, proof_anew=True)
        outcomes.record_late(db, tuesday, a_call(), Feedback("a", negative=True))
        assert outcomes.late(db, CHANGE) == 1


def test_who_was_bad_before_at_the_same_share_is_bad_again_in_the_stage_that_waits(counted, a_call, tuesday):
    """`us` waits in stage 2 at the share of stage 1; the other region has been reached."""
    with counted.write() as db:
        outcomes.set_shares(db, CHANGE, 1, {CELL: 0.1, "us|everyone": 0.1}, tuesday)
        outcomes.set_shares(db, CHANGE, 2, {CELL: 0.5, "us|everyone": 0.1}, tuesday)
    us = {"region": "us"}
    _count(counted, tuesday, CountRow(a_call("u1"), "a", ("error",)), CountRow(a_call("u2", **us), "b", ("error",)))
    rows = [CountRow(a_call("u1", stage=2), "c", ("error",))]
    rows += [CountRow(a_call(unit, stage=2, **us), f"{unit}-d", ("error", "slow")) for unit in ("u2", "u3")]
    _count(counted, tuesday, *rows)
    _count(counted, tuesday, *rows)
    reached, waits = _cell(counted, stage=2), _cell(counted, "us|everyone", stage=2)
    assert (reached.candidate_bad, reached.candidate_again) == ({"error": 1}, {})
    assert (waits.candidate_bad, waits.candidate_again) == ({"error": 2, "slow": 2}, {"error": 1})


def test_a_cell_that_takes_nothing_yet_is_in_no_reading(counted, a_call, tuesday):
    with counted.write() as db:
        outcomes.set_shares(db, CHANGE, 1, {"us|everyone": 0.0}, tuesday)
    _count(counted, tuesday, CountRow(a_call("u1", "current", region="us"), "a"))
    with counted.read() as db:
        assert list(outcomes.counts(db, CHANGE)[0].cells) == [CELL]


def test_what_comes_too_late_is_recorded_and_not_read(counted, a_call, tuesday):
    with counted.write() as db:
        outcomes.record_late(db, tuesday, a_call(), Feedback("a", negative=True))
        assert outcomes.late(db, CHANGE) == 1
    assert (_cell(counted).candidate_units, _cell(counted).candidate_bad) == (0, {})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e300])
def test_a_value_that_is_no_number_is_refused_and_nothing_is_counted(counted, a_call, tuesday, value):
    with pytest.raises(Invalid, match="groundedness"):
        _count(counted, tuesday, CountRow(a_call(), "a", sums={"groundedness": value}))
    assert _cell(counted).candidate_units == 0


def test_very_large_sums_do_not_break_the_count(counted, a_call, tuesday):
    rows = [CountRow(a_call(f"u{n}"), f"{n}", sums={"tokens": 900_000.0}) for n in range(50)]
    _count(counted, tuesday, *rows)
    _count(counted, tuesday, *[replace(row, call="x" + row.call) for row in rows])
    assert _cell(counted).candidate_sums["tokens"] == pytest.approx((100, 9e7, 8.1e13))


def test_the_counts_are_derived_again_from_the_minutes_to_the_last_bit(counted, a_call, tuesday):
    dice = random.Random(7)
    stood = {}
    for minute in range(6):
        now = tuesday + timedelta(minutes=minute)
        rows = [
            CountRow(
                a_call(f"u{dice.randrange(40)}", dice.choice(("candidate", "current"))),
                f"call-{minute}-{number}",
                ("error",) if dice.random() < 0.2 else (),
                {"cost_usd": dice.random(), "groundedness": dice.random()},
            )
            for number in range(50)
        ]
        _count(counted, now + timedelta(seconds=dice.randrange(60)), *rows)
        stood[now] = _cell(counted)
    for now, cell in stood.items():
        assert _cell(counted, until=now) == cell


def test_the_order_of_batches_does_not_change_the_sums(store, a_call, tuesday):
    dice = random.Random(3)
    rows = [CountRow(a_call(f"u{n}"), f"{n}", sums={"cost_usd": dice.random() / 300}) for n in range(200)]
    seen = []
    for change in ("CHG-2026-00001", "CHG-2026-00002"):
        mine = [replace(row, facts=replace(row.facts, change=change)) for row in rows]
        dice.shuffle(mine)
        with store.write() as db:
            outcomes.set_shares(db, change, 1, {CELL: 0.1}, tuesday)
            for at in range(0, 200, 23):
                outcomes.count_batch(db, tuesday, mine[at : at + 23])
            seen.append(outcomes.counts(db, change)[0].cells[CELL])
    assert seen[0] == seen[1]


def test_many_gateways_at_once_count_every_unit_once(counted, a_call, tuesday):
    def post(seed):
        dice = random.Random(seed)
        for batch in range(5):
            units = [f"u{number}" for number in range(60)]
            dice.shuffle(units)
            _count(
                counted, tuesday, *[CountRow(a_call(unit), f"{seed}-{batch}-{unit}", ("error",)) for unit in units]
            )

    threads = [threading.Thread(target=post, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cell = _cell(counted)
    assert (cell.candidate_units, cell.candidate_bad) == (60, {"error": 60})


def test_forgetting_the_units_keeps_the_counts(counted, a_call, tuesday):
    _count(counted, tuesday, CountRow(a_call(), "a", ("error",)))
    with counted.write() as db:
        outcomes.forget_units(db, CHANGE)
    assert _cell(counted).candidate_bad == {"error": 1}


def test_a_stage_has_ended_when_a_later_one_began_or_the_ramp_ended(store, a_change, a_ramp, tuesday):
    at_ten = tuesday + timedelta(hours=1)
    with store.write() as db:
        assert outcomes.stage_ended_at(db, CHANGE, 1) is None
        changes.insert(db, a_change())
        ramps.insert(db, a_ramp())
        ramps.record_step(db, CHANGE, tuesday, "promoted", 1, 1.0, (), "ana", "signed")
        assert outcomes.stage_ended_at(db, CHANGE, 1) is None
        ramps.record_step(db, CHANGE, at_ten, "promoted", 2, 10.0, (), "clock", "proved")
        ramp = ramps.update(db, replace(a_ramp(), stage=2))
        assert outcomes.stage_ended_at(db, CHANGE, 1) == at_ten
        assert outcomes.stage_ended_at(db, CHANGE, 2) is None
        ended = at_ten + timedelta(hours=1)
        ramps.update(db, replace(ramp, state=RampState.ROLLED_BACK, ended_at=ended))
        assert outcomes.stage_ended_at(db, CHANGE, 2) == ended


def test_traffic_is_the_distinct_units_of_each_hour(store, a_call, tuesday):
    quiet = {"arm": "current", "change": "", "reason": "current"}
    for hour in (0, 2):
        for minute in range(60):
            now = tuesday + timedelta(hours=hour, minutes=minute)
            rows = [CountRow(a_call(f"u{minute}-{n % 2}", **quiet), f"{hour}-{minute}-{n}") for n in range(4)]
            _count(store, now, *rows, CountRow(a_call("", **quiet), f"anonymous-{hour}-{minute}", ("error",)))
    with store.read() as db:
        hours, bad = outcomes.traffic(db, "support-chat", tuesday, "Europe/Berlin")
        nothing = outcomes.traffic(db, "search", tuesday, "Europe/Berlin")
    assert hours == {11: 3.0, 12: 0.0, 13: 3.0}
    assert bad == {"error": pytest.approx(1 / 3)}
    assert nothing == ({}, {})


def test_traffic_of_an_hour_that_has_only_begun_is_not_diluted(store, a_call, tuesday):
    for minute in (30, 31, 32, 33, 34):
        now = tuesday + timedelta(minutes=minute)
        _count(store, now, CountRow(a_call(f"u{minute}"), f"{minute}"), CountRow(a_call(f"v{minute}"), f"v{minute}"))
    with store.read() as db:
        hours, _ = outcomes.traffic(db, "support-chat", tuesday - timedelta(days=7), "UTC")
    assert hours == {9: 2.0}
