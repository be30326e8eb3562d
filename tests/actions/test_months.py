"""Is a month of real ramps played as it was, and otherwise where the policy is another?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from tests.world import ACME, LONDON, ON_SQLITE, World, faults_of

from leverframe.actions import months, ramps, schedules
from leverframe.actions.month_rows import Scene, remember, row_of
from leverframe.actions.months import AskedMonth
from leverframe.nouns.changes import Change, Provenance
from leverframe.nouns.ramps import RampState
from leverframe.rules.rehearsed_months import Evidence, Kind, Month, Row
from leverframe.sources.policies import read_folder
from leverframe.store import changes as change_rows

MINUTE = timedelta(minutes=1)
ROLLOUT = "rollouts/customer-support-ai.yaml"


def settled(world: World) -> Change:
    """Let a harmless candidate go all the way, with people who come all the time."""
    change = world.ramping()
    for until in ("Wed 10:30", "Wed 14:30", "Thu 14:30"):
        end = world.moment(until)
        while world.now < end:
            world.outcomes(change, per_minute=700)
            world.rounds_until(f"{min(world.now + 120 * MINUTE, end).astimezone(LONDON):%a %H:%M}", every=30)
    assert world.ramp(change).state is RampState.SETTLED
    return world.change(change)


def begun(world: World, name: str = "support-prompt-v9") -> Change:
    """Let the clock begin a change at its next opening."""
    change = schedules.schedule(world.house, world.remi, world.sign_all(world.ready(name, start=None)).id)
    world.clock.move_to(change.start.opens_at)
    world.round()
    return world.change(change)


def rolled_back(world: World) -> Change:
    """Let a candidate do harm from its second stage on, until the clock rolls it back."""
    change = begun(world)
    while world.ramp(change).state is RampState.RAMPING:
        harm = 0.25 if world.ramp(change).stage > 1 else None
        world.outcomes(change, per_minute=60, candidate_negative=harm)
        world.clock.advance(MINUTE)
        world.round()
    assert world.ramp(change).state is RampState.ROLLED_BACK
    return world.change(change)


def month(world: World, **asked) -> Month:
    return months.rehearse_month(world.house, AskedMonth(**asked))


def rows(told: Month) -> dict[str, Row]:
    return {row.change: row for row in told.rows}


@pytest.fixture
def two(world: World) -> tuple[World, Change, Change]:
    """A month with one change that settled, and one that was rolled back by evidence."""
    good = settled(world)
    bad = rolled_back(world)
    return world, good, bad


def test_under_the_policy_in_force_all_is_as_it_was(two: tuple[World, Change, Change]):
    world, good, bad = two
    before = len(world.entries())
    told = month(world)
    assert {row.change: row.difference.text for row in told.rows} == {good.id: "as it was", bad.id: "as it was"}
    assert [row.would.ended for row in told.rows if row.would] == ["settled", "rolled_back"]
    assert {row.evidence for row in told.rows} == {Evidence.RECORDED}
    assert [row.drawn_percent for row in told.rows] == [0.0, 0.0]
    was, would = rows(told)[bad.id].was, rows(told)[bad.id].would
    assert was is not None
    assert would is not None
    assert (would.guardrail, was.guardrail) == ("feedback_negative", "feedback_negative")
    assert told.totals.kinds == ((Kind.SAME, 2),)
    assert len(world.entries()) == before
    assert month(world).rows == told.rows


def edited(**replaced: tuple[str, str]) -> dict[str, str]:
    """Return the example's policy, with some of the feature's rollout file written otherwise."""
    files = read_folder(ACME)
    for old, new in replaced.values():
        assert old in files[ROLLOUT]
        files[ROLLOUT] = files[ROLLOUT].replace(old, new)
    return files


def test_under_an_edit_with_a_longer_bake_a_window_is_missed_and_it_settles_later(two: tuple[World, Change, Change]):
    world, good, bad = two
    files = edited(bake=("duration_min: 240", "duration_min: 420"))
    told = month(world, policy_files=files)
    by_id = rows(told)
    assert told.edited
    assert by_id[good.id].difference.kind is Kind.LATER
    assert by_id[good.id].difference.text.endswith("later: window")
    assert by_id[good.id].drawn_percent > 0
    assert by_id[bad.id].difference.text == "as it was", "the same harm is seen in the same minutes"
    assert world.policy.digest != told.policy


@ON_SQLITE
def test_a_plan_that_its_author_named_is_compiled_anew_and_one_that_stands_nowhere_stays(world: World):
    change = settled(world)
    files = edited(bake=("duration_min: 30", "duration_min: 45"))
    assert rows(month(world, policy_files=files))[change.id].difference.text != "as it was"
    with world.store.write() as db:
        stands = world.change(change)
        own = replace(stands.plan, template="", notify=("own",))
        mine = {**stands.provenance, "plan": Provenance("ana")}
        change_rows.update(db, replace(stands, plan=own, provenance=mine))
    assert rows(month(world, policy_files=files))[change.id].difference.text == "as it was"


@ON_SQLITE
def test_a_ramp_that_was_aborted_or_is_under_way_is_played_to_its_end_on_what_was_recorded(world: World):
    change = begun(world, "support-prompt-v8")
    for _ in range(6):
        world.outcomes(change, per_minute=200)
        world.clock.advance(10 * MINUTE)
        world.round()
    open_ = month(world).rows[0]
    assert (open_.difference.kind, open_.evidence) == (Kind.OPEN, Evidence.RECORDED)
    assert open_.difference.text.startswith("is under way; would settle after")
    assert open_.notes == ("the recorded 1 hour come round again",)
    ramps.abort_ramp(world.house, world.sol, change.id, "I have seen enough")
    aborted = month(world).rows[0]
    assert aborted.difference.kind is Kind.OTHERWISE
    assert aborted.difference.text.startswith("was aborted by sol; would settle after")


@ON_SQLITE
def test_what_is_ahead_is_played_on_the_usual_traffic_and_not_without_any(world: World):
    change = world.ready()
    ahead = month(world, begins=date(2026, 5, 12)).rows
    assert [(row.change, row.was, row.evidence) for row in ahead] == [(change.id, None, Evidence.NONE)]
    assert ahead[0].difference.text == "not played: nobody knows how many people ask customer-support-ai"
    assert month(world).rows == (), "the last thirty days have nothing ahead"


@ON_SQLITE
def test_a_change_that_is_ahead_is_played_with_people_at_random(world: World):
    first = begun(world, "support-prompt-v8")
    world.outcomes(first, per_minute=2000)
    world.clock.advance(30 * MINUTE)
    world.round()
    world.abort("sol", first)
    second = world.ready("support-prompt-v9", start=None)
    row = rows(month(world, begins=date(2026, 5, 1)))[second.id]
    assert (row.evidence, row.difference.kind) == (Evidence.SIMULATED, Kind.AHEAD)
    assert row.difference.text.startswith("would ")
    assert any("nobody has counted" in note for note in row.notes)


@ON_SQLITE
def test_a_change_of_a_target_that_an_edit_no_longer_has_is_not_played(world: World):
    change = begun(world, "support-prompt-v8")
    world.outcomes(change, per_minute=200)
    targets = {name: each for name, each in world.policy.catalog.targets.items() if name != change.target}
    without = replace(world.policy, catalog=replace(world.policy.catalog, targets=targets))
    scene = Scene(world.policy, without, edited=True, now=world.now, seed=1)
    with world.store.read() as db:
        told = row_of(scene, remember(db, scene, change))
    assert (told.would, told.difference.text) == (None, f"not played: the policy has no target {change.target}")


@ON_SQLITE
def test_a_month_is_asked_for_in_parts(two: tuple[World, Change, Change]):
    world, good, bad = two
    parts = [month(world, first=first, limit=1) for first in (0, 1, 2)]
    assert [[row.change for row in part.rows] for part in parts] == [[good.id], [bad.id], []]
    assert {(part.found, part.left_out) for part in parts} == {(2, 0)}
    assert [part.first for part in parts] == [0, 1, 2]


@ON_SQLITE
def test_more_than_the_most_are_left_out_and_counted(two: tuple[World, Change, Change], monkeypatch):
    world, good, _ = two
    monkeypatch.setattr(months, "MOST", 1)
    told = month(world)
    assert ([row.change for row in told.rows], told.found, told.left_out) == ([good.id], 1, 1)


@ON_SQLITE
def test_who_stops_something_goes_first_between_two_changes(two: tuple[World, Change, Change], monkeypatch):
    world, _, _ = two
    asked = []
    monkeypatch.setattr(type(world.store.precedence), "give_way", lambda self: asked.append(self))
    month(world, limit=1)
    one = len(asked)
    month(world)
    assert len(asked) > one


@ON_SQLITE
def test_all_that_is_wrong_with_what_is_asked_is_said_at_once(world: World):
    wrong = AskedMonth(date(1, 1, 1), {}, -1, 101)
    assert set(faults_of(lambda: months.rehearse_month(world.house, wrong))) == {"from", "first", "limit"}
    files = {"policy.yaml": "organisation: [1"}
    faults = faults_of(lambda: months.rehearse_month(world.house, AskedMonth(policy_files=files)))
    assert any(place.startswith("policy.yaml") for place in faults)
