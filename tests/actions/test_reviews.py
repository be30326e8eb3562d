"""How is a change reviewed and closed?"""

from __future__ import annotations

import pytest
from tests.world import LONDON, ON_SQLITE, World, faults_of, no_of

from leverframe.actions import reviews
from leverframe.nouns.changes import CloseCode, State
from leverframe.store import counted, follow_ups

pytestmark = ON_SQLITE


def review(world: World, change, name: str = "remi", code: str = "successful", notes: str = "The metrics held."):
    return reviews.review(world.house, world.who(name), change.id, code, notes)


def test_a_change_is_reviewed_from_settlement_on_and_closes_after_24_hours(world: World):
    change = world.settle(world.ramping())
    with world.store.read() as db:
        (duty,) = follow_ups.open_ones(db, subject=change.id, kind="change_review")
    assert (duty.owner, f"{duty.due_at.astimezone(LONDON):%a %d %b %H:%M}") == ("remi", "Thu 21 May 17:00")
    world.at("Fri 10:00")
    assert review(world, change).state is State.IMPLEMENT
    with world.store.read() as db:
        assert follow_ups.open_ones(db, subject=change.id, kind="change_review") == []
    world.rounds_until("Fri 14:00", every=240)
    assert world.change(change).state is State.IMPLEMENT
    world.rounds_until("Fri 14:30")
    closed = world.change(change)
    assert (closed.state, closed.close_code) == (State.CLOSED, CloseCode.SUCCESSFUL)
    ends = [act for act in world.acts(change.id) if act.startswith("change.")][-3:]
    assert ends == ["change.reviewed", "change.watch_ended", "change.closed"]
    assert world.entries("change.closed")[0].because == "reviewed by remi: successful"


def test_hours_of_work_are_told_at_the_review_and_stand_beside_the_time_that_elapsed(world: World):
    change = world.settle(world.ramping())
    world.at("Fri 10:00")
    reviews.review(world.house, world.remi, change.id, "successful", "ten minutes", 4.0)
    told = world.entries("change.reviewed")[0].facts
    assert {**told, "facts": ""} == {"close_code": "successful", "active_hours": 4.0, "facts": ""}
    world.rounds_until("Fri 14:30", every=240)
    spent = world.view(change).spent
    assert (spent.active_hours, spent.told_by, spent.held_minutes) == (4.0, "remi", 0.0)
    assert sum(part.minutes for part in spent.parts) == spent.elapsed_minutes
    assert {part.name: round(part.minutes / 60, 1) for part in spent.parts} == {
        "preparing": 0.0, "sign-offs": 0.0, "window": 25.0, "ramp": 28.5, "watch and review": 24.0,
    }  # fmt: skip


@pytest.mark.parametrize("hours", [0.0, -1.0, 10_001.0, float("inf"), float("nan")])
def test_hours_that_are_none_are_refused_and_nothing_is_reviewed(world: World, hours: float):
    change = world.ramping()
    world.abort("sol", change)
    ask = lambda: reviews.review(world.house, world.remi, change.id, "aborted", "it annoys people", hours)  # noqa: E731
    assert set(faults_of(ask)) == {"active_hours"}
    assert world.change(change).review is None


def test_a_change_that_nobody_reviewed_waits_in_its_review(world: World):
    change = world.settle(world.ramping())
    world.rounds_until("Fri 14:30", every=24 * 60)
    assert world.change(change).state is State.REVIEW
    assert review(world, change).state is State.CLOSED


def test_who_was_seen_in_the_ramp_is_forgotten_when_it_closes(world: World):
    change = world.settle(world.ramping())
    review(world, change)

    def seen() -> int:
        with world.store.read() as db:
            return len(db.execute(counted.seen_units.select()).all())

    assert seen() > 1000
    world.rounds_until("Fri 14:30", every=24 * 60)
    assert seen() == 0


def test_a_review_does_not_choose_what_happened(world: World):
    change = world.ramping()
    world.abort("sol", change)
    assert "close_code" in faults_of(lambda: review(world, change, code="successful"))
    assert "close_code" in faults_of(lambda: review(world, change, code=""))
    assert review(world, change, code="aborted").close_code is CloseCode.ABORTED
    assert world.change(change).state is State.CLOSED


def test_a_settled_change_was_not_rolled_back(world: World):
    change = world.settle(world.ramping())
    faults = faults_of(lambda: review(world, change, code="rolled_back"))
    assert faults == {"close_code": f"rolled_back is not how {change.id} ended"}


def test_a_review_has_notes_a_right_and_a_time(world: World):
    change = world.ramping()
    assert set(no_of(lambda: review(world, change))) == {"state"}
    world.abort("sol", change)
    assert set(no_of(lambda: review(world, change, name="vic", code="aborted"))) == {"may"}
    assert "notes" in faults_of(lambda: review(world, change, code="aborted", notes=" "))


def test_a_change_is_reviewed_once(world: World):
    change = world.settle(world.ramping())
    review(world, change)
    assert no_of(lambda: review(world, change, name="cleo")) == {"state": f"{change.id} was reviewed by remi already"}
