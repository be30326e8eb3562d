"""Does the house keep audiences in the policy's order, whoever acts?"""

from __future__ import annotations

from dataclasses import replace

from tests.world import ON_SQLITE, World, no_of

from leverframe.nouns.audiences import AudienceOrder
from leverframe.nouns.ramps import RampState

pytestmark = ON_SQLITE
CLAIMS = "claims-summary"
US_FIRST = AudienceOrder(regions=(("us",), ("eu",), ("au",)))


def exposed(world: World, region: str) -> bool:
    """Say whether anybody in a region gets the candidate."""
    return any(world.decide(CLAIMS, f"p{n}", region).variant == "candidate" for n in range(60))


def test_a_plan_in_another_order_waits_for_a_better_one(world: World):
    world.of_targets(order=US_FIRST)
    world.enforce(replace(world.policy, order=US_FIRST, digest="sha256:us first"))
    change = world.ready("claims-regions")
    verdict = world.verdict(change, "audience_order")
    assert verdict.refuses
    assert "at stage 1 everyone in au would be at 50 % while everyone in us, which comes first" in verdict.because
    assert "reach everyone in us first" in verdict.remedy
    assert verdict.who == "ana"


def test_no_table_of_a_whole_ramp_is_wider_in_a_later_region(world: World):
    change = world.armed("claims-regions")
    world.clock.move_to(change.start.opens_at)
    world.round()
    for until in ("Tue 09:00", "Tue 15:00", "Wed 12:00", "Thu 01:00", "Thu 09:00", "Thu 15:00"):
        world.outcomes(change)
        world.rounds_until(until, every=60)
        if until == "Wed 12:00":
            held = world.ramp(change).hold
            assert (held.code, world.ramp(change).stage) == ("window", 3)
            assert held.because.endswith("eu comes after au; us comes after au and eu")
    assert world.ramp(change).state is RampState.SETTLED
    shown = {table.number: table.features[CLAIMS].candidate for table in world.tables}
    candidates = [candidate for candidate in shown.values() if candidate]
    assert [candidate.stage for candidate in candidates] == [1, 2, 3, 4, 4, 4]
    for candidate in candidates:
        bounds = [candidate.below[f"{region}|everyone"] for region in ("au", "eu", "us")]
        assert bounds == sorted(bounds, reverse=True)


def test_a_policy_that_would_turn_the_order_round_under_a_ramp_is_refused_and_an_abort_is_not(world: World):
    change = world.armed("claims-regions")
    world.clock.move_to(change.start.opens_at)
    world.round()
    catalog = world.policy.catalog
    turned = {name: replace(target, order=US_FIRST) for name, target in catalog.targets.items()}
    policy = replace(world.policy, catalog=replace(catalog, targets=turned), order=US_FIRST, digest="sha256:us first")
    because = no_of(lambda: world.enforce(policy))["interlock"]
    assert because.startswith(f"{change.id}: everyone in au would be at 50 % while everyone in us, which comes first")
    assert exposed(world, "au")
    world.abort("sol", change)
    assert not exposed(world, "au")
    world.enforce(policy)
