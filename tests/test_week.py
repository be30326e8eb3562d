"""Does a week of sixty changes keep every rule, and can each of its decisions be explained from its page?

The week is lived once (`tests/week.py`), with a freeze that is declared two days before it holds, two holidays of one
region, and three regions with windows of their own. What the calendar allows is worked out here again, by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.conftest import _migrated
from tests.week import CHANGES, MONDAY, MOURNING, TROUBLES, Week, bundle, form_of, live, plans, tier
from tests.world import World

from leverframe.actions import changes as change_acts
from leverframe.actions import freeze_files, freeze_views, showing
from leverframe.clock import VirtualClock
from leverframe.nouns.changes import Change, State
from leverframe.nouns.ramps import RampState
from leverframe.nouns.units import Unit
from leverframe.rules.freeze_files import Missing
from leverframe.store import Store, ramps

REAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "freezes" / "va_gov_release_freezes.csv"
ZONES = {"us": "America/New_York", "eu": "Europe/Berlin", "uk": "Europe/London"}
HOLIDAYS = {("eu", date(2025, 1, 6)), ("eu", date(2025, 1, 7))}
"""Epiphany, and the day after it, where the region's on-call is at home."""


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    """The week, lived once."""
    url = f"sqlite:///{tmp_path_factory.mktemp('week')}/week.db"
    _migrated(url)
    store = Store(url)
    yield live(store)
    store.close()


def widened(week: Week) -> Iterator[tuple[str, str, datetime]]:
    """Yield each change, region and moment at which it reached more people."""
    for id in week.ids.values():
        with week.world.store.read() as db:
            for step in ramps.steps(db, id):
                if step.kind in ("promoted", "widened", "settled"):
                    for region in step.regions:
                        yield id, region, step.at.astimezone(ZoneInfo(ZONES[region]))


def test_the_week_had_what_a_week_has(week: Week) -> None:
    """Sixty changes of every tier, of which most have settled, some were stopped by rule, and some never began."""
    assert len(week.ids) == CHANGES
    assert set(Counter(tier(number) for number in range(CHANGES))) == {"low", "medium", "high"}
    found = [week.world.change(id) for id in week.ids.values()]
    states = Counter(change.state for change in found)
    assert states[State.REVIEW] + states[State.CLOSED] >= 25
    assert {State.ASSESS, State.AUTHORIZE, State.SCHEDULED, State.IMPLEMENT, State.CANCELED} <= set(states)
    assert sum(change.close_code == "rolled_back" for change in found) >= 2


def test_nothing_widened_outside_the_hours_of_its_own_region(week: Week) -> None:
    wrong = [
        (id, region, f"{at:%a %d %b %H:%M}")
        for id, region, at in widened(week)
        if at.weekday() not in (1, 2, 3) or not 10 <= at.hour < 16 or (region, at.date()) in HOLIDAYS
    ]
    assert wrong == []


def test_nothing_widened_on_the_day_of_mourning(week: Week) -> None:
    assert [step for step in widened(week) if step[2].date() == MOURNING.starts.date()] == []


def test_no_target_was_ramped_by_two_at_once(week: Week) -> None:
    stretches: dict[str, list[tuple[datetime, datetime]]] = {}
    with week.world.store.read() as db:
        for id in week.ids.values():
            if ramp := ramps.get(db, id):
                ends = ramp.ended_at or week.world.now
                assert all(ends <= a or b <= ramp.started_at for a, b in stretches.get(ramp.target, ()))
                stretches.setdefault(ramp.target, []).append((ramp.started_at, ends))


def test_whoever_wrote_a_change_has_neither_signed_nor_run_it(week: Week) -> None:
    for id in week.ids.values():
        view = week.world.view(id)
        assert not {signed.person for signed in view.sign_offs} & {view.change.author}
        if view.change.tier.value == "high":
            assert view.change.author not in (view.change.release_manager, view.change.armed_by)


def explained(view: showing.ChangeView) -> str:
    """Return the sentence of a change's page that says why it stands where it stands; empty where there is none."""
    if view.change.state in (State.CANCELED, State.CLOSED, State.REVIEW):
        return view.trail[0].because
    if view.ramp and view.ramp.ramp.state is RampState.RAMPING:
        return view.ramp.next_text
    if view.ramp:
        return view.trail[0].because
    noes = [v for v in view.requirements if v.refuses]
    return "; ".join(v.because for v in noes if v.because and v.remedy and v.who)


@pytest.mark.parametrize("number", range(CHANGES))
def test_each_decision_is_explained_from_its_page(week: Week, number: int) -> None:
    """Where it stands, why, what would help and who; and every step of its ramp with its reason and its entry."""
    view = week.world.view(week.ids[number])
    assert explained(view), view.change
    acts = [entry.act for entry in view.trail]
    assert acts[-1] == "change.filed"
    for step in view.ramp.steps if view.ramp else ():
        assert step.because
        assert f"ramp.{step.kind}" in acts


@pytest.mark.parametrize("number", [n for n, trouble in TROUBLES.items() if trouble != "harm"])
def test_what_was_wrong_with_it_is_what_its_page_says(week: Week, number: int) -> None:
    said = explained(week.world.view(week.ids[number]))
    words = {
        "no evals": "production",
        "vague": "",
        "unsigned": "needs sign-offs: 1 from release manager",
        "canceled": "another team does it",
    }
    assert words[TROUBLES[number]] in said


def test_whom_the_late_freeze_met_was_told_and_moved_again_after_it(week: Week) -> None:
    told = {body["change"] for body in week.world.told("change.frozen")}
    assert told
    for id in told:
        assert "National day of mourning" in next(
            entry.because for entry in week.world.entries(thing=id) if entry.act == "change.frozen"
        )
    view = freeze_views.show_freeze(week.world.house, week.world.remi, week.freeze)
    assert view.line.state == "over"
    met = next(entry for entry in view.trail if entry.act == "freeze.met")
    assert set(met.facts["changes"]) == told


@pytest.mark.skipif(not REAL.is_file(), reason="the shared data is not here")
def test_the_real_freezes_say_which_of_the_weeks_changes_they_would_hit(store: Store) -> None:
    """On Monday all of the week's changes are planned; of eighteen real freezes only one lies in the week."""
    world = World(store, clock=VirtualClock(MONDAY))
    world.enforce(*bundle())
    chosen = [plan for plan in plans() if not plan.trouble][:24]
    for plan in chosen:
        if plan.target not in world.running:
            world.adopt(plan.target, Unit(prompt="notes@v0", model="bedrock.anthropic.claude-haiku-4-5"))
    filed: dict[str, Change] = {}
    for plan in chosen:
        change = change_acts.file_change(world.house, world.ana, form_of(plan))
        filed[change.id] = change
    missing = Missing(owner="release-managers")
    found = freeze_files.check_freezes(world.house, world.remi, REAL.name, REAL.read_bytes(), missing)
    assert (len(found.sorted.new), found.past) == (18, 16)
    assert {name for name, _ in found.hits} == {"National day of mourning (added a week before)"}
    hit = {met.change for _, met in found.hits}
    starting_then = {id for id, change in filed.items() if change.start.opens_at.date() == MOURNING.starts.date()}
    assert starting_then <= hit
    assert all(met.how for _, met in found.hits)
    assert freeze_files.import_freezes(world.house, world.remi, REAL.name, REAL.read_bytes(), missing).stands
