"""Who uses a harmless ramp, how are their bad events counted, and which of these ramps are stopped?

The null ramp: 1 %, 10 %, 50 %; 510 looks, one a minute; requests per user are heavy-tailed, each user has an own
tendency to meet bad events, and comes back in every stage in the same bucket. The same worlds are counted in ways
that are wrong, to show how much they cost.
"""

from __future__ import annotations

from math import log
from typing import NamedTuple

import numpy as np

from leverframe.nouns.ramps import Clause, RampPlan, Stage
from leverframe.rules.evidence import carrying, starts

HANDBOOK = ((0.01, 30), (0.10, 240), (0.50, 240))
WAITING = ((0.1, 240), (0.1, 960), (0.5, 240))
"""A region at 10 %, which then waits at 10 % while its stage is at 50 % elsewhere, and is reached at last."""
NARROWED = ((0.01, 30), (0.10, 120), (0.50, 240), (0.10, 960), (0.50, 240))
"""A ramp that is narrowed to 10 % in the middle of its last stage, and returns: nobody counts twice in a stage."""
SMALL_STEPS = tuple((share, 60) for share in (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.75))


class Users(NamedTuple):
    """Bad events a minute of each user, and each user's bucket."""

    bad_per_minute: np.ndarray
    buckets: np.ndarray


def unequal_users(rng, count=5_000, per_minute=500):
    """Pareto requests (the top hundredth sends about 40 %), 5 % bad on average, intra-user correlation 0.2."""
    weights = rng.pareto(1.2, count) + 1
    return Users(per_minute * weights / weights.sum() * rng.beta(0.2, 3.8, count), rng.random(count))


def always_bad_users(rng, count=5_000, per_minute=500):
    """5 % of the users meet a bad event at every request: they come back in every stage."""
    weights = rng.lognormal(0, 1.5, count)
    return Users(per_minute * weights / weights.sum() * (rng.random(count) < 0.05), rng.random(count))


def waits(rng, rates):
    """Draw each user's time to the next bad event: infinite for those who meet none."""
    with np.errstate(divide="ignore"):
        return rng.exponential(1.0, len(rates)) / rates


def by_unit_and_stage(rng, users, stages):
    """Count as DESIGN.md 4 says: a unit's first bad event in the stage, both arms beginning together."""
    for share, minutes in stages:
        first = waits(rng, users.bad_per_minute)
        met, candidate = first < minutes, users.buckets < share
        yield per_minute(first[met & candidate], minutes), per_minute(first[met & ~candidate], minutes)


def by_unit_and_share(rng, users, stages):
    """Count a region that waits: who met a bad event at its share in the stage before is not counted again."""
    met_at = {share: np.zeros(len(users.buckets), dtype=bool) for share, _ in stages}
    for share, minutes in stages:
        first = waits(rng, users.bad_per_minute)
        met, candidate = (first < minutes) & ~met_at[share], users.buckets < share
        met_at[share] |= met
        yield per_minute(first[met & candidate], minutes), per_minute(first[met & ~candidate], minutes)


def by_request(rng, users, stages):
    """Count every bad request: a heavy user's bucket decides about hundreds of events."""
    for share, minutes in stages:
        candidate = users.buckets < share
        rates = users.bad_per_minute[candidate].sum(), users.bad_per_minute[~candidate].sum()
        yield rng.poisson(rates[0], minutes), rng.poisson(rates[1], minutes)


def by_unit_and_arm(rng, users, stages):
    """Count a unit's first bad event in each arm of the ramp: who widens into the candidate is counted again."""
    start, control = 0, waits(rng, users.bad_per_minute)
    after = waits(rng, users.bad_per_minute)
    starts = np.cumsum([0, *(minutes for _, minutes in stages)])
    entered = np.full(len(users.buckets), np.inf)
    for (share, _), begins in reversed(list(zip(stages, starts, strict=False))):
        entered[users.buckets < share] = begins
    for _, minutes in stages:
        candidate, beside = entered + after, np.where(control < entered, control, np.inf)
        ends = start + minutes
        yield (
            per_minute(candidate[(candidate >= start) & (candidate < ends)] - start, minutes),
            per_minute(beside[(beside >= start) & (beside < ends)] - start, minutes),
        )
        start = ends


def per_minute(times, minutes):
    return np.bincount(times.astype(int), minlength=minutes)


def is_rolled_back(stages, counts, begins, alpha):
    """Look each minute, with the evidence that is carried into the stage, and stop at the first harm.

    What was counted while a region waited at the share of the stage before is left out when it is reached.
    """
    done: dict[int, tuple[float, tuple[int, int]]] = {}
    for number, ((share, _), (candidate, control)) in enumerate(zip(stages, counts, strict=True), start=1):
        carried: dict[float, tuple[int, int]] = dict(
            pair for stage, pair in done.items() if stage >= begins[number - 1]
        )
        mine, theirs = carried.get(share, (0, 0))
        totals = list(
            zip((mine + np.cumsum(candidate)).tolist(), (theirs + np.cumsum(control)).tolist(), strict=True)
        )
        if any(value >= -log(alpha) for value in evidence(stages, number, carried, share, totals)):
            return True
        if number == 1 or stages[number - 2][0] != share:
            done[number] = (share, totals[-1])
    return False


def evidence(stages, number, carried, share, totals):
    """Yield the rollback evidence after each minute of a stage, with its processes that begin later."""
    later = [starts.later_starts(minutes) for _, minutes in stages]
    planned, to_come = sum(map(len, later)), sum(map(len, later[number - 1 :]))
    begun: list[tuple[int, int]] = []
    for minute, total in enumerate(totals):
        if minute in later[number - 1]:
            begun.append(totals[minute - 1])
        since = [{share: (total[0] - mine, total[1] - theirs)} for mine, theirs in begun]
        yield starts.log_harm({**carried, share: total}, since, to_come - len(begun), planned)


def share_rolled_back(make_users, count, stages, begins, alpha, runs, seed):
    rng = np.random.default_rng(seed)
    ramps = (is_rolled_back(stages, count(rng, make_users(rng), stages), begins, alpha) for _ in range(runs))
    return sum(ramps) / runs


def begins_of(stages):
    return carrying.carried_from(RampPlan(tuple(Stage((Clause(100 * share),), bake) for share, bake in stages)))
