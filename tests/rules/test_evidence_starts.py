"""Is harm that begins late seen soon, and is nothing promised in vain by looking for it?"""

from __future__ import annotations

from math import exp, log
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.rules.evidence import labels, starts

COUNTS = st.tuples(st.integers(0, 4_000), st.integers(0, 4_000))


@pytest.mark.parametrize(
    ("bake", "begin"),
    [(0, ()), (30, ()), (120, ()), (240, (30, 60, 90, 120, 150, 180, 210)), (1440, tuple(range(180, 1440, 180)))],
)
def test_processes_begin_later_in_stages_of_more_than_two_hours(bake, begin):
    assert starts.later_starts(bake) == begin


def test_the_weights_of_the_later_harms_add_up_to_one():
    assert sum(weight for _, weight in starts.LATE_HARM) == pytest.approx(1.0)


@given(COUNTS)
def test_a_ramp_of_short_stages_has_the_label_e_process_alone(counts):
    assert starts.log_harm({0.1: counts}, [], to_come=0, planned=0) == labels.log_harm({0.1: counts})


@given(COUNTS, st.lists(COUNTS, max_size=7))
def test_the_evidence_is_the_weighted_mean_of_its_processes(carried, since):
    """Also where one is so small that its power of e is nothing, and none is still to come."""
    found = starts.log_harm({0.5: carried}, [{0.5: each} for each in since], to_come=7 - len(since), planned=7)
    logs = [log(0.8) + labels.log_harm({0.5: carried})]
    logs += [log(0.2 / 7) + labels.log_mixture(starts.LATE_HARM, {0.5: each}) for each in since]
    logs += [log(0.2 / 7)] * (7 - len(since))
    assert found == pytest.approx(float(np.logaddexp.reduce(logs)), abs=1e-9)


def test_before_anything_is_counted_there_is_no_evidence():
    assert starts.log_harm({}, [], to_come=7, planned=7) == pytest.approx(0.0)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_one_bad_unit_brings_no_evidence_on_average_whichever_processes_have_begun(share):
    """The step of a supermartingale: what is expected after the next bad unit is at most what is there."""
    for a, b, since in ((0, 0, ()), (9, 40, ((3, 9),)), (40, 9, ((30, 2), (1, 1)))):
        before = starts.log_harm({share: (a, b)}, [{share: pair} for pair in since], 5 - len(since), 7)
        after = [
            share
            * exp(starts.log_harm({share: (a + 1, b)}, [{share: (x + 1, y)} for x, y in since], 5 - len(since), 7)),
            (1 - share)
            * exp(starts.log_harm({share: (a, b + 1)}, [{share: (x, y + 1)} for x, y in since], 5 - len(since), 7)),
        ]
        assert sum(after) <= exp(before) * (1 + 1e-9)


def minutes_to_harm(onset: int, ratio: float, runs: int, seed: int) -> list[float]:
    """Simulate the reference's LATE: equal arms, 5 bad events a minute, harm from a minute on, a stage of 240."""
    chance, begin, found = np.random.default_rng(seed), starts.later_starts(240), []
    for _ in range(runs):
        rates = 2.5 * np.where(np.arange(240) >= onset, ratio, 1.0)
        mine, theirs = np.cumsum(chance.poisson(rates)).tolist(), np.cumsum(chance.poisson(2.5, 240)).tolist()
        begun = [(0, 0)]
        for minute in range(240):
            if minute in begin:
                begun.append((mine[minute - 1], theirs[minute - 1]))
            now = mine[minute], theirs[minute]
            since = [{0.5: (now[0] - a, now[1] - b)} for a, b in begun]
            if starts.log_harm(since[0], since[1:], 8 - len(begun), 7) >= log(20):
                found.append(minute + 1)
                break
        else:
            found.append(float("inf"))
    return found


@pytest.mark.parametrize(("ratio", "from_the_start"), [(1.5, 83), (2.0, 40), (3.0, 19)])
def test_late_harm_is_seen_in_two_thirds_of_the_time_of_a_process_from_the_start(ratio, from_the_start):
    """reference 4.3, LATE: 83, 40 and 19 minutes after minute 135 without processes that begin later."""
    late = [minute - 135 for minute in minutes_to_harm(135, ratio, 200, seed=5) if minute > 135]
    assert median(late) <= 0.7 * from_the_start


@pytest.mark.parametrize(("ratio", "reference"), [(1.5, 27), (2.0, 9), (3.0, 3)])
def test_harm_from_the_start_is_hardly_seen_later_for_it(ratio, reference):
    assert median(minutes_to_harm(0, ratio, 200, seed=6)) <= 1.2 * reference + 1


def test_harmless_stages_are_rolled_back_no_more_often_than_promised():
    found = np.array(minutes_to_harm(0, 1.0, 400, seed=7))
    assert np.isfinite(found).mean() <= 0.05 + 3 * (0.05 * 0.95 / 400) ** 0.5
