"""Does one change pass gates only as long as an executive lets it, and is what it passed owed and paid?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import ON_SQLITE, World, no_of

from leverframe.actions import break_glass, changes, debts, ramps
from leverframe.actions.population import Asked, all_rows
from leverframe.actions.today import today
from leverframe.nouns.changes import Change, State
from leverframe.nouns.verdicts import Conflict, Invalid, Outcome, Refused
from leverframe.store import follow_ups

WHY = "a price list that was withdrawn is quoted to customers"


def emergency(world: World, **other: object) -> Change:
    """File a change on Friday evening, when no window is open, with evals and nobody's sign-off."""
    world.at("Fri 18:00")
    start = world.form().start
    assert start is not None
    begins = world.now
    shifted = replace(
        start, opens_at=begins, closes_at=begins + timedelta(hours=6), not_after=begins + timedelta(days=9)
    )
    return world.ready(start=shifted, **other)


def ask(world: World, change: Change, *gates: str, by: str = "sol", minutes: int = 60, because: str = WHY):
    return break_glass.ask(world.house, world.who(by), change.id, gates or ("window", "sign_offs"), minutes, because)


def test_an_executives_approval_lets_a_change_start_at_any_hour_and_the_rest_is_owed(world: World):
    change = emergency(world)
    ask(world, change)
    with pytest.raises(Refused):
        ramps.start_ramp(world.house, world.remi, change.id)
    approved = break_glass.approve(world.house, world.rita, change.id)
    assert approved.until == world.now + timedelta(minutes=60)
    answer = world.verdict(change, "window")
    assert (answer.outcome, answer.refuses) == (Outcome.BYPASSED, False)
    assert "bypassed by sol, approved by rita, until Fri 15 May 2026 19:00 Europe/London" in answer.because
    ramps.start_ramp(world.house, world.remi, change.id)
    started = world.entries("ramp.started")[0]
    assert started.facts["bypassed"] == ["sign_offs", "window"]
    world.clock.advance(timedelta(hours=2))
    told = world.verdict(change, "sign_offs")
    assert (told.outcome, told.because.split(":")[0]) == (
        Outcome.BYPASSED,
        "the start passed it on a break-glass, and it is owed",
    )
    (owed,) = debts.list_debts(world.house, world.rita).debts
    assert (owed.debt.what, owed.debt.owner, owed.state) == ("sign_offs", "sol", "open")
    assert f"{owed.debt.due_at:%a %d %b}" == "Tue 19 May"
    (row,) = all_rows(world.house, world.rita, Asked("2026-05-01", "2026-05-31"))
    assert (row.bypassed, row.approved_before_start) == (("sign_offs", "window"), "no")
    assert row.debts == ("sign_offs due 2026-05-19",)


def test_a_debt_is_paid_by_its_own_gate_and_an_unpaid_one_is_an_alarm_told_once(world: World):
    change = emergency(world)
    ask(world, change, "window", "sign_offs")
    break_glass.approve(world.house, world.rita, change.id)
    ramps.start_ramp(world.house, world.remi, change.id)
    world.clock.advance(timedelta(days=5))
    world.round()
    world.round()
    (alarm,) = [each for each in today(world.house, world.sol).alarms if "owed it" in each]
    assert alarm.startswith(
        f"{change.id} passed sign offs on a break-glass, and sol owed it by Tue 19 May 2026 17:00"
    )
    for name in ("cass", "cleo", "remi"):
        world.sign(name, change)
    world.clock.advance(timedelta(seconds=30))
    world.round()
    (line,) = debts.list_debts(world.house, world.rita).debts
    assert line.state == "paid"
    assert [entry.facts["gate"] for entry in world.entries("debt.paid")] == ["sign_offs"]
    assert not [each for each in today(world.house, world.sol).alarms if "owed it" in each]


def test_it_ends_by_itself_between_the_question_and_the_start(world: World):
    change = emergency(world)
    ask(world, change, minutes=30)
    break_glass.approve(world.house, world.rita, change.id)
    assert world.verdict(change, "window").outcome is Outcome.BYPASSED
    world.clock.advance(timedelta(minutes=30))
    assert world.verdict(change, "window").refuses
    with pytest.raises(Refused):
        ramps.start_ramp(world.house, world.remi, change.id)
    with world.store.read() as db:
        assert follow_ups.open_debts(db) == []


def unproved(world: World) -> Change:
    """File a change that lacks its evals alone."""
    world.adopt()
    change = world.file()
    world.pull_request(change)
    return change


def state(world: World, change: Change) -> State:
    return world.change(change).state


def test_a_change_stands_where_its_gates_put_it_as_soon_as_one_is_bypassed_and_as_soon_as_none_is(world: World):
    change = unproved(world)
    assert state(world, change) is State.ASSESS
    ask(world, change, "evals", minutes=30)
    break_glass.approve(world.house, world.rita, change.id)
    assert state(world, change) is State.AUTHORIZE
    break_glass.withdraw(world.house, world.remi, change.id, "the run has come in")
    assert state(world, change) is State.ASSESS


def test_when_its_time_is_over_the_log_says_so_once_and_the_change_waits_for_its_author_again(world: World):
    change = unproved(world)
    ask(world, change, "evals", minutes=30)
    break_glass.approve(world.house, world.rita, change.id)
    world.clock.advance(timedelta(minutes=30))
    world.round()
    world.round()
    (entry,) = world.entries("break_glass.expired")
    assert (entry.actor, entry.because) == ("clock", "its 30 minutes were over Tue 12 May 2026 09:30 Europe/London")
    assert state(world, change) is State.ASSESS
    assert world.view(change).glass.state == "ended"


def test_an_edit_after_the_approval_makes_it_void(world: World):
    change = emergency(world)
    ask(world, change)
    break_glass.approve(world.house, world.rita, change.id)
    start = world.change(change).start
    form = world.form(
        start=start, rollback_plan="Set prompt v7 again, and look at the first hundred answers by hand."
    )
    changes.edit_change(world.house, world.ana, change.id, form, world.change(change).version)
    assert world.view(change).glass.state == "void"
    assert world.verdict(change, "window").refuses


def test_one_person_ends_it_at_once(world: World):
    change = emergency(world)
    ask(world, change)
    break_glass.approve(world.house, world.rita, change.id)
    assert "may" in no_of(lambda: break_glass.withdraw(world.house, world.vic, change.id, "no"))
    break_glass.withdraw(world.house, world.remi, change.id, "another way was found")
    assert world.verdict(change, "window").refuses
    assert world.entries("break_glass.withdrawn")[0].because == "another way was found"


def test_who_may_ask_and_who_may_approve(world: World):
    change = emergency(world)
    assert no_of(lambda: ask(world, change, by="ana"))["may"].startswith("ana may not ask to bypass gates")
    token = world.token("remi", "write")
    assert "session" in no_of(lambda: break_glass.ask(world.house, token, change.id, ["window"], 60, WHY))
    ask(world, change)
    for name in ("sol", "ana", "remi", "vic"):
        assert no_of(lambda name=name: break_glass.approve(world.house, world.who(name), change.id))
    assert "session" in no_of(lambda: break_glass.approve(world.house, world.token("rita", "write"), change.id))
    with pytest.raises(Conflict):
        ask(world, change, by="remi")
    break_glass.approve(world.house, world.rita, change.id)
    assert no_of(lambda: break_glass.approve(world.house, world.rita, change.id))["state"] == "BG-1 is stands"


@ON_SQLITE
def test_all_that_is_wrong_with_a_request_is_told_at_once(world: World):
    change = emergency(world)
    with pytest.raises(Invalid) as wrong:
        ask(world, change, "segregation", "evals", "nonsense", minutes=9999)
    assert [str(fault.because) for fault in wrong.value.faults] == [
        "segregation is never bypassed",
        "evals does not refuse",
        "nonsense is never bypassed",
        "9999 minutes are not possible",
    ]


@ON_SQLITE
def test_a_policy_that_changes_meanwhile_is_asked_again(world: World):
    change = emergency(world)
    ask(world, change)
    break_glass.approve(world.house, world.rita, change.id)
    rule = world.policy.break_glass
    assert rule is not None
    narrower = replace(rule, gates=frozenset({"sign_offs"}))
    world.enforce(replace(world.policy, break_glass=narrower, digest="sha256:narrower"))
    assert world.verdict(change, "window").refuses
    assert world.verdict(change, "sign_offs").outcome is Outcome.BYPASSED
    world.enforce(replace(world.policy, break_glass=None, digest="sha256:none"))
    assert world.verdict(change, "sign_offs").refuses
    assert no_of(lambda: ask(world, change))["may"] == "the policy has no break-glass"


@ON_SQLITE
def test_a_change_of_the_emergency_path_starts_at_any_hour_on_an_executives_approval_alone(world: World):
    change = world.sign_all(emergency(world, path="emergency"))
    ask(world, change, "window", by="remi")
    with pytest.raises(Refused):
        ramps.start_ramp(world.house, world.remi, change.id)
    break_glass.approve(world.house, world.rita, change.id)
    assert ramps.start_ramp(world.house, world.remi, change.id).stage == 1
    assert debts.list_debts(world.house, world.rita).debts == ()
