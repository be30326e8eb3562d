"""Is a later ring, region or cohort ever reached further than an earlier one allows?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leverframe.nouns.audiences import AudienceOrder
from leverframe.nouns.changes import BlastRadius
from leverframe.nouns.ramps import Clause, Ramp, RampPlan, RampState, Stage
from leverframe.nouns.tables import Number
from leverframe.nouns.targets import Cell, Delivery, Target, Tier
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Refused
from leverframe.rules.audience_order import allowed_after, in_vain, order_faults, shares_at, waits_for
from leverframe.rules.lowering import cells_of
from leverframe.rules.tables import RampFacts, TableFacts, compile_table

NOW = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)
RINGS, REGIONS = ("internal", "design_partners", "everyone"), (("au", "ca"), ("eu", "uk"), ("us",))
ORDER = AudienceOrder(RINGS, REGIONS, ("internal", "opted_in"))
CELLS = tuple(Cell(region, ring, 1_000) for region in ("au", "eu", "us") for ring in ("internal", "everyone"))


def plan_of(text: str) -> RampPlan:
    """Read stages between semicolons: `10 of au; 100 of eu/internal; 50 of +staff, 1; 100`."""
    return RampPlan(tuple(Stage(tuple(map(_clause, stage.split(","))), bake_minutes=30) for stage in text.split(";")))


def _clause(text: str) -> Clause:
    share, _, where = text.strip().partition(" of ")
    place, _, cohort = where.partition("+")
    region, _, ring = place.partition("/")
    named = ((part,) if part else () for part in (region, ring, cohort))
    return Clause(float(share), *named)


def _said(text: str, order: AudienceOrder = ORDER, cells: tuple[Cell, ...] = CELLS) -> list[str]:
    return [f"{fault.because}; {fault.remedy}" for fault in order_faults(plan_of(text), cells, order)]


LEGAL = [
    "1; 10; 50; 100",
    "50 of au; 50 of eu; 50 of us; 100",
    "100 of /internal; 10; 50; 100",
    "50 of au, 10 of eu, 1 of us; 100",
    "100 of au; 1; 100",
    "100 of +internal; 50 of +opted_in; 10; 100",
    "100 of au/internal; 100 of eu/internal; 50 of au; 100",
    "20 of +internal, 20 of +opted_in; 100",
]


@pytest.mark.parametrize("text", LEGAL)
def test_a_plan_that_widens_from_the_first_to_the_last_is_legal(text):
    assert _said(text) == []


# plan -> its faults, each with its stage, who, and the remedy
BROKEN = [
    (
        "50 of eu; 100",
        [
            "at stage 1 internal in eu would be at 50 % while internal in au, which comes first, is at 0 %; "
            "reach internal in au first",
            "at stage 1 everyone in eu would be at 50 % while everyone in au, which comes first, is at 0 %; "
            "reach everyone in au first",
        ],
    ),
    (
        "10 of au; 20 of us/everyone; 100",
        [
            "at stage 2 everyone in us would be at 20 % while internal in us, which comes first, is at 0 %; "
            "reach internal in us first",
            "at stage 2 everyone in us would be at 20 % while everyone in eu, which comes first, is at 0 %; "
            "reach everyone in eu first",
        ],
    ),
    (
        "5, 10 of au/everyone; 100",
        [
            "at stage 1 everyone in au would be at 10 % while internal in au, which comes first, is at 5 %; "
            "reach internal in au first, or take everyone in au to 5 % at most"
        ],
    ),
    (
        "1, 50 of +opted_in; 100",
        [
            f"at stage 1 opted_in in {ring}{region} would be at 50 % while internal in {ring}{region}, which comes "
            f"first, is at 1 %; reach internal in {ring}{region} first, "
            f"or take opted_in in {ring}{region} to 1 % at most"
            for region in ("au", "eu", "us")
            for ring in ("", "internal in ")
        ],
    ),
]


@pytest.mark.parametrize(("text", "faults"), BROKEN)
def test_every_fault_is_told_with_its_stage_who_and_the_remedy(text, faults):
    assert sorted(_said(text)) == sorted(faults)


def test_a_fault_is_told_where_it_begins_or_grows_and_not_again_where_it_stands():
    stages = [fault.stage for fault in order_faults(plan_of("10 of us; 5 of au; 30 of us; 100"), US_AND_AU, ORDER)]
    assert stages == [1, 3]


US_AND_AU = (Cell("us", "everyone", 1), Cell("au", "everyone", 1))


def test_each_region_of_an_earlier_group_comes_before_each_of_a_later_one_and_equals_before_none():
    cells = tuple(Cell(region, "everyone", 1) for region in ("au", "ca", "eu"))
    assert _said("10 of ca; 50 of au; 10 of eu; 100", cells=cells) == []
    (said,) = _said("10 of ca; 5 of eu; 100", cells=cells)
    assert "while everyone in au, which comes first, is at 0 %" in said


def test_a_region_or_ring_that_nothing_names_comes_last():
    cells = (Cell("moon", "everyone", 1), Cell("us", "everyone", 1))
    assert _said("10 of us; 100", cells=cells) == []
    assert len(_said("10 of moon; 100", cells=cells)) == 1


def test_only_like_is_compared_with_like():
    """The US have no internal ring here, so that nobody of it waits for Australia's."""
    cells = (Cell("au", "everyone", 1), Cell("us", "internal", 1), Cell("us", "everyone", 1))
    assert _said("100 of us/internal; 10; 100", cells=cells) == []


def test_a_cohort_that_has_nobody_in_a_cell_is_not_waited_for_there():
    cells = (Cell("au", "everyone", 90, (("internal", 0),)), Cell("us", "everyone", 90, (("internal", 5),)))
    assert _said("100 of us+internal; 10; 100", cells=cells) == []
    unknown = (Cell("au", "everyone", 90), cells[1])
    (said,) = _said("100 of us+internal; 10; 100", cells=unknown)
    assert said.startswith("at stage 1 internal in us would be at 100 % while internal in au")


def test_cells_outside_the_ticket_are_reached_by_nothing():
    au, eu = Cell("au", "everyone", 1), Cell("eu", "everyone", 1)
    assert list(order_faults(plan_of("10; 100"), (au, eu), ORDER)) == []
    assert [fault.stage for fault in order_faults(plan_of("10; 100"), (eu,), ORDER, outside=(au,))] == [1, 2]


# next at most (percent), the earlier share -> how wide the next may be
ALLOWED = [
    (100, 0, 0), (100, 33.3, 33.3), (50, 33.3, 16.65), (0, 99.9, 0), (0, 100, 100), (50, 100, 100), (30, 0.1, 0.03),
]  # fmt: skip


@pytest.mark.parametrize(("percent", "earlier", "allowed"), ALLOWED)
def test_the_next_may_be_a_part_as_wide_and_whole_where_the_one_before_is(percent, earlier, allowed):
    assert allowed_after(earlier, percent) == allowed


def test_a_policy_may_ask_that_the_next_begins_only_when_the_one_before_has_everyone():
    one_by_one = replace(ORDER, next_region_percent=0)
    assert _said("50 of au; 10 of eu; 100", one_by_one) != []
    assert _said("100 of au; 100 of eu; 50 of us; 100", one_by_one) == []
    half = replace(ORDER, next_ring_percent=50)
    assert _said("10 of /internal, 5; 100", half) == []
    assert _said("10; 100", half) != []


# stage, regions that it has still to enter -> who waits for whom, who waits in vain
WAITS = [
    ("10; 100", 1, ("au", "eu", "us"), {"eu": ("au",), "us": ("au", "eu")}, []),
    ("10; 100", 1, ("eu", "us"), {"us": ("eu",)}, []),
    ("10; 100", 2, ("us",), {}, []),
    ("50 of au; 50; 100", 2, ("eu", "us"), {"us": ("eu",)}, []),
    ("100 of au; 50 of eu; 100 of eu, 40 of us; 100", 3, ("eu", "us"), {}, []),
    ("10 of eu; 100", 1, ("eu",), {}, ["eu"]),
    ("20 of au, 30 of eu; 100", 1, ("au", "eu"), {"eu": ("au",)}, ["eu"]),
]


@pytest.mark.parametrize(("text", "stage", "entering", "waits", "vain"), WAITS)
def test_a_region_waits_for_those_that_come_first(text, stage, entering, waits, vain):
    plan = plan_of(text)
    cells = tuple(Cell(region, "everyone", 1) for region in ("us", "au", "eu"))
    found = waits_for(plan, stage, entering, cells, ORDER)
    assert {region: set(first) for region, first in found.items()} == {r: set(first) for r, first in waits.items()}
    assert list(in_vain(plan, stage, entering, cells, ORDER)) == vain
    assert waits_for(plan, stage, entering, cells, replace(ORDER, enforced=False)) == {}


def _target(cells: tuple[Cell, ...], order: AudienceOrder = ORDER) -> Target:
    return Target("support", "Support", Tier.LOW, Delivery.EMBEDDED, "team", cells, order=order)


def _facts(plan: RampPlan, stage: int, published: tuple[str, ...], target: Target, regions: tuple[str, ...] = ()):
    known = dict.fromkeys(published, NOW)
    ramp = Ramp("CHG-2026-00001", "support", RampState.RAMPING, stage, NOW, NOW, "salt", known)
    ticket = RampFacts(ramp, plan, Unit("support@2"), BlastRadius(1, regions, 100.0))
    return TableFacts({"support": target}, {"support": Unit("support@1")}, [ticket])


def test_no_table_shows_a_later_region_more_than_an_earlier_one_that_waits_for_its_window():
    target = _target(US_AND_AU)
    ahead = _facts(plan_of("10; 50; 100"), 2, ("us",), target)
    with pytest.raises(Refused, match="everyone in us would be at 50 % while everyone in au, which comes first, is"):
        compile_table(Number(1, 1), ahead)
    assert compile_table(Number(1, 1), ahead, withhold=True).features["support"].candidate is None
    in_order = compile_table(Number(1, 1), _facts(plan_of("10; 50; 100"), 2, ("au",), target))
    assert in_order.features["support"].candidate is not None


def test_settlement_waits_for_the_first_region_too():
    with pytest.raises(Refused):
        compile_table(Number(1, 1), _facts(plan_of("10; 100"), 2, ("us",), _target(US_AND_AU)))


def test_a_region_that_the_ticket_leaves_out_is_reached_by_nothing_and_so_the_next_may_not_be():
    with pytest.raises(Refused, match="everyone in au, which comes first"):
        compile_table(Number(1, 1), _facts(plan_of("10; 100"), 1, ("us",), _target(US_AND_AU), ("us",)))


def test_an_order_that_only_advises_stops_no_table():
    target = _target(US_AND_AU, replace(ORDER, enforced=False))
    table = compile_table(Number(1, 1), _facts(plan_of("10; 50; 100"), 2, ("us",), target))
    assert table.features["support"].candidate is not None


def test_whom_nobody_knows_is_in_the_last_region_and_ring_of_the_policys_order():
    cells = (Cell("us", "everyone", 1), Cell("us", "internal", 1), Cell("au", "everyone", 1))
    route = compile_table(Number(1, 1), replace(_facts(plan_of("100"), 1, (), _target(cells)), ramps=())).features
    assert (route["support"].regions, route["support"].rings) == (("au", "us"), ("internal", "everyone"))


regions, rings = st.sampled_from(["au", "ca", "eu", "us", "moon"]), st.sampled_from(RINGS)
cohorts = st.sampled_from(["internal", "opted_in", "odd"])
shares = st.sampled_from([0.5, 1, 5, 10, 33.3, 50, 99, 100])
names = {part: st.lists(kind, max_size=2, unique=True).map(tuple) for part, kind in (("a", regions), ("b", rings))}
clauses = st.builds(Clause, shares, names["a"], names["b"], st.lists(cohorts, max_size=2, unique=True).map(tuple))
plans = st.lists(st.lists(clauses, min_size=1, max_size=3).map(tuple), min_size=1, max_size=4).map(
    lambda stages: RampPlan(tuple(Stage(each, bake_minutes=30) for each in (*stages, (Clause(100.0),))))
)
populations = st.lists(
    st.builds(Cell, regions, rings, st.integers(1, 999), st.sampled_from([(), (("internal", 0),), (("odd", 1),)])),
    min_size=1,
    max_size=7,
    unique_by=lambda cell: (cell.region, cell.ring),
).map(tuple)
percents = st.sampled_from([0, 50, 100, 100, 100])
orders = st.builds(
    AudienceOrder, st.just(RINGS), st.just(REGIONS), st.just(("internal", "opted_in")), percents, percents, percents
)


def _widths(plan: RampPlan, stands: dict[Cell, int], order: AudienceOrder):
    """Yield every pair of shares that the order compares, the later first, with what it allows: the slow way."""
    found = shares_at(plan, stands, order)
    ranks = {
        part: (order.region_rank(part.region), order.ring_rank(part.ring), order.cohort_rank(part.cohort))
        for part in found
    }
    percent = (order.next_region_percent, order.next_ring_percent, order.next_cohort_percent)
    for later in found:
        for earlier in found:
            differ = [place for place in range(3) if later[place] != earlier[place]]
            if len(differ) == 1 and ranks[earlier][differ[0]] < ranks[later][differ[0]]:
                yield found[later], found[earlier], percent[differ[0]]


@given(plans, populations, orders)
def test_a_plan_without_a_fault_is_never_wider_than_allowed_at_any_stage(plan, cells, order):
    faults = list(order_faults(plan, cells, order))
    wider = {
        stage
        for stage in range(1, len(plan.stages) + 1)
        for later, earlier, percent in _widths(plan, dict.fromkeys(cells, stage), order)
        if later > (earlier if earlier == 100 or percent == 100 else earlier * percent / 100)
    }
    assert bool(faults) == bool(wider)
    assert {fault.stage for fault in faults} <= wider
    assert min((fault.stage for fault in faults), default=0) == min(wider, default=0)


@given(plans, populations, orders, st.integers(1, 5), st.lists(regions, max_size=4, unique=True).map(tuple))
def test_a_table_that_is_made_is_never_wider_than_allowed_and_one_that_narrows_is_always_made(
    plan, cells, order, stage, published
):
    assume(stage <= len(plan.stages))
    target = _target(cells, order)
    facts = _facts(plan, stage, published, target)
    assert compile_table(Number(1, 1), facts, withhold=True).features["support"].current == Unit("support@1")
    stands = {cell: stage if cell.region in published else stage - 1 for cell in cells_of(target)}
    wider = [
        (later, earlier)
        for later, earlier, percent in _widths(plan, stands, order)
        if later > allowed_after(earlier, percent)
    ]
    if wider:
        with pytest.raises(Refused, match="comes first"):
            compile_table(Number(1, 1), facts)
    else:
        compile_table(Number(1, 1), facts)


def _legal(plan: RampPlan, cells: tuple[Cell, ...], order: AudienceOrder) -> RampPlan:
    """Leave out the stages that break the order."""
    kept: tuple[Stage, ...] = ()
    for stage in plan.stages:
        if not list(order_faults(RampPlan((*kept, stage)), cells, order)):
            kept = (*kept, stage)
    return RampPlan(kept)


@given(plans, populations, orders, st.integers(0, 4), st.data())
def test_regions_that_wait_for_those_before_them_never_break_the_order_on_the_way(plan, cells, order, stage, data):
    """Whatever opens first: publish any region that waits for no other, until the stage has reached all of them."""
    plan = _legal(plan, cells, order)
    stage = 1 + stage % len(plan.stages)
    left = sorted({cell.region for cell in cells})
    while left:
        waits = waits_for(plan, stage, left, cells, order)
        free = [region for region in left if region not in waits]
        assert free
        left.remove(data.draw(st.sampled_from(free)))
        published = tuple({cell.region for cell in cells} - set(left))
        compile_table(Number(1, 1), _facts(plan, stage, published, _target(cells, order)))
