"""What do the pages that only show say: today, a change, what changed, why a call, the log?"""

from __future__ import annotations

import pytest
from tests.world import ON_SQLITE, World, a_key, faults_of, no_of

from leverframe.actions import audits, calls, listing, recent, showing
from leverframe.actions.today import today
from leverframe.nouns.verdicts import NotFound

pytestmark = ON_SQLITE
TARGET = "customer-support-ai"


def test_today_says_what_waits_for_its_reader(world: World):
    change = world.ready()
    world.throw("sol", "feature/claims-summary")
    assert [line.id for line in today(world.house, world.cass).my_sign_offs] == [change.id]
    assert today(world.house, world.ana).my_sign_offs == ()
    world.sign("cass", change)
    assert today(world.house, world.cass).my_sign_offs == ()
    assert next(switch.id for switch in today(world.house, world.vic).thrown) == "feature/claims-summary"
    assert {region for region, _ in today(world.house, world.vic).openings} >= {"everywhere", "au", "eu", "us"}


def test_today_says_what_moves(world: World):
    change = world.ramping()
    world.outcomes(change)
    (line,) = today(world.house, world.remi).ramps
    assert (line.change, line.stage, line.stages, line.share_percent, line.held) == (change.id, 1, 4, 1.0, False)
    assert "the bake of 30 min" in line.waits_for


def test_a_change_says_for_every_act_whether_this_reader_may_and_why_not(world: World):
    change = world.ready()
    may = world.view(change, by="vic").may
    assert {act for act, verdict in may.items() if not verdict.refuses} == set()
    assert all(verdict.because for verdict in may.values())
    mine = world.view(change, by="ana").may
    assert not mine["edit"].refuses
    assert not mine["cancel"].refuses
    assert mine["schedule"].refuses
    assert mine["ramp"].refuses
    running = world.view(world.ramping("support-prompt-v8"), by="sol").may
    assert not running["hold"].refuses
    assert not running["abort"].refuses
    assert running["edit"].refuses


def test_a_change_says_its_requirements_seats_and_trail(world: World):
    change = world.ready()
    view = world.view(change, by="cass")
    assert showing.requirements(world.house, change.id) == view.requirements
    assert view.can_sign_as == ("platform_engineer",)
    assert [entry.act for entry in view.trail] == ["pull_request.told", "evidence.added", "change.filed"]
    assert view.forecast is not None
    with pytest.raises(NotFound):
        showing.show_change(world.house, world.cass, "CHG-2026-00099")


def test_changes_are_listed_by_state_target_and_words(world: World):
    change = world.ready()
    world.adopt("claims-summary")
    other = world.file("claims-regions")

    def ids(**filters: str) -> list[str]:
        return [line.id for line in listing.list_changes(world.house, filters).changes]

    assert ids() == [other.id, change.id]
    assert ids(state="authorize") == [change.id]
    assert ids(target="claims-summary") == [other.id]
    assert ids(text="acme home") == [change.id]
    assert ids(tier="high") == []
    assert set(faults_of(lambda: ids(state="nope", tier="nope"))) == {"state", "tier"}


def test_what_changed_lists_steps_throws_tables_and_units_with_the_act_that_stops_each(world: World):
    change = world.ramping()
    rows = recent.what_changed(world.house, world.sol, "2h")
    step = next(row for row in rows if row.object == change.id)
    assert step.stop is not None
    assert (step.stop.label, step.stop.href) == ("Abort", f"/changes/{change.id}/ramp/abort")
    assert any(row.what == "table published" for row in rows)
    vic = next(r for r in recent.what_changed(world.house, world.vic, "2h") if r.object == change.id)
    assert vic.stop is None
    assert [row.object for row in recent.what_changed(world.house, world.sol, "2h", target=TARGET)] == [change.id]
    world.at("Wed 13:00")
    assert recent.what_changed(world.house, world.sol, "30m") == ()


def test_what_changed_in_a_region_is_not_what_changed_in_one_of_a_longer_name(world: World):
    change = world.armed("claims-regions")
    world.clock.move_to(change.start.opens_at)
    world.round()
    assert [r.object for r in recent.what_changed(world.house, world.sol, "2h", region="au")][:1] == [change.id]
    assert change.id not in [r.object for r in recent.what_changed(world.house, world.sol, "2h", region="a")]


def test_a_settled_change_can_be_taken_back_from_what_changed_while_its_unit_stands_ready(world: World):
    change = world.settle(world.ramping())

    def stops() -> set[str]:
        rows = recent.what_changed(world.house, world.sol, "7d", target=TARGET)
        return {row.stop.label for row in rows if row.object == change.id and row.stop}

    assert stops() == {"Go back"}
    from leverframe.actions import reviews

    reviews.review(world.house, world.remi, change.id, "successful", "all is well")
    world.rounds_until("Fri 14:30", every=24 * 60)
    assert stops() == set()


@pytest.mark.parametrize("span", ["", "2", "h", "-2h", "2 h", "0m", "²h", "999999d"])
def test_a_span_that_is_none_is_a_fault(world: World, span: str):
    assert "since" in faults_of(lambda: recent.what_changed(world.house, world.sol, span))


def test_why_a_call_was_answered_as_it_was(world: World):
    change = world.ramping()
    asked = [world.call(TARGET, f"person {n}") for n in range(200)]
    answers = {calls.why(world.house, call).facts.reason: calls.why(world.house, call) for call in asked}
    assert answers["candidate"].title == change.title
    assert f"({change.id}, stage 1)" in answers["candidate"].sentence
    assert "the current unit served" in answers["not_exposed"].sentence
    gone = world.call(TARGET, "somebody", change="CHG-2026-00099")
    assert calls.why(world.house, gone).title == ""
    with pytest.raises(NotFound):
        calls.why(world.house, asked[0][:-2])


def test_the_log_is_read_by_who_may_and_proved(world: World):
    world.ready()
    world.runner._checkpoint()
    assert set(no_of(lambda: audits.list_entries(world.house, world.vic))) == {"may"}
    assert set(no_of(lambda: audits.newest_note(world.house, world.ana))) == {"may"}
    page = audits.list_entries(world.house, world.remi, act="change.filed")
    (entry,) = page.entries
    view = audits.show_entry(world.house, world.remi, entry.leaf)
    assert view.verified
    with pytest.raises(NotFound):
        audits.show_entry(world.house, world.remi, 10**20)
    assert "leverframe" in audits.newest_note(world.house, world.remi)
    report = audits.verify_log(world.house, world.remi, a_key().public, None)
    assert not report.faults
    assert report.entries == len(world.entries())
