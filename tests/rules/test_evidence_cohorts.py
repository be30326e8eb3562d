"""Does a clause for a cohort leave the evidence sound?

The null ramp with a cohort: one user in ten is in it, meets trouble four times as often as the others, and is exposed
by a share of its own. Counted in a stratum of its own, a harmless ramp is rolled back no more often than alpha says,
and the sample ratio is right. Counted with the rest of its cell, as if the cell's share were theirs too, both are
wrong at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from math import log
from typing import NamedTuple

import numpy as np
import pytest

from leverframe.nouns.changes import BlastRadius
from leverframe.nouns.ramps import Clause, Ramp, RampPlan, RampState, Stage
from leverframe.nouns.targets import Cell, Delivery, Target, Tier
from leverframe.rules.evidence import labels, sample_ratio
from leverframe.rules.evidence.carrying import carried_from
from leverframe.rules.lowering import shares

ALPHA = 0.05
NOW = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)
SUPPORT = Target("support", "Support", Tier.LOW, Delivery.EMBEDDED, "team", (Cell("eu", "everyone", 5_000),))
CELL, COHORT = "eu|everyone", "eu|everyone|internal"


def plan_of(*stages: tuple[tuple[Clause, ...], int]) -> RampPlan:
    return RampPlan(tuple(Stage(clauses, minutes) for clauses, minutes in stages))


INTERNAL = Clause(50, cohorts=("internal",))
BESIDE = plan_of(((Clause(1), INTERNAL), 60), ((Clause(10),), 240), ((Clause(50),), 240))
"""The cohort is ahead of everybody else; at the end they are level, and it is where it was."""
FIRST = plan_of(((Clause(10, cohorts=("internal",)),), 240), ((INTERNAL,), 240), ((Clause(10),), 240))
"""Nobody but the cohort in the first stages."""


class Users(NamedTuple):
    """Calls and bad events a minute of each user, who is in the cohort, and each user's bucket."""

    calls_per_minute: np.ndarray
    bad_per_minute: np.ndarray
    internal: np.ndarray
    buckets: np.ndarray


def unequal_users(rng: np.random.Generator, count: int = 5_000, per_minute: float = 500) -> Users:
    """Pareto requests, 5 % bad on average; the cohort asks twice as often, and meets four times the trouble."""
    internal = rng.random(count) < 0.1
    weights = (rng.pareto(1.2, count) + 1) * np.where(internal, 2, 1)
    calls = per_minute * weights / weights.sum()
    return Users(calls, calls * rng.beta(0.2, 3.8, count) * np.where(internal, 4, 1), internal, rng.random(count))


class Stratum(NamedTuple):
    """What one stratum of one stage counts by the minute: who was bad, who newly so, and who was seen."""

    share: float
    bad: tuple[np.ndarray, np.ndarray]
    newly_bad: tuple[np.ndarray, np.ndarray]
    seen: tuple[np.ndarray, np.ndarray]


def stages_of(rng: np.random.Generator, users: Users, plan: RampPlan, *, apart: bool) -> Iterator[list[Stratum]]:
    """Serve and count each stage: in the strata that the compiler gives, or (not `apart`) all of it as the cell's."""
    before = {CELL: -1.0, COHORT: -1.0}
    met_before = np.zeros(len(users.buckets), dtype=bool)
    for number, stage in enumerate(plan.stages, start=1):
        ramp = Ramp("CHG", "support", RampState.RAMPING, number, NOW, NOW, "salt", {"eu": NOW})
        share = shares(ramp, plan, SUPPORT, BlastRadius(5_000, (), 100.0))
        candidate = users.buckets < np.where(users.internal, share[COHORT], share[CELL])
        bad_at, seen_at = waits(rng, users.bad_per_minute), waits(rng, users.calls_per_minute)
        again = met_before & np.where(users.internal, before[COHORT] == share[COHORT], before[CELL] == share[CELL])
        rows = []
        for name, here in ((CELL, ~users.internal), (COHORT, users.internal)):
            counted = [
                tuple(per_minute(times[who & here & arm], stage.bake_minutes) for arm in (candidate, ~candidate))
                for times, who in ((bad_at, np.ones_like(here)), (bad_at, ~again), (seen_at, np.ones_like(here)))
            ]
            rows.append(Stratum(share[name] if apart else share[CELL], *counted))
        met_before, before = bad_at < stage.bake_minutes, share
        yield rows


def waits(rng: np.random.Generator, rates: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return rng.exponential(1.0, len(rates)) / rates


def per_minute(times: np.ndarray, minutes: int) -> np.ndarray:
    return np.cumsum(np.bincount(times[times < minutes].astype(int), minlength=minutes)[:minutes])


def by_share(rows: list[tuple[float, tuple[int, int]]]) -> dict[float, tuple[int, int]]:
    """Add up, and leave out where all or none have the candidate, as the readings do."""
    sums: dict[float, tuple[int, int]] = {}
    for share, (mine, theirs) in rows:
        if 0 < share < 1:
            candidate, control = sums.get(share, (0, 0))
            sums[share] = (candidate + mine, control + theirs)
    return sums


class Course(NamedTuple):
    """How a harmless ramp went, looked at each minute."""

    rolled_back: bool
    alarmed: bool


def ramp(rng: np.random.Generator, plan: RampPlan, *, apart: bool) -> Course:
    begins, needed, done = carried_from(plan), log(len(set(carried_from(plan))) / ALPHA), []
    rolled_back = alarmed = False
    for number, strata in enumerate(stages_of(rng, unequal_users(rng), plan, apart=apart), start=1):
        first = begins[number - 1]
        carried = [row for stage, rows in done if stage >= first for row in rows]
        for minute in range(0, plan.stages[number - 1].bake_minutes, 3):
            bad = [(s.share, _at(s.bad if number == first else s.newly_bad, minute)) for s in strata]
            rolled_back |= labels.log_harm(by_share([*carried, *bad])) >= needed
            seen = by_share([(s.share, _at(s.seen, minute)) for s in strata])
            alarmed |= sample_ratio.log_mismatch(seen) >= -log(sample_ratio.ALPHA)
        done.append((number, [(s.share, _at(s.bad if number == first else s.newly_bad, -1)) for s in strata]))
    return Course(rolled_back, alarmed)


def _at(arms: tuple[np.ndarray, np.ndarray], minute: int) -> tuple[int, int]:
    return int(arms[0][minute]), int(arms[1][minute])


def rates(plan: RampPlan, runs: int, seed: int, *, apart: bool) -> tuple[float, float]:
    rng = np.random.default_rng(seed)
    courses = [ramp(rng, plan, apart=apart) for _ in range(runs)]
    return sum(c.rolled_back for c in courses) / runs, sum(c.alarmed for c in courses) / runs


def at_most(alpha: float, runs: int) -> float:
    """Alpha and three Monte-Carlo standard errors."""
    return alpha + 3 * (alpha * (1 - alpha) / runs) ** 0.5


@pytest.mark.parametrize(("plan", "begins"), [(BESIDE, (1, 2, 2)), (FIRST, (1, 1, 3))])
def test_a_harmless_ramp_with_a_cohort_is_rolled_back_at_most_as_often_as_alpha_says(plan, begins):
    assert carried_from(plan) == begins
    rolled_back, alarmed = rates(plan, 300, seed=11, apart=True)
    assert rolled_back <= at_most(ALPHA, 300)
    assert alarmed <= at_most(sample_ratio.ALPHA, 300)


def test_a_cohort_that_was_counted_with_its_cell_would_roll_back_and_alarm_at_once():
    rolled_back, alarmed = rates(BESIDE, 30, seed=12, apart=False)
    assert rolled_back > 0.9
    assert alarmed > 0.9
