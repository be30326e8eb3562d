"""How does a person start, hold, release or abort a ramp?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.world import ON_SQLITE, World, faults_of, no_of

from leverframe.actions import ramps, schedules
from leverframe.nouns.calendar import Freeze
from leverframe.nouns.changes import CloseCode, State
from leverframe.nouns.ramps import RampState
from leverframe.nouns.verdicts import Mode
from leverframe.store import follow_ups
from leverframe.store import tables as table_rows

pytestmark = ON_SQLITE
TARGET = "customer-support-ai"


def shown(world: World) -> set[str]:
    """Return which units a hundred people get now."""
    return {world.decide(TARGET, f"person {n}").unit.prompt for n in range(400)}


def test_a_release_manager_starts_a_ramp_inside_its_window(world: World):
    change = world.sign_all(world.ready())
    world.at("Wed 10:15")
    ramp = ramps.start_ramp(world.house, world.remi, change.id)
    assert (ramp.stage, world.change(change).state) == (1, State.IMPLEMENT)
    assert world.timeline(change) == "Wed 10:15 1%"
    started = world.entries("ramp.started")[0]
    assert (started.actor, started.role, started.facts["signed"]) == (
        "remi",
        "release_manager",
        world.view(change).digest,
    )
    assert world.entries("ramp.promoted")[0].role == "release_manager"
    assert shown(world) == {"customer-support@v7", "customer-support@v8"}


def test_a_start_is_refused_with_every_reason_at_once(world: World):
    world.throw("sol", f"feature/{TARGET}")
    world.adopt()
    change = world.file()
    world.at("Wed 09:00")
    refused = no_of(lambda: ramps.start_ramp(world.house, world.remi, change.id))
    assert set(refused) == {"kill_switch", "checks", "code_review", "evals", "sign_offs", "window", "not_thrown"}


def test_a_start_is_refused_to_who_does_not_run_ramps(world: World):
    change = world.sign_all(world.ready())
    world.at("Wed 10:00")
    for name in ("vic", "ana", "cass", "sol"):
        assert set(no_of(lambda name=name: ramps.start_ramp(world.house, world.who(name), change.id))) == {"may"}


def test_a_start_outside_the_window_in_a_freeze_or_beside_a_ramp_says_which(world: World):
    first, second = world.sign_all(world.ready()), world.ready("support-prompt-v9", start=world.form().start)
    world.sign_all(second)
    assert set(no_of(lambda: ramps.start_ramp(world.house, world.remi, first.id))) == {"window"}
    world.at("Wed 10:00")
    ramps.start_ramp(world.house, world.remi, first.id)
    refused = no_of(lambda: ramps.start_ramp(world.house, world.remi, second.id))
    assert refused == {"one_ramp": f"{TARGET} is ramped by {first.id}"}
    starts = world.now.replace(tzinfo=None)
    freeze = Freeze("audit week", starts, starts.replace(day=20))
    world.enforce(replace(world.policy, calendar=replace(world.policy.calendar, freezes=(freeze,)), digest="frozen"))
    assert set(no_of(lambda: ramps.start_ramp(world.house, world.remi, second.id))) == {
        "one_ramp",
        "freeze",
        "window",
    }


def test_the_author_of_a_high_change_never_runs_it(world: World):
    """ana may run ramps here, as a release manager would; still not her own."""
    change = world.sign_all(world.ready("underwriting-model"))
    world.enforce(
        replace(world.policy, may={**world.policy.may, "ramp.run": ("feature_owner",)}, digest="owners run")
    )
    world.at("Tue 10:00")
    world.at("Wed 10:00")
    world.at("Tue 10:00")
    refused = no_of(lambda: ramps.start_ramp(world.house, world.ana, change.id))
    assert refused == {"segregation": "ana wrote this High change and may not run it"}
    ramps.start_ramp(world.house, world.cleo, change.id)
    assert world.timeline(change) == "Tue 10:00 1%"


def test_a_gate_that_only_advises_is_written_down_where_it_would_have_refused(world: World):
    world.adopt()
    change = world.file()
    world.pull_request(change)
    world.enforce(replace(world.policy, gates={"evals": Mode.ADVISE, "sign_offs": Mode.ADVISE}, digest="advise"))
    schedules.schedule(world.house, world.remi, change.id)
    world.at("Wed 10:00")
    world.round()
    assert world.timeline(change) == "Wed 10:00 1%"
    assert world.entries("ramp.started")[0].facts["advised_against"] == ["evals", "sign_offs"]


def test_a_ramp_begins_once(world: World):
    change = world.ramping()
    assert set(no_of(lambda: ramps.start_ramp(world.house, world.remi, change.id))) == {"state"}


def test_a_persons_hold_is_not_passed_by_the_clock_and_ends_by_a_person(world: World):
    change = world.ramping()
    world.outcomes(change)
    world.at("Wed 10:20")
    assert "because" in faults_of(lambda: world.hold("sol", change, " "))
    assert set(no_of(lambda: world.hold("vic", change))) == {"may"}
    world.hold("sol", change, "the tone is odd")
    world.rounds_until("Wed 12:00")
    assert world.timeline(change, holds=True) == "Wed 10:00 1%, Wed 10:20 held"
    assert "sol holds the ramp since" in world.view(change).ramp.next_text
    assert set(no_of(lambda: ramps.release_ramp(world.house, world.sol, change.id, "fine"))) == {"may"}
    ramps.release_ramp(world.house, world.remi, change.id, "sol has looked")
    world.round()
    assert world.timeline(change, holds=True).endswith("Wed 12:00 released, Wed 12:00 10%")
    assert [e.actor for e in world.entries("ramp.released")] == ["remi"]


def test_a_hold_by_rule_is_not_released_by_a_person(world: World):
    change = world.ramping()
    world.rounds_until("Wed 10:30")
    assert world.ramp(change).hold.code == "no_data"
    assert set(no_of(lambda: ramps.release_ramp(world.house, world.remi, change.id, "go on"))) == {"state"}


def test_an_abort_takes_the_candidate_out_everywhere_at_any_hour(world: World):
    change = world.ramping()
    assert "customer-support@v8" in shown(world)
    world.at("Sun 03:00")
    assert set(no_of(lambda: world.abort("vic", change))) == {"may"}
    assert "because" in faults_of(lambda: world.abort("sam", change, ""))
    ramp = world.abort("sam", change, "it leaks addresses")
    assert ramp.state is RampState.ABORTED
    assert shown(world) == {"customer-support@v7"}
    ended = world.change(change)
    assert (ended.state, ended.close_code) == (State.REVIEW, CloseCode.ABORTED)
    assert world.timeline(change) == "Wed 10:00 1%, Sun 03:00 aborted"
    entry = world.entries("ramp.aborted")[0]
    assert (entry.actor, entry.role, entry.because) == ("sam", "security", "it leaks addresses")
    assert world.house.opened[entry.facts["number"]][1] == f"{change.id} aborted"
    with world.store.read() as db:
        assert [duty.kind for duty in follow_ups.open_ones(db, subject=change.id)] == ["change_review"]
    assert set(no_of(lambda: world.abort("sam", change))) == {"state"}


def test_a_plan_of_one_stage_settles_at_once(world: World):
    plan = replace(world.policy.plans["internal"], stages=world.policy.plans["internal"].stages[-1:])
    world.enforce(replace(world.policy, plans={**world.policy.plans, "at-once": plan}, digest="at once"))
    change = world.sign_all(world.ready(ramp="at-once"))
    world.at("Wed 10:00")
    ramp = ramps.start_ramp(world.house, world.remi, change.id)
    assert ramp.state is RampState.SETTLED
    assert world.running[TARGET].prompt == "customer-support@v8"
    assert shown(world) == {"customer-support@v8"}


def test_nothing_begins_while_the_number_alarm_stands(world: World):
    change = world.sign_all(world.ready())
    world.at("Wed 10:00")
    with world.store.write() as db:
        table_rows.set_alarm(db, world.table.number._replace(generation=99), world.now)
    refused = no_of(lambda: ramps.start_ramp(world.house, world.remi, change.id))
    assert set(refused) == {"number"}


@pytest.mark.parametrize("act", [ramps.hold_ramp, ramps.release_ramp, ramps.abort_ramp])
def test_there_is_nothing_to_do_to_a_ramp_that_has_not_begun(world: World, act):
    change = world.sign_all(world.ready())
    assert no_of(lambda: act(world.house, world.remi, change.id, "why not")) == {
        "state": f"the ramp of {change.id} is not started"
    }
