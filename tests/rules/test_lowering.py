"""Do gateways expose exactly whom the clauses of a plan name?"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leverframe.nouns.changes import BlastRadius
from leverframe.nouns.documents import from_document, to_document
from leverframe.nouns.ramps import Clause, Ramp, RampPlan, RampState, Stage
from leverframe.nouns.tables import BUCKETS, Number, RouteTable, Variant
from leverframe.nouns.targets import Cell, Delivery, Target, Tier
from leverframe.nouns.units import Unit
from leverframe.rules.lowering import lower, shares
from leverframe.rules.routing import Router, bucket
from leverframe.rules.tables import RampFacts, TableFacts, check_cap, compile_table

NOW = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)
REGIONS, RINGS, COHORTS = ("au", "eu"), ("internal", "everyone"), ("free", "internal", "opted_in")
CELLS = tuple(Cell(region, ring, 100) for region in REGIONS for ring in RINGS)
TENANTS = {"acme": "internal"}


def _target(*cells: Cell) -> Target:
    return Target("support", "Support", Tier.LOW, Delivery.EMBEDDED, "team", cells or CELLS)


def _plan(*stages: Clause | tuple[Clause, ...]) -> RampPlan:
    return RampPlan(tuple(Stage(each if isinstance(each, tuple) else (each,), 30) for each in stages))


def _ramp(stage: int, published: tuple[str, ...] = REGIONS) -> Ramp:
    regions = dict.fromkeys(published, NOW)
    return Ramp("CHG-2026-00001", "support", RampState.RAMPING, stage, NOW, NOW, "salt", regions)


EVERYBODY = BlastRadius(1, (), 100.0)


def _table(plan: RampPlan, ramp: Ramp, ticket: BlastRadius = EVERYBODY) -> RouteTable:
    facts = RampFacts(ramp, plan, Unit("support@2"), ticket)
    return compile_table(
        Number(1, 1), TableFacts({"support": _target()}, {"support": Unit("support@1")}, [facts], rings=TENANTS)
    )


some = {
    "regions": st.lists(st.sampled_from(REGIONS), max_size=2, unique=True).map(tuple),
    "rings": st.lists(st.sampled_from(RINGS), max_size=2, unique=True).map(tuple),
    "cohorts": st.lists(st.sampled_from(COHORTS), max_size=2, unique=True).map(tuple),
}
clauses = st.builds(Clause, share_percent=st.floats(0, 100, allow_nan=False), **some)
plans = st.lists(st.lists(clauses, min_size=1, max_size=4).map(tuple), min_size=1, max_size=4).map(
    lambda s: _plan(*s)
)
tickets = st.builds(BlastRadius, st.just(1), some["regions"], st.just(100.0), some["rings"])
subjects = st.text(st.characters(codec="utf-8"), min_size=1, max_size=9)
told = st.lists(st.sampled_from([*COHORTS, "unheard of"]), max_size=3, unique=True).map(tuple)


def _is_exposed_by_definition(
    plan: RampPlan, ramp: Ramp, ticket: BlastRadius, subject: str, region: str, ring: str, cohorts: tuple[str, ...]
) -> bool:
    """A clause of this or an earlier stage matches, and the bucket is below that clause's share."""
    if (ticket.regions and region not in ticket.regions) or (ticket.rings and ring not in ticket.rings):
        return False
    reached = ramp.stage if region in ramp.published else ramp.stage - 1
    at = bucket(ramp.salt, subject)
    for stage in plan.stages[:reached]:
        for clause in stage.clauses:
            of_it = (not clause.regions or region in clause.regions) and (not clause.rings or ring in clause.rings)
            named = not clause.cohorts or bool(set(clause.cohorts) & set(cohorts))
            if of_it and named and at < int(Fraction(repr(clause.share_percent)) * 2**64 / 100):
                return True
    return False


@given(
    plans, st.integers(1, 4), some["regions"], tickets, subjects, st.sampled_from([*REGIONS, "mars", None]),
    st.sampled_from(["acme", "stranger", None]), told,
)  # fmt: skip
def test_a_gateway_decides_as_the_clauses_one_by_one(
    plan, stage, published, ticket, subject, region, tenant, cohorts
):
    assume(stage <= len(plan.stages))
    ramp = _ramp(stage, published)
    table = from_document(RouteTable, to_document(_table(plan, ramp, ticket)))
    decision = Router(table).route("support", subject, tenant, region, cohorts=cohorts)
    place, ring = region if region in REGIONS else "eu", TENANTS.get(tenant or "", "everyone")
    exposed = _is_exposed_by_definition(plan, ramp, ticket, subject, place, ring, cohorts)
    assert (decision.variant is Variant.CANDIDATE) == exposed


@given(plans, st.integers(1, 3), some["regions"], st.sampled_from(REGIONS), subjects, st.sampled_from(REGIONS), told)
def test_whoever_is_exposed_stays_exposed_in_every_wider_stage(
    plan, stage, published, more, subject, region, cohorts
):
    assume(stage < len(plan.stages))
    ramps = (_ramp(stage, published), _ramp(stage, (*published, more)), _ramp(stage, REGIONS), _ramp(stage + 1, ()))
    seen = [
        Router(_table(plan, ramp)).route("support", subject, None, region, cohorts=cohorts).variant for ramp in ramps
    ]
    exposed = [variant is Variant.CANDIDATE for variant in seen]
    assert exposed == sorted(exposed)


@given(plans, st.integers(1, 4), subjects, st.sampled_from(REGIONS), told, told)
def test_a_further_cohort_takes_the_candidate_from_nobody(plan, stage, subject, region, cohorts, more):
    assume(stage <= len(plan.stages))
    router = Router(_table(plan, _ramp(stage)))
    one, other = (router.route("support", subject, None, region, cohorts=each) for each in (cohorts, cohorts + more))
    assert not (one.variant is Variant.CANDIDATE and other.variant is Variant.CURRENT)


@given(plans, st.integers(1, 4), some["regions"], subjects, st.sampled_from(REGIONS), told)
def test_a_decision_is_counted_where_its_share_is_what_the_table_exposes(
    plan, stage, published, subject, region, cohorts
):
    """In each stratum everybody is a candidate by one share, whichever their bucket is: the evidence rests on it."""
    assume(stage <= len(plan.stages))
    ramp = _ramp(stage, published)
    decision = Router(_table(plan, ramp)).route("support", subject, "acme", region, cohorts=cohorts)
    stratum = "|".join(filter(None, (region, "internal", decision.cohort)))
    share = shares(ramp, plan, _target(), EVERYBODY)[stratum]
    assert (bucket("salt", subject) / BUCKETS < share) == (decision.variant is Variant.CANDIDATE)
    others = {Router(_table(plan, ramp)).route("support", f"u{n}", "acme", region, cohorts=cohorts) for n in range(5)}
    assert {other.cohort for other in others} == {decision.cohort}


def test_a_cohort_has_bounds_of_its_own_that_are_never_smaller_than_its_cells():
    plan = _plan((Clause(10), Clause(50, ("au",), cohorts=("internal", "opted_in")), Clause(5, cohorts=("free",))))
    below, cohorts = lower(_ramp(1), plan, _target(), EVERYBODY)
    tenth, half = BUCKETS // 10, BUCKETS // 2
    assert set(below.values()) == {tenth}
    assert cohorts["free"] == below
    wide = {"au|internal": half, "au|everyone": half, "eu|internal": tenth, "eu|everyone": tenth}
    assert cohorts["internal"] == cohorts["opted_in"] == wide


def test_a_cohort_is_counted_apart_from_the_first_stage_to_the_last_whichever_names_it():
    """Else its people would come back, in the same arm, among those of their cell, and be counted as new."""
    plan = _plan(Clause(5), Clause(50, cohorts=("internal",)), Clause(60))
    for stage in (1, 2, 3):
        decision = Router(_table(plan, _ramp(stage))).route("support", "vic", region="au", cohorts=("internal",))
        assert decision.cohort == "internal"
    strata = [shares(_ramp(stage), plan, _target(), EVERYBODY) for stage in (1, 2, 3)]
    assert [each["au|everyone"] for each in strata] == pytest.approx([0.05, 0.05, 0.6])
    assert [each["au|everyone|internal"] for each in strata] == pytest.approx([0.05, 0.5, 0.6])


def test_who_tells_no_cohort_that_the_plan_names_is_counted_in_the_cell():
    router = Router(_table(_plan((Clause(5), Clause(50, cohorts=("internal",)))), _ramp(1)))
    for cohorts in ((), ("unheard of",), "", ("intern",)):
        assert router.route("support", "vic", region="au", cohorts=cohorts).cohort == ""
    for cohorts in (("internal",), "internal", {"internal"}, ["odd", "internal"]):
        assert router.route("support", "vic", region="au", cohorts=cohorts).cohort == "internal"


@given(plans, subjects, st.sampled_from(REGIONS), told)
def test_who_is_counted_elsewhere_in_a_later_stage_has_a_larger_share_there(plan, subject, region, cohorts):
    seen = []
    for stage in range(1, len(plan.stages) + 1):
        ramp = _ramp(stage)
        cohort = Router(_table(plan, ramp)).route("support", subject, None, region, cohorts=cohorts).cohort
        seen.append(
            (cohort, shares(ramp, plan, _target(), EVERYBODY)["|".join(filter(None, (region, "everyone", cohort)))])
        )
    for (before, narrow), (after, wide) in itertools.pairwise(seen):
        assert narrow <= wide
        assert before == after or narrow < wide or after < before


# users of the cohort in each of the two cells (None: not known), its share -> percent of all users that it may reach
REACH = [
    ((None, None), 40, 40),
    ((10, None), 40, 22),
    ((10, 10), 40, 4),
    ((10, 0), 100, 5),
    ((100, 100), 100, 100),
]


@pytest.mark.parametrize(("users", "share", "reached"), REACH)
def test_a_cohort_counts_by_its_users_and_as_its_whole_cell_where_nobody_knows_them(users, share, reached):
    cells = (
        Cell(region, "everyone", 100, () if known is None else (("internal", known),))
        for region, known in zip(REGIONS, users, strict=True)
    )
    target, plan = _target(*cells), _plan(Clause(share, cohorts=("internal",)), Clause(100))
    assert not check_cap(_ramp(1), plan, target, BlastRadius(1, (), reached)).refuses
    assert check_cap(_ramp(1), plan, target, BlastRadius(1, (), reached - 0.01)).refuses


def test_who_may_be_in_two_cohorts_is_counted_in_both_but_nobody_more_than_once_at_the_widest_share():
    cell = Cell("eu", "everyone", 100, (("internal", 10), ("opted_in", 20)))
    plan = _plan((Clause(5), Clause(100, cohorts=("internal",)), Clause(50, cohorts=("opted_in",))), Clause(100))
    reached = 5 + 10 * 0.95 + 20 * 0.45
    assert not check_cap(_ramp(1), plan, _target(cell), BlastRadius(1, (), reached)).refuses
    assert check_cap(_ramp(1), plan, _target(cell), BlastRadius(1, (), reached - 0.01)).refuses
    both = Cell("eu", "everyone", 100, (("internal", 90), ("opted_in", 90)))
    wide = _plan((Clause(50, cohorts=("internal",)), Clause(50, cohorts=("opted_in",))), Clause(100))
    assert not check_cap(_ramp(1), wide, _target(both), BlastRadius(1, (), 50)).refuses


@given(plans, st.integers(1, 4), st.lists(st.integers(0, 100), min_size=4, max_size=4), st.data())
def test_no_more_people_are_reached_than_the_cap_counts(plan, stage, sizes, data):
    """Draw who is in which cohort, as the catalog says how many; however they overlap, the cap has counted them."""
    assume(stage < len(plan.stages))
    cells, reached = [], Fraction(0)
    for cell, users in zip(CELLS, sizes, strict=True):
        members = {name: data.draw(st.integers(0, users)) for name in COHORTS}
        people = [{name for name in COHORTS if number < members[name]} for number in range(users)]
        cells.append(Cell(cell.region, cell.ring, users, tuple(members.items())))
        below, by = lower(_ramp(stage), plan, _target(*CELLS), EVERYBODY)
        key = f"{cell.region}|{cell.ring}"
        for mine in people:
            reached += Fraction(max(below[key], *(by.get(name, {}).get(key, 0) for name in mine), 0), BUCKETS)
    assume(sum(sizes))
    percent = reached * 100 / sum(sizes)
    ticket = BlastRadius(1, (), float(percent) - 1e-6)
    assert percent < 1e-5 or check_cap(_ramp(stage), plan, _target(*cells), ticket).refuses
