"""Are the figures of route() held against its goals as they are written?"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "bench"))

import route
from cells import CELLS, Cell
from reports import Report, goal_lines
from route import FLOOR, ROUTE, ROUTER, STATSIG

FLOORS, NS, GROWTH, BESIDE_STATSIG, FASTEST = (
    "route p50, times its floor",
    "route p50, ns",
    "route p50, growth from 10 to 10,000 features",
    "route p50, times faster than Statsig from 1,000 features on",
    "route p50, times faster than the fastest peer in each cell",
)


def figures(**p50_ns):
    """Return what one contender each measured in a cell."""
    names = {"floor": FLOOR, "router": ROUTER, "route": ROUTE, "statsig": STATSIG, "eppo": "Eppo"}
    return {names[name]: {"version": "", "p50_ns": value, "p99_ns": 2 * value} for name, value in p50_ns.items()}


def held(changed=None):
    """Return the goals, where every cell has the same figures but those that are changed."""
    same = figures(floor=100, router=200, route=300, statsig=3000, eppo=900)
    report = Report()
    route.hold(report, {cell: {**same, **(changed or {}).get(cell, {})} for cell in CELLS})
    return report.goals


def test_every_goal_is_held_in_the_worst_of_the_cells():
    goals = held()
    assert {name: goal["value"] for name, goal in goals.items()} == {
        FLOORS: 3.0, NS: 300, GROWTH: 1.0, BESIDE_STATSIG: 10.0, FASTEST: 3.0,
    }  # fmt: skip
    assert all(goal["met"] for goal in goals.values())


# cell, what is otherwise there -> the goals that are missed, by their values
MISSED = [
    (Cell(10, 10), {"route": 501}, {FLOORS: 5.01, FASTEST: 1.8}),
    (Cell(10_000, 1_000), {"floor": 500, "route": 1_001, "eppo": 9_000, "statsig": 9_000}, {NS: 1_001, GROWTH: 3.34}),
    (Cell(10_000, 100_000), {"floor": 500, "route": 901, "eppo": 9_000, "statsig": 9_000}, {GROWTH: 3.0}),
    (Cell(1_000, 1_000), {"statsig": 1_199}, {BESIDE_STATSIG: 4.0}),
    (Cell(10, 100_000), {"eppo": 599}, {FASTEST: 2.0}),
]


@pytest.mark.parametrize(("cell", "there", "missed"), MISSED)
def test_one_cell_is_enough_to_miss_a_goal(cell, there, missed):
    goals = held({cell: figures(**there)})
    assert {name: goal["value"] for name, goal in goals.items() if not goal["met"]} == missed


def test_statsig_with_few_features_is_no_matter_of_its_own_goal():
    assert held({Cell(10, 1_000): figures(statsig=700)})[BESIDE_STATSIG]["met"]


def test_what_was_not_measured_is_not_met():
    report = Report()
    route.hold(report, {cell: figures(floor=100, router=200, route=300) for cell in CELLS})
    missing = {name: goal for name, goal in report.goals.items() if goal["value"] is None}
    assert missing.keys() == {BESIDE_STATSIG, FASTEST}
    assert not any(goal["met"] for goal in missing.values())
    assert f"NOT MET  {FASTEST}: not measured (at least 2)" in goal_lines(report.goals)


def test_a_peer_that_is_out_of_one_cell_still_counts_in_the_others():
    cells = {cell: figures(floor=100, router=200, route=300, statsig=3000) for cell in CELLS}
    cells[CELLS[0]] |= figures(eppo=450)
    report = Report()
    route.hold(report, cells)
    assert report.goals[FASTEST] == {"goal": "at least 2", "value": 1.5, "met": False}


def test_the_table_has_a_row_for_each_contender_beside_floor_and_route():
    report = Report()
    route.tell(report, {CELLS[0]: figures(floor=100, router=200, route=400, eppo=900)})
    assert report.figures["10 features, 10 tenants: Eppo"] == {
        "p50_ns": 900, "p99_ns": 1800, "times_floor": 9.0, "times_route": 2.25,
    }  # fmt: skip
    assert len(report.figures) == 4


def test_without_their_environment_the_peers_are_named_as_not_measured(monkeypatch, tmp_path):
    monkeypatch.setattr(route, "PEERS_PYTHON", tmp_path / "python")
    report = Report()
    assert route._peers(report) == ()
    assert "not measured" in report.notes["peers"]
