"""Is a mean judged by its minutes, like with like, and only where it is shown to be beyond its limit?"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.evidence import CellCounts
from leverframe.nouns.ramps import Clause, LimitKind, Slo, Stage
from leverframe.rules.evidence import betting, differences
from leverframe.rules.evidence.means import metrics_of, with_minute

GROUNDED = Stage((Clause(10),), 240, (Slo("eval_groundedness_drift_max", "groundedness", LimitKind.FALL, 0.04),))


def sums(values):
    return len(values), float(sum(values)), float(sum(value * value for value in values))


def cell(mine, theirs, metric="groundedness"):
    return CellCounts(0.1, 50, 450, candidate_sums={metric: sums(mine)}, control_sums={metric: sums(theirs)})


def after(*minutes, stage=GROUNDED):
    known = {}
    for cells in minutes:
        known = with_minute(known, {f"{n}|everyone": each for n, each in enumerate(cells)}, stage)
    return known


def test_means_are_compared_within_each_cell():
    """The candidate is as good in each cell; it only has more of the cell where scores are low."""
    easy, hard = cell([0.8, 1.0] * 10, [0.8, 1.0] * 90), cell([0.3, 0.5] * 90, [0.3, 0.5] * 90)
    known = after(*[(easy, hard)] * 30)["groundedness"]
    assert differences.difference(known.difference) == pytest.approx(0.0, abs=1e-12)
    assert differences.difference(known.candidate) == pytest.approx(0.45)


def test_a_minute_with_scores_in_one_arm_only_is_not_compared():
    known = after((cell([0.5] * 40, []),))["groundedness"]
    assert (known.candidate.intervals, known.control.intervals, known.difference.intervals) == (1, 0, 0)


def test_only_what_a_limit_names_is_kept_and_its_locales_with_it():
    known = after((cell([0.5], [0.5]), cell([0.5], [0.5], "tone"), cell([0.5], [0.5], "groundedness@fr-FR")))
    assert set(known) == {"groundedness", "groundedness@fr-FR"}


def test_a_limit_on_the_worst_locale_reads_groundedness():
    slos = (
        Slo("fairness_locale_delta_max", "fairness_locale_delta", LimitKind.FALL, 0.04),
        Slo("cost_per_call_usd_max", "cost_usd", LimitKind.MEAN, 0.01),
        Slo("error_rate_max", "error", LimitKind.RATE, 0.01),
    )
    assert metrics_of(Stage((Clause(10),), 240, slos)) == {"groundedness", "cost_usd"}


def test_only_a_fall_of_bounded_scores_is_bet_on():
    (fall,) = GROUNDED.slos
    bounded = replace(GROUNDED, slos=(replace(fall, bounds=(0.0, 1.0)), Slo("cost", "cost_usd", LimitKind.MEAN, 1)))
    minute = (replace(cell([0.4], [0.9]), candidate_sums={"groundedness": sums([0.4]), "cost_usd": sums([2.0])}),)
    assert not after(minute)["groundedness"].wealth
    known = after(minute, stage=bounded)
    assert betting.log_wealth(known["groundedness"].wealth) > 0.0
    assert not known["cost_usd"].wealth


def test_bets_are_the_same_on_any_scale():
    (fall,) = GROUNDED.slos
    one = replace(GROUNDED, slos=(replace(fall, bounds=(0.0, 1.0)),))
    five = replace(GROUNDED, slos=(replace(fall, limit=0.16, bounds=(1.0, 5.0)),))
    low = after((cell([0.5, 0.25], [1.0]), cell([0.75], [0.5, 0.75])), stage=one)["groundedness"]
    high = after((cell([3.0, 2.0], [5.0]), cell([4.0], [3.0, 4.0])), stage=five)["groundedness"]
    assert high.wealth == pytest.approx(low.wealth)


def test_nothing_is_bet_on_a_minute_with_scores_in_one_arm_only():
    (fall,) = GROUNDED.slos
    bounded = replace(GROUNDED, slos=(replace(fall, bounds=(0.0, 1.0)),))
    assert after((cell([0.1] * 40, []),), stage=bounded)["groundedness"].wealth == betting.NO_BLOCKS


@given(st.lists(st.lists(st.floats(0, 1), min_size=1, max_size=5), min_size=1, max_size=12), st.integers(0, 12))
def test_minutes_read_in_two_goes_say_the_same_to_the_last_bit(minutes, cut):
    bounded = replace(GROUNDED, slos=tuple(replace(slo, bounds=(0.0, 1.0)) for slo in GROUNDED.slos))
    cells = [{"uk|everyone": cell(values, [*values[::-1], 0.5])} for values in minutes]
    known = {}
    for each in cells[:cut]:
        known = with_minute(known, each, bounded)
    for each in cells[cut:]:
        known = with_minute(known, each, bounded)
    assert known == after(*[tuple(each.values()) for each in cells], stage=bounded)


@pytest.mark.parametrize(("kind", "shift", "seen"), [(LimitKind.FALL, -0.1, True), (LimitKind.RISE, -0.1, False)])
def test_a_fall_is_no_rise(kind, shift, seen):
    chance = random.Random(7)
    minutes = [
        (cell([0.8 + shift + chance.gauss(0, 0.05)] * 4, [0.8 + chance.gauss(0, 0.05)] * 30),) for _ in range(60)
    ]
    known = after(*minutes)["groundedness"].difference
    known = differences.turned(known) if kind is LimitKind.FALL else known
    assert (differences.lower_bound(known, 0.01) > 0.0) is seen
    assert differences.lower_bound(known, 0.01) < differences.difference(known) < differences.upper_bound(known, 0.01)
