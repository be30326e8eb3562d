"""How does a person review one field of a High ticket, and what becomes of that?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.world import World, no_of

from leverframe.actions import changes, my_work
from leverframe.actions.today import today
from leverframe.nouns.changes import Change, State
from leverframe.nouns.verdicts import Conflict, Invalid, NotFound, Outcome
from leverframe.store import field_reviews as rows

FIELDS = ("rollback_plan", "kill_switch", "blast_radius")
TARGET = "underwriting-decision-v2"


@pytest.fixture
def ticket(world: World) -> Change:
    """Ana's High change with all its evidence; nobody has reviewed its fields."""
    world.adopt(TARGET)
    change = world.file("underwriting-model")
    world.evals(change)
    return world.change(change)


def gate(world: World, change: Change):
    return world.verdict(change, "field_reviews")


def reviewed_by(world: World, change: Change, field: str) -> str:
    wrote = next(provenance for name, _, provenance in world.view(change).fields if name == field)
    assert wrote is not None
    return wrote.reviewed_by


def test_nobody_signs_a_high_change_whose_fields_nobody_has_reviewed(world: World, ticket: Change):
    assert ticket.state is State.ASSESS
    refused = no_of(lambda: world.sign("cass", ticket))
    assert refused == {
        "field_reviews": "nobody has reviewed the rollback plan; nobody has reviewed the kill switch; "
        "nobody has reviewed the blast radius"
    }
    for field in FIELDS:
        world.review_field("cass", ticket, field)
    assert gate(world, ticket).outcome is Outcome.MET
    assert world.change(ticket).state is State.AUTHORIZE


def test_a_review_is_on_record_with_what_was_checked(world: World, ticket: Change):
    review = world.review_field("rita", ticket, "rollback_plan", "I walked through the steps on staging.")
    entry = world.entries("change.field_reviewed")[0]
    assert (entry.actor, entry.role, entry.object) == ("rita", "ai_risk", ticket.id)
    assert (entry.because, entry.facts["field"]) == ("I walked through the steps on staging.", "rollback_plan")
    assert entry.decided_digest == review.value_digest
    assert reviewed_by(world, ticket, "rollback_plan") == "rita"
    assert reviewed_by(world, ticket, "kill_switch") == ""


def test_who_reviews_a_field_may_sign_too(world: World, ticket: Change):
    world.reviewed(ticket, by="rita")
    world.sign("rita", ticket)
    assert reviewed_by(world, ticket, "rollback_plan") == "rita"
    world.sign("cass", ticket)
    assert reviewed_by(world, ticket, "rollback_plan") == "rita, cass"


def test_a_review_binds_the_value_that_was_read(world: World, ticket: Change):
    """Between opening the page and saying yes, the author writes another plan: nobody has reviewed that."""
    seen = {each.field: each.digest for each, _ in world.view(ticket).field_reviews}
    parts = {"rollback_plan": "1. Remi aborts the ramp. 2. Sol calls the duty underwriter, who takes over by hand."}
    changes.amend_change(world.house, world.ana, ticket.id, parts, 0)
    with pytest.raises(Conflict, match="was edited since you read it") as stale:
        world.review_field("cass", ticket, "rollback_plan", value=seen["rollback_plan"])
    assert stale.value.differs == ("rollback_plan",)
    world.review_field("cass", ticket, "kill_switch", value=seen["kill_switch"])
    assert "nobody has reviewed the rollback plan" in gate(world, ticket).because


def test_an_edit_leaves_the_review_standing_and_says_that_it_does_not_count(world: World, ticket: Change):
    world.reviewed(ticket)
    plan = {"rollback_plan": "1. Remi aborts the ramp. 2. Sol hands the applications to the duty underwriter."}
    changes.amend_change(world.house, world.ana, ticket.id, plan, 0)
    assert world.change(ticket).state is State.ASSESS
    assert gate(world, ticket).because == (
        "cass's review of the rollback plan does not count: the field was edited since"
    )
    with world.store.read() as db:
        assert [one.field for one in rows.of_change(db, ticket.id)] == list(FIELDS)
    world.review_field("cass", ticket, "rollback_plan", "again")
    assert world.change(ticket).state is State.AUTHORIZE


def test_a_reviewer_who_edits_what_is_signed_has_become_an_author(world: World, ticket: Change):
    world.reviewed(ticket, by="cleo")
    changes.amend_change(
        world.house, world.cleo, ticket.id, {"artefacts": {"runbook": "https://runbooks.example/u"}}, 0
    )
    assert "cleo has edited the change since" in gate(world, ticket).because


@pytest.mark.parametrize(("name", "gate"), [("ana", "segregation"), ("vic", "may"), ("adi", "may")])
def test_writers_and_strangers_review_nothing(world: World, ticket: Change, name: str, gate: str):
    assert gate in no_of(lambda: world.review_field(name, ticket, "rollback_plan"))


def test_tokens_review_nothing(world: World, ticket: Change):
    from leverframe.actions.field_reviews import review_field

    token = world.token("cass", "change", "admin")
    assert no_of(lambda: review_field(world.house, token, ticket.id, "rollback_plan", "ok")) == {
        "session": "a token reviews no field"
    }


def test_what_is_not_asked_for_is_not_reviewed(world: World, ticket: Change):
    assert "reviewed" in no_of(lambda: world.review_field("cass", ticket, "bridge"))
    with pytest.raises(NotFound, match="no field wizardry"):
        world.review_field("cass", ticket, "wizardry")
    with pytest.raises(Invalid):
        world.review_field("cass", ticket, "rollback_plan", comment=" ")


def test_a_medium_change_asks_for_no_review(world: World):
    change = world.ready()
    assert world.view(change).field_reviews == ()
    assert gate(world, change).outcome is Outcome.NOT_NEEDED


def test_one_value_is_reviewed_once_by_one_person(world: World, ticket: Change):
    world.review_field("cass", ticket, "rollback_plan")
    with pytest.raises(Conflict, match="already reviewed the rollback plan"):
        world.review_field("cass", ticket, "rollback_plan")
    world.review_field("rita", ticket, "rollback_plan")


def test_what_has_begun_is_not_reviewed_any_more(world: World):
    change = world.armed("underwriting-model")
    world.clock.move_to(change.start.opens_at)
    world.round()
    assert "state" in no_of(lambda: world.review_field("rita", change, "rollback_plan"))


def test_the_page_offers_a_review_to_those_alone_who_may_give_it(world: World, ticket: Change):
    offered = {
        name: [seen.field for seen, mine in world.view(ticket, name).field_reviews if mine]
        for name in ("ana", "cass", "vic")
    }
    assert offered == {"ana": [], "cass": list(FIELDS), "vic": []}


def test_my_work_and_today_say_who_is_waited_on(world: World, ticket: Change):
    asked = {
        name: [each.change for each in my_work.my_work(world.house, world.who(name)).field_reviews]
        for name in ("cass", "ana", "vic")
    }
    assert asked == {"cass": [ticket.id], "ana": [], "vic": []}
    waits = [group for group in today(world.house, world.cass).waits if group.on == "a reviewer of its fields"]
    assert [(group.is_mine, group.waits[0].change) for group in waits] == [(True, ticket.id)]
    world.reviewed(ticket)
    assert my_work.my_work(world.house, world.cass).field_reviews == ()


def test_a_policy_may_name_other_reviewers(world: World, ticket: Change):
    other = replace(
        world.policy, may={**world.policy.may, "change.review_field": ("security",)}, digest="sha256:other"
    )
    world.enforce(other)
    assert "may" in no_of(lambda: world.review_field("cass", ticket, "rollback_plan"))
    world.review_field("sam", ticket, "rollback_plan")
    assert reviewed_by(world, ticket, "rollback_plan") == "sam"
