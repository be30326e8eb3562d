"""Does the calendar count every change of its period, also where a page shows only the first of them?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.world import World

from leverframe.actions import calendar_views
from leverframe.actions.calendar_views import Asked, show_calendar
from leverframe.nouns.ramps import RampState
from leverframe.nouns.verdicts import Invalid
from leverframe.store import changes as change_rows
from leverframe.store import ramps as ramp_rows

WEDNESDAY = date(2026, 5, 13)


def on(view, day=WEDNESDAY):
    return next(each for each in view.days if each.on == day)


@pytest.fixture
def many(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Five ramps of one Wednesday, of which a page of the year shows three."""
    monkeypatch.setitem(calendar_views.DRAWN, "year", 3)
    change = world.settle(world.ramping())
    with world.store.write() as db:
        ramp = ramp_rows.get(db, change.id)
        for number in range(4):
            id = f"CHG-2026-{900 + number:05d}"
            change_rows.insert(db, replace(world.change(change), id=id))
            ramp_rows.insert(db, replace(ramp, change=id, state=RampState.SETTLED))
    return world


def test_a_year_counts_what_it_does_not_show(many: World):
    view = show_calendar(many.house, Asked("2026"))
    assert (on(view).begun, len(view.bars), view.left_out) == (5, 3, 2)


def test_a_file_of_the_year_has_every_change(many: World):
    view = show_calendar(many.house, Asked("2026", whole=True))
    assert (on(view).begun, len(view.bars), view.left_out) == (5, 5, 0)


def test_a_month_shows_what_a_year_leaves_out(many: World):
    view = show_calendar(many.house, Asked("2026-05"))
    assert (on(view).begun, len(view.bars), view.left_out) == (5, 5, 0)


def test_one_region_counts_only_the_changes_that_reach_it(many: World):
    view = show_calendar(many.house, Asked("2026", region="au"))
    assert (on(view).begun, len(view.bars), view.left_out) == (0, 0, 0)


def test_what_is_planned_is_counted_beside_what_moved(world: World):
    change = world.armed()
    view = show_calendar(world.house, Asked("2026-05"))
    assert (on(view).begun, on(view).planned) == (0, 1)
    assert [bar.change for bar in view.bars] == [change.id]


@pytest.mark.parametrize(
    ("asked", "place"),
    [(Asked("2026-13"), "period"), (Asked(region="mars"), "region"), (Asked(target="no-such"), "target")],
)
def test_what_there_is_not_is_refused_with_what_there_is(world: World, asked: Asked, place: str):
    with pytest.raises(Invalid) as refused:
        show_calendar(world.house, asked)
    assert [fault.place for fault in refused.value.faults] == [place]
    assert refused.value.faults[0].remedy
