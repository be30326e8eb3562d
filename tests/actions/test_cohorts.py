"""Does a ramp that begins with cohorts expose them alone, and count them apart?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.world import World

from leverframe.nouns.changes import BlastRadius, Change
from leverframe.nouns.targets import Cell
from leverframe.rules.routing import Router
from leverframe.store import outcomes

TARGET = "customer-support-ai"
PEOPLE = (Cell("everywhere", "everyone", 4_000_000, (("internal", 3_000), ("opted_in", 40_000))),)
RADIUS = BlastRadius(4_000_000, ("everywhere",), 55.0)
CELL = "everywhere|everyone"


@pytest.fixture
def asked_for(world: World) -> Change:
    """A ramp by the template `asked_for`: Acme's own people first, then who opted in, then a part of everybody."""
    world.of_targets(population=PEOPLE)
    return world.ramping(ramp="asked_for", blast_radius=RADIUS)


def served(world: World, *cohorts: str, people: int = 400) -> float:
    """Return the part of so many people that gets the candidate."""
    router = Router(world.table)
    variants = [router.route(TARGET, f"p{n}", cohorts=cohorts).variant for n in range(people)]
    return variants.count("candidate") / people


def counted(world: World, change: Change, stage: int) -> dict[str, tuple[float, int, int]]:
    """Return the share and the units of each stratum of a stage."""
    with world.store.read() as db:
        found = next(part for part in outcomes.counts(db, change.id) if part.stage == stage)
    return {name: (cell.share, cell.candidate_units, cell.control_units) for name, cell in found.cells.items()}


def test_a_ramp_reaches_one_cohort_after_the_other_and_then_everybody(world: World, asked_for: Change):
    assert (served(world), served(world, "opted_in"), served(world, "internal")) == (0, 0, 1)
    world.outcomes(asked_for, cohorts=("internal",))
    world.rounds_until("Wed 11:00")
    assert served(world, "opted_in") == pytest.approx(0.5, abs=0.1)
    assert (served(world), served(world, "internal"), served(world, "opted_in", "internal")) == (0, 1, 1)
    world.outcomes(asked_for, cohorts=("opted_in",))
    world.rounds_until("Wed 15:00")
    assert world.timeline(asked_for) == "Wed 10:00 100%, Wed 11:00 50%, Wed 15:00 10%"
    assert served(world) == served(world, "free") == pytest.approx(0.1, abs=0.06)
    assert served(world, "opted_in") == pytest.approx(0.5, abs=0.1)


def test_each_cohort_is_counted_by_its_own_share_and_its_numbers_fit(world: World, asked_for: Change):
    world.outcomes(asked_for, cohorts=("internal",))
    world.rounds_until("Wed 11:00")
    for cohorts in ((), ("opted_in",), ("internal",), ("free",), ("opted_in", "internal")):
        world.outcomes(asked_for, cohorts=cohorts, per_minute=500)
    found = counted(world, asked_for, 2)
    assert {name: share for name, (share, _, _) in found.items()} == {
        f"{CELL}|internal": 1.0, f"{CELL}|opted_in": pytest.approx(0.5),
    }  # fmt: skip
    assert found[f"{CELL}|internal"][1:] == (1000, 0)
    mine, theirs = found[f"{CELL}|opted_in"][1:]
    assert mine + theirs == 500
    ratio = world.view(asked_for).ramp.reading.readings[-1]
    assert (ratio.guardrail, ratio.finding) == ("sample_ratio", "pass")


def test_a_stage_of_a_cohort_in_which_nobody_told_the_cohort_has_no_data(world: World, asked_for: Change):
    world.outcomes(asked_for)
    world.rounds_until("Wed 12:00")
    assert (world.ramp(asked_for).stage, world.ramp(asked_for).hold.code) == (1, "no_data")


def test_a_harmful_candidate_is_found_out_by_the_cohort_that_goes_first(world: World):
    policy = world.policy
    order, plan = replace(policy.order, cohorts=("opted_in",)), policy.plans["asked_for"]
    plans = {**policy.plans, "asked_for": replace(plan, stages=plan.stages[1:])}
    world.enforce(replace(policy, plans=plans, order=order, digest="sha256:opted in first"))
    world.of_targets(population=PEOPLE, order=order)
    change = world.ramping(ramp="asked_for", blast_radius=RADIUS)
    world.outcomes(change, cohorts=("opted_in",), candidate_negative=0.25, per_minute=2_000)
    world.round()
    assert world.timeline(change) == "Wed 10:00 50%, Wed 10:00 rolled back"


def test_without_the_number_of_its_users_a_cohort_counts_as_everybody(world: World):
    """The policy's template would reach 100 % of who is internal: nobody knows that they are few."""
    because = world.file(ramp="asked_for", blast_radius=RADIUS)
    verdict = world.verdict(because, "blast_radius")
    assert verdict.refuses
    assert "would reach 100% of customer-support-ai's users; its ticket allows 55%" in verdict.because


def test_a_cohort_that_the_policy_does_not_know_is_refused_with_those_that_it_does(world: World):
    plan = world.policy.plans["asked_for"]
    clauses = (replace(plan.stages[0].clauses[0], cohorts=("staff",)),)
    odd = replace(plan, stages=(replace(plan.stages[0], clauses=clauses), *plan.stages[1:]))
    world.of_targets(population=PEOPLE)
    world.enforce(replace(world.policy, plans={**world.policy.plans, "asked_for": odd}, digest="sha256:odd"))
    verdict = world.verdict(world.file(ramp="asked_for", blast_radius=RADIUS), "audience_order")
    assert verdict.refuses
    assert "the cohort staff, which the policy does not" in verdict.because
    assert "internal, opted_in, free" in verdict.remedy
