"""Does a declared freeze hold at once, is it loosened only on sign-offs, and is everybody told whom it meets?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from tests.world import World, no_of

from leverframe.actions import freeze_files, freeze_views, freezes, frozen_changes, loosening
from leverframe.actions.house import policy_at
from leverframe.nouns.calendar import DuringRamp, Freeze, Scope
from leverframe.nouns.ramps import RampState
from leverframe.nouns.verdicts import Conflict, Invalid, Refused
from leverframe.rules.freeze_files import Missing
from leverframe.store import audit
from leverframe.store import freezes as rows

wall = datetime.fromisoformat

WEDNESDAY = Freeze(
    name="a board meeting",
    starts=wall("2026-05-13"),
    ends=wall("2026-05-14"),
    scope=Scope(targets=frozenset({"customer-support-ai"})),
    because="the board tries the product on stage",
    owner="release-managers",
)


def requirement(world: World, change_id: str, gate: str) -> str:
    found = next(v for v in world.view(change_id).requirements if v.gate == gate)
    return "" if not found.refuses else found.because


def test_a_declared_freeze_holds_at_once_and_says_who_may_do_what(world: World) -> None:
    change = world.armed()
    world.at("Wed 09:00")
    declared = freezes.declare(world.house, world.sol, WEDNESDAY)
    world.at("Wed 10:00")
    assert "a board meeting" in requirement(world, change.id, "freeze")
    assert "the board tries the product on stage" in requirement(world, change.id, "freeze")
    line = freeze_views.show_freeze(world.house, world.ana, declared.id).line
    assert (line.state, line.of_whom) == ("holds", "customer-support-ai")


def test_a_ramp_in_flight_holds_when_a_freeze_is_declared_over_it(world: World) -> None:
    change = world.ramping()
    world.outcomes(change.id)
    freezes.declare(world.house, world.remi, WEDNESDAY)
    world.rounds_until("Wed 11:00")
    ramp = world.ramp(change.id)
    assert (ramp.state, ramp.stage) == (RampState.RAMPING, 1)
    assert ramp.hold is not None
    assert "a board meeting" in ramp.hold.because


def test_who_has_no_such_role_declares_none_and_nothing_is_written(world: World) -> None:
    refusal = no_of(lambda: freezes.declare(world.house, world.vic, WEDNESDAY))
    assert "vic may not declare a freeze; the policy gives it to" in refusal["may"]
    with world.store.read() as db:
        assert rows.every(db) == []


def test_all_faults_of_a_freeze_are_told_at_once(world: World) -> None:
    wrong = replace(WEDNESDAY, because=" ", owner="nobody", scope=Scope(regions=frozenset({"mars"})))
    with pytest.raises(Invalid) as told:
        freezes.declare(world.house, world.remi, wrong)
    assert [fault.place for fault in told.value.faults] == ["because", "owner", "regions"]
    assert all(fault.remedy for fault in told.value.faults)


def test_the_people_of_each_change_that_a_late_freeze_meets_are_told_once(world: World) -> None:
    change = world.armed()
    declared = freezes.declare(world.house, world.sol, WEDNESDAY)
    for _ in range(2):
        frozen_changes.tell_whom_it_meets(world.house, declared.id)
    told = world.told("change.frozen")
    with world.store.read() as db:
        trail = audit.find(db, object=change.id, act="change.frozen")
    assert [(body["change"], body["people"]) for body in told] == [(change.id, ["ana", "remi"])]
    assert (
        "its start, expected Wed 13 May 2026 10:00 Europe/London, would be Thu 14 May 2026 10:00"
        in told[0]["because"]
    )
    assert [("a board meeting" in entry.because) for entry in trail] == [True]


def test_the_clock_tells_them_by_itself(world: World) -> None:
    world.armed()
    freezes.declare(world.house, world.sol, WEDNESDAY)
    world.runner.round()
    with world.store.read() as db:
        assert rows.untold(db) == []
        assert [entry.act for entry in audit.find(db, act="freeze.met")] == ["freeze.met"]


def test_what_a_freeze_does_not_touch_is_no_hit(world: World) -> None:
    world.armed()
    for other in (
        replace(WEDNESDAY, scope=Scope(targets=frozenset({"claims-summary"}))),
        replace(WEDNESDAY, scope=Scope(kinds=frozenset({"schema"}))),
        replace(WEDNESDAY, starts=wall("2026-05-16"), ends=wall("2026-05-18")),
    ):
        assert freeze_views.check_freeze(world.house, world.remi, other).hits == ()


def test_lifting_takes_the_sign_offs_that_replace_a_policy(world: World) -> None:
    change = world.armed()
    declared = freezes.declare(world.house, world.sol, WEDNESDAY)
    world.at("Wed 10:00")
    first = loosening.lift(world.house, world.remi, declared.id, "the board has gone home")
    assert not first.done
    assert first.seats == (("release_manager", 1, ("remi",)), ("ai_risk", 1, ()))
    assert "a board meeting" in requirement(world, change.id, "freeze")
    assert (
        "remi has signed already"
        in no_of(lambda: loosening.lift(world.house, world.remi, declared.id, "again"))["once"]
    )
    assert loosening.lift(world.house, world.rita, declared.id, "agreed").done
    assert requirement(world, change.id, "freeze") == ""
    with world.store.read() as db:
        assert next(entry.act for entry in audit.find(db, object=declared.id)) == "freeze.lifted"


def test_one_may_take_back_alone_what_one_declared_until_it_begins(world: World) -> None:
    world.at("Tue 12:00")
    mine = freezes.declare(world.house, world.sol, WEDNESDAY)
    assert loosening.lift(world.house, world.sol, mine.id, "the wrong week").done
    begun = freezes.declare(world.house, world.sol, WEDNESDAY)
    world.at("Wed 09:00")
    assert not loosening.lift(world.house, world.sol, begun.id, "I changed my mind").done


@pytest.mark.parametrize(
    ("edit", "at_once"),
    [
        ({"ends": wall("2026-05-15")}, True),
        ({"scope": Scope()}, True),
        ({"during_ramp": DuringRamp.NARROW}, True),
        ({"ends": wall("2026-05-13 12:00")}, False),
        ({"starts": wall("2026-05-13 08:00"), "ends": wall("2026-05-20")}, False),
        ({"scope": Scope(targets=frozenset({"customer-support-ai"}), tiers=frozenset({"high"}))}, False),
    ],
    ids=["longer", "of everything", "narrows", "shorter", "later and longer", "of one tier"],
)
def test_only_what_forbids_as_much_and_more_takes_its_place_at_once(world: World, edit: dict, at_once: bool) -> None:
    declared = freezes.declare(world.house, world.sol, WEDNESDAY)
    done = loosening.amend(world.house, world.remi, declared.id, replace(WEDNESDAY, **edit), "it was planned again")
    assert done.done is at_once
    with world.store.read() as db:
        stands = rows.standing(db)
    assert [each.replaces for each in stands] == ([declared.id] if at_once else [""])


def test_two_wishes_for_one_freeze_do_not_pass_as_one(world: World) -> None:
    declared = freezes.declare(world.house, world.sol, WEDNESDAY)
    shorter = replace(WEDNESDAY, ends=wall("2026-05-13 12:00"))
    loosening.amend(world.house, world.remi, declared.id, shorter, "only the morning")
    with pytest.raises(Conflict):
        loosening.lift(world.house, world.rita, declared.id, "all of it")
    loosening.keep(world.house, world.sol, declared.id, "it stands as it is")
    assert not loosening.lift(world.house, world.rita, declared.id, "all of it").done


def test_a_machine_signs_no_lifting(world: World) -> None:
    declared = freezes.declare(world.house, world.sol, WEDNESDAY)
    with pytest.raises(Refused, match="a token never signs"):
        loosening.lift(world.house, world.token("remi"), declared.id, "by night")


def test_what_was_lifted_is_lifted_no_second_time(world: World) -> None:
    declared = freezes.declare(world.house, world.sol, WEDNESDAY)
    loosening.lift(world.house, world.sol, declared.id, "the wrong week")
    assert "was ended by sol" in no_of(lambda: loosening.lift(world.house, world.sol, declared.id, "again"))["state"]


CSV = b"""name,start,end,because,regions
quarter close,2026-06-29,2026-07-02,the books are closed,us eu
Acme Day,2026-09-17 08:00,2026-09-18 08:00,all on stage,
"""
BY_RITA = Missing(owner="release-managers")


def test_a_file_is_imported_and_again_without_doubling_anything(world: World) -> None:
    first = freeze_files.import_freezes(world.house, world.remi, "closes.csv", CSV, BY_RITA)
    assert [each.freeze.name for each in first.stands] == ["quarter close", "Acme Day"]
    assert first.stands[0].freeze.scope == Scope(regions=frozenset({"us", "eu"}))
    again = freeze_files.import_freezes(world.house, world.remi, "closes.csv", CSV, BY_RITA)
    assert (again.sorted.unchanged, again.stands) == (2, ())


def test_a_file_that_lets_go_waits_for_sign_offs_and_one_that_holds_on_does_not(world: World) -> None:
    freeze_files.import_freezes(world.house, world.remi, "closes.csv", CSV, BY_RITA)
    longer = CSV.replace(b"2026-07-02", b"2026-07-03").replace(b"2026-09-18 08:00", b"2026-09-17 18:00")
    found = freeze_files.import_freezes(world.house, world.remi, "closes.csv", longer, BY_RITA)
    assert [read.freeze.name for _, read in found.sorted.tighter] == ["quarter close"]
    assert [read.freeze.name for _, read in found.sorted.looser] == ["Acme Day"]
    lines = {line.freeze.name: line for line in freeze_views.list_freezes(world.house, world.remi).freezes}
    assert lines["quarter close"].freeze.ends == wall("2026-07-04")
    assert lines["Acme Day"].freeze.ends == wall("2026-09-18 08:00")
    assert lines["Acme Day"].loosening is not None


def test_what_a_file_tells_no_more_stands_and_is_named(world: World) -> None:
    freeze_files.import_freezes(world.house, world.remi, "closes.csv", CSV, BY_RITA)
    shorter = b"\n".join(CSV.splitlines()[:2])
    found = freeze_files.import_freezes(world.house, world.remi, "closes.csv", shorter, BY_RITA)
    assert [gone.freeze.name for gone in found.sorted.gone] == ["Acme Day"]
    with world.store.read() as db:
        assert len(rows.standing(db)) == 2


def test_a_file_with_a_fault_is_not_imported_in_part(world: World) -> None:
    with pytest.raises(Invalid) as told:
        freeze_files.import_freezes(world.house, world.remi, "closes.csv", CSV.replace(b"us eu", b"mars"), BY_RITA)
    assert [fault.place for fault in told.value.faults] == ["closes.csv:2 regions"]
    with world.store.read() as db:
        assert rows.every(db) == []


def test_a_past_decision_is_asked_again_with_the_freezes_of_its_day(world: World) -> None:
    """A freeze that was lifted since held what it held: a replay must not read it away, nor read a later one in."""
    declared = freezes.declare(world.house, world.sol, WEDNESDAY)
    before = world.clock.now()
    world.at("Tue 13:00")
    loosening.lift(world.house, world.sol, declared.id, "the wrong week")
    world.at("Tue 15:00")
    with world.store.read() as db:
        then, now = policy_at(db, before), policy_at(db, world.clock.now())
    assert then
    assert now
    assert [f.id for f in then.calendar.freezes if f.id] == [declared.id]
    assert [f.id for f in now.calendar.freezes if f.id] == []
