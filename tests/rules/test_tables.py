"""Is a table what its facts allow, and never more?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leverframe.nouns.changes import BlastRadius
from leverframe.nouns.documents import from_document, to_document
from leverframe.nouns.ramps import Clause, Ramp, RampPlan, RampState, Stage
from leverframe.nouns.switches import Layer, OnExpiry, Switch
from leverframe.nouns.tables import BUCKETS, Number, Reason, RouteTable, Variant
from leverframe.nouns.targets import Cell, Delivery, Target, Tier
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Refused
from leverframe.rules.lowering import shares
from leverframe.rules.routing import Router
from leverframe.rules.tables import RampFacts, TableFacts, check_cap, compile_table

NOW = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)
CURRENT, CANDIDATE = Unit("support@1", "m.a"), Unit("support@2", "m.a")
POPULATION = (
    Cell("au", "internal", 1_000),
    Cell("au", "everyone", 99_000),
    Cell("eu", "internal", 1_000),
    Cell("eu", "everyone", 399_000),
    Cell("us", "everyone", 500_000),
)
EVERYWHERE = ("au", "eu", "us")


def _target(population: tuple[Cell, ...] = POPULATION, id: str = "support") -> Target:
    return Target(
        id, "Support", Tier.MEDIUM, Delivery.EMBEDDED, "support-team", population, fallback="macro-templates"
    )


def _plan(*stages: float | tuple[Clause, ...]) -> RampPlan:
    clauses = [stage if isinstance(stage, tuple) else (Clause(stage),) for stage in stages]
    return RampPlan(tuple(Stage(each, bake_minutes=30) for each in clauses))


def _ramp(stage: int, published: tuple[str, ...] = EVERYWHERE, **parts) -> Ramp:
    known = {"change": "CHG-2026-00001", "target": "support", "state": RampState.RAMPING, "salt": "salt"}
    regions = dict.fromkeys(published, NOW)
    return Ramp(**{**known, **parts}, stage=stage, started_at=NOW, stage_since=NOW, published=regions)


def _ticket(cap: float = 50.0, regions: tuple[str, ...] = EVERYWHERE, rings: tuple[str, ...] = ()) -> BlastRadius:
    return BlastRadius(1_000_000, regions, cap, rings)


def _facts(ramp: Ramp, plan: RampPlan, ticket: BlastRadius | None = None, **parts) -> TableFacts:
    known = {"targets": {"support": _target()}, "current": {"support": CURRENT}}
    return TableFacts(**{**known, "ramps": [RampFacts(ramp, plan, CANDIDATE, ticket or _ticket())], **parts})


def _below(facts: TableFacts) -> dict[str, float]:
    """Return what is exposed in each cell, in percent."""
    candidate = compile_table(Number(1, 1), facts).features["support"].candidate
    assert candidate is not None
    return {cell: round(bound * 100 / BUCKETS, 6) for cell, bound in candidate.below.items()}


def test_a_stage_without_regions_or_rings_reaches_all_of_the_tickets():
    assert _below(_facts(_ramp(1), _plan(10, 100))) == {
        "au|internal": 10, "au|everyone": 10, "eu|internal": 10, "eu|everyone": 10, "us|everyone": 10,
    }  # fmt: skip


def test_a_stage_reaches_only_the_regions_in_which_it_was_published():
    below = _below(_facts(_ramp(2, ("au",)), _plan(1, 10, 100)))
    assert (below["au|everyone"], below["eu|everyone"], below["us|everyone"]) == (10, 1, 1)
    assert _below(_facts(_ramp(1, ()), _plan(1, 100)))["au|everyone"] == 0


def test_the_largest_share_of_this_and_all_earlier_stages_counts():
    stages = _plan((Clause(50, rings=("internal",)), Clause(2, regions=("eu",))), (Clause(5),), (Clause(100),))
    assert _below(_facts(_ramp(2), stages)) == {
        "au|internal": 50, "au|everyone": 5, "eu|internal": 50, "eu|everyone": 5, "us|everyone": 5,
    }  # fmt: skip


def test_a_smaller_later_stage_takes_no_one_away():
    assert _below(_facts(_ramp(2), _plan(10, 1, 100)))["eu|everyone"] == 10


def test_nothing_outside_the_tickets_regions_and_rings_is_ever_exposed():
    plan = _plan((Clause(100, regions=("us", "eu"), rings=("internal", "everyone")),))
    assert _below(_facts(_ramp(1), plan, _ticket(100, ("eu",), ("internal",)))) == {"eu|internal": 100}


def test_shares_are_exactly_what_the_table_exposes():
    ramp, plan = _ramp(2, ("au", "eu")), _plan(1, 33.3, 100)
    facts = _facts(ramp, plan)
    candidate = compile_table(Number(1, 1), facts).features["support"].candidate
    assert candidate is not None
    exposed = shares(ramp, plan, _target(), _ticket())
    assert exposed == {cell: bound / BUCKETS for cell, bound in candidate.below.items()}
    assert exposed["us|everyone"] == pytest.approx(0.01, abs=1e-12)


# share of the second of three stages, cap, regions -> allowed?
CAPS = [
    (50, 50, EVERYWHERE, True),
    (50.001, 50, EVERYWHERE, False),
    (10, 9.99, EVERYWHERE, False),
    (100, 50, ("us",), True),
    (100, 49.9, ("us",), False),
    (100, 10, ("au",), True),
    (0.1, 0.1, EVERYWHERE, True),
]


@pytest.mark.parametrize(("share", "cap", "regions", "allowed"), CAPS)
def test_the_share_of_the_whole_population_stays_within_the_tickets_cap(share, cap, regions, allowed):
    facts = _facts(_ramp(2), _plan(0.05, share, 100), _ticket(cap, regions))
    if allowed:
        assert _below(facts)
    else:
        with pytest.raises(Refused) as refused:
            compile_table(Number(1, 1), facts)
        (verdict,) = refused.value.verdicts
        assert verdict.gate == "interlock"
        assert f"its ticket allows {cap:g}%" in verdict.because
        assert verdict.remedy


def test_the_last_stage_is_settlement_and_has_no_cap():
    assert _below(_facts(_ramp(3), _plan(1, 10, 100), _ticket(10)))["us|everyone"] == 100


def test_a_cap_counts_only_what_is_published():
    plan, ticket = _plan(60, 100), _ticket(50)
    assert _below(_facts(_ramp(1, ("au", "eu")), plan, ticket))["eu|everyone"] == 60
    with pytest.raises(Refused):
        compile_table(Number(1, 1), _facts(_ramp(1), plan, ticket))


def test_without_any_count_of_users_the_largest_share_is_held_against_the_cap():
    target = _target((Cell("eu", "internal", 0), Cell("eu", "everyone", 0)))
    plan = _plan((Clause(30, rings=("internal",)), Clause(1)), (Clause(100),))
    ramp = _ramp(1, ("eu",))
    assert check_cap(ramp, plan, target, _ticket(29)).refuses
    assert not check_cap(ramp, plan, target, _ticket(30)).refuses


FAULTS = [
    (_ramp(4), _plan(1, 100), "has no stage 4"),
    (_ramp(0), _plan(1, 100), "has no stage 0"),
    (_ramp(1), _plan(-1, 100), "between 0 and 100"),
    (_ramp(1), _plan(101, 100), "between 0 and 100"),
    (_ramp(1), _plan(float("nan"), 100), "between 0 and 100"),
    (_ramp(1, target="gone"), _plan(1, 100), "there is no target gone"),
]


@pytest.mark.parametrize(("ramp", "plan", "because"), FAULTS)
def test_a_ramp_that_cannot_stand_refuses_the_table_and_is_left_out_of_one_that_narrows(ramp, plan, because):
    facts = _facts(ramp, plan)
    with pytest.raises(Refused, match=because):
        compile_table(Number(1, 1), facts)
    table = compile_table(Number(1, 1), facts, withhold=True)
    assert table.features["support"].candidate is None
    assert table.features["support"].current == CURRENT


def test_a_cap_that_is_no_number_allows_nothing():
    assert check_cap(_ramp(1), _plan(1, 100), _target(), _ticket(float("nan"))).refuses


def test_two_ramps_on_one_target_refuse_the_table_and_both_are_left_out_of_one_that_narrows():
    one = RampFacts(_ramp(1), _plan(1, 100), CANDIDATE, _ticket())
    facts = _facts(_ramp(1), _plan(1, 100), ramps=[one, one._replace(ramp=_ramp(1, change="CHG-2026-00002"))])
    with pytest.raises(Refused, match="more than one ramp"):
        compile_table(Number(1, 1), facts)
    assert compile_table(Number(1, 1), facts, withhold=True).features["support"].candidate is None


@pytest.mark.parametrize("state", [state for state in RampState if state is not RampState.RAMPING])
def test_a_ramp_that_has_ended_is_not_in_the_table(state):
    table = compile_table(Number(1, 1), _facts(_ramp(9, state=state), _plan(1)))
    assert table.features["support"].candidate is None


def test_thrown_switches_reach_the_gateways_with_their_chains_resolved():
    switches = [
        Switch(Layer.FEATURE, "support", thrown=True, fallback="human-review-queue"),
        Switch(Layer.FEATURE, "search"),
        Switch(Layer.MODEL, "m.a", thrown=True, fallback="m.b"),
        Switch(Layer.MODEL, "m.b", thrown=True, fallback="m.c"),
        Switch(Layer.MODEL, "m.c", fallback="m.d"),
        Switch(Layer.TENANT, "acme", thrown=True),
        Switch(Layer.TENANT, "beta"),
    ]
    table = compile_table(
        Number(1, 1), _facts(_ramp(1), _plan(1, 100), switches=switches, rings={"acme": "internal"})
    )
    assert (table.thrown_features, table.thrown_tenants) == ({"support"}, {"acme"})
    assert table.thrown_models == {"m.a": ("m.c", "m.d"), "m.b": ("m.c", "m.d")}
    assert table.features["support"].fallback == "human-review-queue"
    assert table.rings == {"acme": "internal"}


CIRCLES = [
    Switch(Layer.MODEL, "m.a", thrown=True, fallback="m.b"),
    Switch(Layer.MODEL, "m.b", thrown=True, fallback="m.a"),
    Switch(Layer.MODEL, "m.c", fallback="m.c"),
]


def test_a_circle_of_fallbacks_refuses_the_table_with_every_fault_at_once():
    facts = _facts(_ramp(2), _plan(1, 60, 100), switches=CIRCLES)
    with pytest.raises(Refused) as refused:
        compile_table(Number(1, 1), facts)
    said = [verdict.because for verdict in refused.value.verdicts]
    assert [verdict.gate for verdict in refused.value.verdicts] == ["interlock", "fallback", "fallback"]
    assert "m.a -> m.b -> m.a" in said[1]
    assert "m.c -> m.c" in said[2]


def test_a_circle_stops_no_kill_and_the_feature_gives_way_to_its_own_fallback():
    table = compile_table(Number(1, 1), _facts(_ramp(1), _plan(1, 100), switches=CIRCLES), withhold=True)
    assert table.thrown_models == {"m.a": (), "m.b": ()}
    decision = Router(table).route("support", "vic")
    assert (decision.reason, decision.fallback) == (Reason.MODEL_OFF, "macro-templates")


def test_an_expired_tenant_switch_is_dropped_unless_it_stays():
    expired = Switch(Layer.TENANT, "acme", thrown=True, expires_on=date(2026, 5, 12), zone="Europe/London")
    switches = [
        expired,
        replace(expired, key="staying", on_expiry=OnExpiry.STAY),
        replace(expired, key="today", expires_on=date(2026, 5, 13)),
        replace(expired, key="support", layer=Layer.FEATURE),
    ]
    facts = _facts(_ramp(1), _plan(1, 100), switches=switches)
    assert compile_table(Number(1, 1), replace(facts, now=NOW)).thrown_tenants == {"staying", "today"}
    assert compile_table(Number(1, 1), replace(facts, now=NOW)).thrown_features == {"support"}
    assert compile_table(Number(1, 1), facts).thrown_tenants == {"acme", "staying", "today"}


def test_a_target_without_an_adopted_unit_or_population_is_in_the_table():
    targets = {"support": _target(), "new": _target((), id="new")}
    route = compile_table(Number(1, 1), _facts(_ramp(1), _plan(1, 100), targets=targets)).features["new"]
    assert (route.current, route.regions, route.rings) == (None, ("everywhere",), ("everyone",))


def test_a_table_survives_its_document():
    table = compile_table(Number(3, 9), _facts(_ramp(2, ("au",)), _plan(1, 33.3, 100), rings={"acme": "internal"}))
    assert from_document(RouteTable, to_document(table)) == table


regions, rings = st.sampled_from(["au", "eu", "us", "mars"]), st.sampled_from(["internal", "everyone", "odd"])
some_regions = st.lists(regions, max_size=3, unique=True).map(tuple)
some_rings = st.lists(rings, max_size=2, unique=True).map(tuple)
clauses = st.builds(Clause, share_percent=st.floats(0, 100, allow_nan=False), regions=some_regions, rings=some_rings)
plans = st.lists(st.lists(clauses, min_size=1, max_size=3).map(tuple), min_size=1, max_size=4).map(
    lambda s: _plan(*s)
)
populations = st.lists(
    st.builds(Cell, regions, rings, st.integers(0, 10_000)),
    min_size=1,
    max_size=8,
    unique_by=lambda c: c.region + c.ring,
).map(tuple)
tickets = st.builds(BlastRadius, st.just(1), some_regions, st.floats(0, 100, allow_nan=False), some_rings)


@given(plan=plans, population=populations, ticket=tickets, stage=st.integers(1, 4), published=some_regions)
def test_exposure_never_exceeds_the_cap_nor_leaves_the_ticket(plan, population, ticket, stage, published):
    assume(stage <= len(plan.stages))
    target = _target(population)
    facts = _facts(_ramp(stage, published), plan, ticket, targets={"support": target})
    try:
        route = compile_table(Number(1, 1), facts).features["support"]
    except Refused:
        return
    assert route.candidate is not None
    below = route.candidate.below
    for cell, bound in below.items():
        region, ring = cell.split("|")
        assert 0 <= bound <= BUCKETS
        assert not ticket.regions or region in ticket.regions
        assert not ticket.rings or ring in ticket.rings
    if stage < len(plan.stages) and target.users:
        exposed = sum(Fraction(below.get(f"{c.region}|{c.ring}", 0), BUCKETS) * c.users for c in population)
        assert exposed * 100 <= Fraction(ticket.max_share_percent) * target.users


@given(
    plan=plans, population=populations, ticket=tickets, stage=st.integers(1, 3), published=some_regions, more=regions
)
def test_whoever_is_exposed_stays_exposed(plan, population, ticket, stage, published, more):
    assume(stage < len(plan.stages))
    target = _target(population)
    before = shares(_ramp(stage, published), plan, target, ticket)
    wider = shares(_ramp(stage, (*published, more)), plan, target, ticket)
    later = shares(_ramp(stage + 1, ()), plan, target, ticket)
    everywhere = shares(_ramp(stage, tuple({cell.region for cell in population})), plan, target, ticket)
    for cell, share in before.items():
        assert share <= wider[cell] <= everywhere[cell] <= later[cell]


@given(
    subject=st.text(st.characters(codec="utf-8"), min_size=1), region=regions, tenant=st.sampled_from(["acme", "x"])
)
def test_a_subject_keeps_the_candidate_through_every_stage(subject, region, tenant):
    plan, seen = _plan(1, 10, 50, 100), []
    for stage in (1, 2, 3, 4):
        facts = _facts(_ramp(stage), plan, rings={"acme": "internal"})
        router = Router(compile_table(Number(1, stage), facts))
        seen.append(router.route("support", subject, tenant, region).variant is Variant.CANDIDATE)
    assert seen == sorted(seen)
    in_a_known_cell = not (region in ("us", "mars") and tenant == "acme")
    assert seen[-1] == in_a_known_cell
