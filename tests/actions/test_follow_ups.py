"""How is a follow-up done, handed on, or dropped; and what does a review agree on?"""

from __future__ import annotations

import pytest
from tests.world import LONDON, ON_SQLITE, World, faults_of, no_of

from leverframe.actions import follow_ups, reviews
from leverframe.actions.agreed_actions import AskedAction
from leverframe.nouns.changes import CloseCode
from leverframe.nouns.verdicts import Conflict, NotFound
from leverframe.store import follow_ups as rows
from leverframe.store import reviews as kept

pytestmark = ON_SQLITE
ACTION = AskedAction("Add the German cases to the suite", "cleo", "2026-05-22")


@pytest.fixture
def settled(world: World):
    return world.settle(world.ramping())


def look(world: World, change, what: str = "Look at the live scores again"):
    return next(line.duty for line in lines(world, change) if line.duty.what == what)


def lines(world: World, change, by: str = "ana"):
    return world.view(change, by).follow_ups


def held(world: World, change, code: str = "successful_with_issues", **more) -> None:
    said = {"learned": "The suite has no German cases.", **more}
    reviews.hold_review(
        world.house, world.remi, change.id, reviews.Held(code, "It took a day too long.", 4.0, **said)
    )


def test_who_wrote_a_change_says_that_its_follow_up_is_done(world: World, settled):
    duty = look(world, settled)
    assert (duty.owner, duty.team) == ("", "support-ai")
    assert follow_ups.list_follow_ups(world.house, world.ana, mine=True)[0].duty.id == duty.id
    done = follow_ups.finish(world.house, world.ana, duty.id, "They are as before.")
    assert (done.done_by, done.note, done.dropped) == ("ana", "They are as before.", False)
    assert world.entries("follow_up.done")[0].facts == {"follow_up": duty.id, "what": duty.what}
    assert duty.id not in [line.duty.id for line in follow_ups.list_follow_ups(world.house, world.ana)]
    again = no_of(lambda: follow_ups.finish(world.house, world.ana, duty.id, "Once more."))
    assert again == {"state": f"follow-up {duty.id} was done by ana already"}


def test_somebody_else_does_it_only_with_the_right_to_review(world: World, settled):
    duty = look(world, settled)
    assert set(no_of(lambda: follow_ups.finish(world.house, world.vic, duty.id, "It is fine."))) == {"may"}
    assert set(no_of(lambda: follow_ups.drop(world.house, world.ana, duty.id, "No time."))) == {"may"}
    assert "note" in faults_of(lambda: follow_ups.finish(world.house, world.ana, duty.id, " "))
    assert "because" in faults_of(lambda: follow_ups.drop(world.house, world.remi, duty.id, ""))
    assert "to" in faults_of(lambda: follow_ups.hand(world.house, world.ana, duty.id, "nobody-known"))
    dropped = follow_ups.drop(world.house, world.remi, duty.id, "The feature is retired.")
    assert (dropped.dropped, dropped.done_by) == (True, "remi")
    with pytest.raises(NotFound):
        follow_ups.finish(world.house, world.ana, 999, "It is fine.")


def test_who_is_handed_a_follow_up_is_told_at_once_though_another_was_told_today(world: World, settled):
    world.rounds_until("Fri 09:00", every=600)
    duty = look(world, settled)
    follow_ups.hand(world.house, world.ana, duty.id, "cleo", "I am away")
    assert set(no_of(lambda: follow_ups.hand(world.house, world.cleo, duty.id, "cleo"))) == {"state"}
    world.rounds_until("Fri 09:05")
    assert [said["to"] for said in world.told("follow_up.due")][-1] == ["cleo"]
    mine = follow_ups.list_follow_ups(world.house, world.cleo, mine=True)
    assert duty.id in [line.duty.id for line in mine if line.duty.owner == "cleo"]


def test_a_review_is_not_ticked_off_nor_dropped(world: World, settled):
    duty = next(line.duty for line in lines(world, settled) if line.duty.kind == "change_review")
    for act in (follow_ups.finish, follow_ups.drop):
        assert set(no_of(lambda act=act: act(world.house, world.remi, duty.id, "not now"))) == {"state"}


def test_what_went_wrong_teaches_something_and_leaves_actions_with_owner_and_day(world: World, settled):
    world.at("Fri 10:00")
    held(world, settled, actions=(ACTION,))
    action = next(line.duty for line in lines(world, settled) if line.duty.kind == "review_action")
    assert (action.owner, action.what, f"{action.due_at.astimezone(LONDON):%a %d %b %H:%M}") == (
        "cleo", ACTION.what, "Fri 22 May 17:00",
    )  # fmt: skip
    entry = world.entries("change.reviewed")[0]
    assert entry.facts["learned"] == "The suite has no German cases."
    assert [each["owner"] for each in entry.facts["actions"]] == ["cleo"]
    world.rounds_until("Fri 10:30")
    assert [said["to"] for said in world.told("follow_up.opened")] == [["cleo"]]


@pytest.mark.parametrize("code", ["successful_with_issues", "unsuccessful"])
def test_all_faults_of_a_review_are_told_at_once(world: World, settled, code: str):
    wrong = AskedAction(" ", "nobody-known", "2026-05-01")
    faults = faults_of(
        lambda: held(world, settled, code, learned=" ", actions=(wrong, AskedAction("a", "ana", "soon")))
    )
    assert set(faults) == {"learned", "actions.1.what", "actions.1.owner", "actions.1.due_on", "actions.2.due_on"}
    assert world.change(settled).review is None


def test_a_settled_change_that_did_harm_is_unsuccessful(world: World, settled):
    held(world, settled, "unsuccessful")
    assert world.change(settled).close_code is CloseCode.UNSUCCESSFUL


def test_what_a_person_ended_is_not_renamed_by_its_review(world: World):
    change = world.ramping()
    world.abort("remi", change)
    assert "close_code" in faults_of(lambda: held(world, change, "unsuccessful"))


def test_what_the_reviewer_saw_is_kept_and_shown_when_it_is_closed(world: World, settled):
    world.at("Fri 10:00")
    before = world.view(settled).review_facts
    assert before is not None
    held(world, settled, facts=before.digest)
    world.rounds_until("Fri 14:30", every=240)
    shown = world.view(settled).review_facts
    assert shown is not None
    assert (shown.digest, shown.facts) == (before.digest, before.facts)


def test_who_read_something_else_reads_again(world: World, settled):
    world.at("Fri 10:00")
    before = world.view(settled).review_facts
    assert before is not None
    world.throw("sol", f"feature/{settled.target}", "it answers nonsense")
    with pytest.raises(Conflict):
        held(world, settled, facts=before.digest)
    now = world.view(settled).review_facts
    assert now is not None
    assert [one.switch for one in now.facts.thrown] == [f"feature/{settled.target}"]
    held(world, settled, facts=now.digest)


def test_the_same_facts_have_the_same_digest_the_next_day(world: World, settled):
    with world.store.read() as db:
        duty = rows.open_ones(db, subject=settled.id, kind="change_review")[0]
    assert duty.opened_at is None
    world.rounds_until("Fri 09:00", every=600)
    opened = world.entries("review.opened")[0].facts["facts"]
    world.rounds_until("Mon 12:00", every=1440)
    shown = world.view(settled).review_facts
    assert shown is not None
    assert shown.digest == opened
    with world.store.read() as db:
        assert kept.get(db, settled.id, opened).facts == shown.facts
