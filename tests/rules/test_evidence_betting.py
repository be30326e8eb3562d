"""Is a fall of a bounded score proved by betting, exactly and with few pairs?"""

from __future__ import annotations

from math import exp, isfinite, log
from statistics import median

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leverframe.rules.evidence import betting

LOSSES = st.lists(st.floats(-1, 1), max_size=30)


def test_before_a_pair_there_is_no_evidence():
    assert betting.log_wealth(betting.NOTHING) == pytest.approx(0.0)


@given(LOSSES, st.integers(0, 30))
def test_two_spans_of_pairs_add_up(losses, cut):
    one, other = betting.bet(betting.NOTHING, losses[:cut]), betting.bet(betting.NOTHING, losses[cut:])
    both = tuple(a + b for a, b in zip(one, other, strict=True))
    assert betting.bet(betting.NOTHING, losses) == pytest.approx(both, abs=1e-9)


@given(st.floats(0, 0.9), st.floats(-1, 1), st.floats(-1, 1))
def test_nobody_wins_on_average_from_losses_of_at_most_the_limit(limit, low, high):
    """Two values around the limit, with the chances that make their mean the limit."""
    low, high = min(low, limit), max(high, limit)
    chance = (limit - low) / (high - low) if high > low else 1.0
    gains = [exp(betting.log_wealth(betting.bet(betting.NOTHING, [loss], limit))) for loss in (high, low)]
    assert chance * gains[0] + (1 - chance) * gains[1] <= 1 + 1e-9


@pytest.mark.parametrize("loss", [1.5, -1.01, float("nan")])
def test_a_score_outside_of_its_bounds_is_refused(loss):
    with pytest.raises(ValueError, match="scores lie in"):
        betting.bet(betting.NOTHING, [loss])


@given(st.floats(0, 1), st.tuples(*[st.floats(0, 1)] * 2), st.tuples(*[st.floats(0, 1)] * 2), st.floats(0, 1))
def test_nobody_wins_on_average_from_blocks_that_fall_by_at_most_the_limit(limit, control, candidate, chance):
    """Both means take two values, by themselves; the candidate's is on average at most the limit lower."""
    high = chance * max(control) + (1 - chance) * min(control)
    assume(high - sum(candidate) / 2 <= limit)
    chances = ((max(control), chance), (min(control), 1 - chance))
    won = [
        p / 2 * exp(betting.log_wealth(betting.bet_on_block(betting.NO_BLOCKS, theirs, mine, limit)))
        for theirs, p in chances
        for mine in candidate
    ]
    assert sum(won) <= 1 + 1e-9


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_no_block_takes_all_that_was_won(control, candidate, limit):
    assert all(isfinite(value) for value in betting.bet_on_block(betting.NO_BLOCKS, control, candidate, limit))


def minutes(drop: float, runs: int, seed: int) -> list[float]:
    """reference 4.3, B: scores of Beta(8, 2), five pairs a minute."""
    chance, found = np.random.default_rng(seed), []
    for _ in range(runs):
        mine, theirs = np.clip(chance.beta(8, 2, (240, 5)) - drop, 0, 1), chance.beta(8, 2, (240, 5))
        wealth, seen = betting.NOTHING, float("inf")
        for minute, losses in enumerate((theirs - mine).tolist(), start=1):
            wealth = betting.bet(wealth, losses)
            if betting.log_wealth(wealth) >= log(20):
                seen = minute
                break
        found.append(seen)
    return found


@pytest.mark.parametrize(("drop", "reference"), [(0.05, 31), (0.02, 119)])
def test_a_fall_is_seen_as_soon_as_the_reference_says(drop, reference):
    assert median(minutes(drop, 60, seed=1)) <= reference


def test_equal_scores_are_hardly_ever_called_a_fall():
    assert np.isfinite(minutes(0.0, 150, seed=2)).mean() <= 0.05
