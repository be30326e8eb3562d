"""Is a field reviewed by another person, and does an edit of it take the review away?"""

from __future__ import annotations

import pytest
from tests.world import World, faults_of, no_of

from leverframe.actions.changes import amend_change
from leverframe.actions.field_reviews import field_digest, review_field
from leverframe.nouns.verdicts import Conflict

PLAN = "rollback_plan"


@pytest.fixture
def high(world: World):
    """File Ana's High change, of which nobody has reviewed anything."""
    world.adopt("underwriting-decision-v2")
    return world.file("underwriting-model")


def said(world: World, change) -> str:
    answer = world.verdict(change, "field_reviews")
    return f"{answer.outcome.value}: {answer.because}"


def test_a_high_ticket_asks_for_a_review_of_what_its_author_wrote_and_says_who_may(world, high):
    answer = world.verdict(high, "field_reviews")
    assert answer.refuses
    assert answer.because == "to be reviewed by another person: rollback plan"
    assert answer.who == "cass, cleo, remi, rita"


def test_another_who_signs_reviews_it_and_the_log_keeps_what_was_read(world, high):
    change = review_field(world.house, world.cleo, high.id, PLAN, field_digest(high, PLAN), "The steps are real.")
    assert change.provenance[PLAN].reviewed_by == "cleo"
    assert change.provenance[PLAN].by == "ana"
    assert said(world, high).startswith("met")
    (entry,) = world.entries("change.field_reviewed")
    read = field_digest(high, PLAN)
    assert (entry.actor, entry.because, entry.decided_digest) == ("cleo", "The steps are real.", read)


@pytest.mark.parametrize("name", ["ana", "vic", "sol"])
def test_neither_its_author_nor_who_signs_nothing_of_it_reviews(world, high, name):
    assert "field_reviews" in no_of(lambda: review_field(world.house, world.who(name), high.id, PLAN))
    assert said(world, high).startswith("not_met")


def test_a_token_reviews_nothing(world, high):
    no = no_of(lambda: review_field(world.house, world.token("cleo", "change"), high.id, PLAN))
    assert no["field_reviews"] == "a token reviews nothing"


def test_an_edit_of_the_field_takes_the_review_away_and_one_of_another_does_not(world, high):
    review_field(world.house, world.cleo, high.id, PLAN)
    amend_change(world.house, world.ana, high.id, {"title": "Another title"}, 0)
    assert said(world, high).startswith("met")
    amend_change(world.house, world.ana, high.id, {PLAN: "Sol swaps the model back. Ana tells the underwriters."}, 0)
    assert said(world, high).startswith("not_met")


def test_who_reviews_what_was_edited_meanwhile_is_told_and_nothing_is_written(world, high):
    read = field_digest(high, PLAN)
    amend_change(world.house, world.ana, high.id, {PLAN: "Sol swaps the model back. Ana tells the underwriters."}, 0)
    with pytest.raises(Conflict, match="was edited since you read it"):
        review_field(world.house, world.cleo, high.id, PLAN, read)
    assert said(world, high).startswith("not_met")


def test_a_field_that_is_not_there_or_that_nobody_filled_is_a_fault(world, high):
    assert "colour" in faults_of(lambda: review_field(world.house, world.cleo, high.id, "colour"))["field"]
    assert faults_of(lambda: review_field(world.house, world.cleo, high.id, "restore_from"))


def test_a_release_manager_who_wrote_the_plan_does_not_review_it(world, high):
    amend_change(world.house, world.remi, high.id, {PLAN: "Remi swaps the model back. Sol looks at the frame."}, 0)
    assert "field_reviews" in no_of(lambda: review_field(world.house, world.remi, high.id, PLAN))
    assert world.verdict(high, "field_reviews").who == "cass, cleo, rita"


def test_a_low_ticket_is_asked_for_no_review(world):
    world.adopt("meeting-notes")
    assert said(world, world.file("meeting-notes-v2", by="cass")).startswith("not_needed")
