"""Who is told of what they owe, on which days?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from tests.world import LONDON, ON_SQLITE, World

from leverframe.actions import due, follow_ups, reminding, reviews, way_back
from leverframe.store import follow_ups as rows
from leverframe.store import outbox
from leverframe.store import reviews as kept

pytestmark = ON_SQLITE


def told(world: World, topic: str) -> list[str]:
    """Return on which days something of a topic was told, and how."""
    with world.store.read() as db:
        found = db.execute(outbox.messages.select().order_by(outbox.messages.c.id)).all()
    days = (row for row in found if row.topic.startswith(f"{topic}."))
    return [f"{row.key.split('/')[2]} {row.topic.split('.')[1]}" for row in days]


def with_a_holiday(world: World, day: date) -> None:
    calendar = replace(world.policy.calendar, holidays=world.policy.calendar.holidays | {day})
    world.enforce(replace(world.policy, calendar=calendar, digest="sha256:a holiday", webhooks=()))


def days_on(world: World, days: int) -> None:
    """Let the clock look at everything twice a day."""
    for _ in range(2 * days):
        world.clock.move_to(world.now + timedelta(hours=12))
        world.round()


def test_a_review_opens_by_itself_the_next_working_day_with_what_happened(world: World):
    change = world.settle(world.ramping())
    world.rounds_until("Fri 08:59", every=600)
    assert told(world, "review") == []
    world.rounds_until("Fri 09:00")
    assert told(world, "review") == ["2026-05-15 opened"]
    entry = world.entries("review.opened")[0]
    with world.store.read() as db:
        facts = kept.get(db, change.id, entry.facts["facts"]).facts
    assert (facts.ended, [stage.share_percent for stage in facts.stages]) == ("settled", [1.0, 10.0, 50.0, 100.0])
    proved = facts.stages[1].reading
    assert proved is not None
    assert {each.guardrail for each in proved.readings if each.floor} == {"feedback_negative"}
    assert facts.expected_p50 == facts.ended_at
    assert facts.elapsed_minutes == sum(part.minutes for part in facts.parts)


def test_who_owes_a_review_hears_of_it_every_working_day_until_it_is_held(world: World):
    change = world.settle(world.ramping())
    with_a_holiday(world, date(2026, 5, 20))
    world.at("Fri 09:00")
    world.round()
    days_on(world, 14)
    assert told(world, "review") == [
        "2026-05-15 opened",
        "2026-05-21 due",
        "2026-05-22 overdue",
        "2026-05-26 overdue",
        "2026-05-27 overdue",
        "2026-05-28 overdue",
        "2026-05-29 overdue",
    ]
    with world.store.read() as db:
        body = db.execute(outbox.messages.select().where(outbox.messages.c.topic == "review.overdue")).first().body
    assert body["to"] == ["remi", "ana"]
    assert body["team"] == world.policy.catalog.targets[change.target].owner
    reviews.review(world.house, world.remi, change.id, "successful", "Late, and all is well.")
    before = told(world, "review")
    days_on(world, 7)
    assert told(world, "review") == before


def test_a_crash_between_two_looks_tells_nobody_twice(world: World):
    change = world.settle(world.ramping())
    world.at("Fri 09:00")
    (found,) = due.what_is_due(world.house).reminding[:1]
    reminding.remind(world.house, found)
    with world.store.write() as db:
        rows.reminded(db, found, world.now)
    reminding.remind(world.house, found)
    assert told(world, "review") == ["2026-05-15 opened"]
    assert world.change(change).review is None


def test_an_aborted_change_is_reviewed_the_next_working_day_too(world: World):
    change = world.ramping()
    world.abort("sol", change)
    world.rounds_until("Thu 09:00", every=600)
    assert told(world, "review") == ["2026-05-14 opened"]
    assert "aborted" in world.entries("review.opened")[0].because


def test_what_the_policy_asks_for_days_later_falls_on_working_days_and_reminds(world: World):
    change = world.settle(world.ramping())
    lines = [line.duty for line in follow_ups.list_follow_ups(world.house, world.ana, subject=change.id)]
    later = {line.what: f"{line.due_at.astimezone(LONDON):%a %d %b}" for line in lines if line.what}
    assert later == {
        "Look at the live scores again": "Fri 15 May",
        "Look at two weeks of complaints and of cost": "Thu 28 May",
    }
    world.at("Fri 09:00")
    world.round()
    days_on(world, 4)
    assert told(world, "follow_up") == ["2026-05-15 due", "2026-05-18 overdue", "2026-05-19 overdue"]


def test_what_went_back_is_not_looked_at_again(world: World):
    change = world.settle(world.ramping())
    way_back.go_back(world.house, world.sol, change.id, "it annoys people")
    left = {line.duty.kind for line in follow_ups.list_follow_ups(world.house, world.ana, subject=change.id)}
    assert left == {"change_review"}
    assert len(world.entries("follow_up.dropped")) == 2
