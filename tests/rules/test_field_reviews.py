"""Who may review a field of a ticket, and when does a review count no more?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.tickets import SEATS, TARGET, TEN, WEDNESDAY, asks, change, facts, policy

from leverframe.nouns.changes import Change, Provenance
from leverframe.nouns.field_reviews import FieldReview
from leverframe.nouns.people import Actor, ActorKind
from leverframe.nouns.verdicts import Outcome
from leverframe.rules.field_reviews import FieldFacts, may_review_field, seen_fields, value_digest
from leverframe.rules.gates.field_reviews import field_reviews
from leverframe.rules.sign_offs import authors

ASKS = asks(seats=SEATS, reviewed=("rollback_plan",))
TICKET = change(author="vic", provenance={"rollback_plan": Provenance("vic")})


def told(**may: tuple[str, ...]) -> FieldFacts:
    return FieldFacts(policy(may=may), ASKS, (TARGET,))


def review(by: str = "cass", ticket: Change = TICKET, field: str = "rollback_plan") -> FieldReview:
    return FieldReview(
        ticket.id, field, by, "platform_engineer", value_digest(ticket, field), WEDNESDAY, "I tried it"
    )


def gate(ticket: Change, *reviews: FieldReview, **parts):
    return field_reviews(ticket, facts(asks=ASKS, field_reviews=reviews, **parts), WEDNESDAY)


def noes(name: str, ticket: Change = TICKET, known: FieldFacts | None = None, **actor) -> list[str]:
    who = Actor(**{"kind": ActorKind.PERSON, "name": name, **actor})
    return [v.gate for v in may_review_field(ticket, who, "rollback_plan", known or told()) if v.refuses]


@pytest.mark.parametrize(
    ("name", "ticket", "refused"),
    [
        ("cass", TICKET, []),
        ("remi", TICKET, []),
        ("vic", TICKET, ["segregation", "may"]),
        ("cass", replace(TICKET, author="cass"), ["segregation"]),
        ("cass", replace(TICKET, provenance={"kill_switch": Provenance("cass")}), ["segregation"]),
        ("remi", replace(TICKET, provenance={"rollback_plan": Provenance("remi")}), ["segregation"]),
        ("cleo", replace(TICKET, provenance={"bridge": Provenance("cleo")}), []),
        ("nobody", TICKET, ["may"]),
    ],
    ids=["who signs", "who runs it", "its author", "who filed it", "who edited another field",
         "the release manager who saw to it", "who wrote what is not signed", "a stranger"],
)  # fmt: skip
def test_who_may_review_is_another_than_who_wrote(name: str, ticket: Change, refused: list[str]):
    """The release manager who writes the way back is no author by that, and still does not review their own words."""
    assert noes(name, ticket) == refused


def test_a_token_reviews_nothing():
    assert noes("cass", kind=ActorKind.TOKEN) == ["session"]


def test_the_policy_may_give_it_to_others_than_those_who_sign():
    named = told(**{"change.review_field": ("release_manager",)})
    assert (noes("remi", known=named), noes("cass", known=named)) == ([], ["may"])
    assert noes("remi", known=told(**{"change.review_field": ()})) == ["may"]


def test_a_field_that_nobody_is_asked_about_is_not_reviewed():
    answers = may_review_field(TICKET, Actor(ActorKind.PERSON, "cass"), "bridge", told())
    assert [v.gate for v in answers if v.refuses] == ["reviewed"]


def test_the_gate_names_what_nobody_has_reviewed_and_who_may():
    verdict = gate(TICKET)
    assert (verdict.because, verdict.who) == ("nobody has reviewed the rollback plan", "ana, cass, cleo, remi")
    assert "ask ana, cass, cleo, remi" in verdict.remedy
    assert gate(TICKET, review()).because == "reviewed: rollback plan by cass"


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (replace(TICKET, rollback_plan="Remi aborts. Sol throws the lever."), "the field was edited since"),
        (replace(TICKET, provenance={"candidate": Provenance("cass")}), "cass has edited the change since"),
        (replace(TICKET, provenance={"rollback_plan": Provenance("cass")}), "cass has edited the change since"),
    ],
)
def test_a_review_stands_after_an_edit_and_does_not_count(after: Change, why: str):
    assert gate(after, review()).because == f"cass's review of the rollback plan does not count: {why}"
    assert seen_fields(after, told(), [review()])[0].others == ((review(), why),)


def test_who_lost_the_role_has_reviewed_nothing_any_more():
    verdict = gate(TICKET, review("vic", replace(TICKET, author="ana")), policy=policy())
    assert verdict.outcome is Outcome.NOT_MET
    other = replace(TICKET, author="ana", provenance={})
    assert "vic may not review it any more" in gate(other, review("vic", other)).because


def test_an_edit_that_is_taken_back_lets_the_review_count_again():
    """The review binds a value: whoever writes the very same words again has nothing else reviewed."""
    away = replace(TICKET, rollback_plan="something else")
    back = replace(away, rollback_plan=TICKET.rollback_plan)
    assert gate(away, review()).refuses
    assert not gate(back, review()).refuses


def test_a_solo_policy_and_one_that_asks_nothing_need_no_review():
    assert gate(TICKET, policy=policy(solo=True)).outcome is Outcome.NOT_NEEDED
    assert field_reviews(TICKET, facts(), WEDNESDAY).outcome is Outcome.NOT_NEEDED


FIELDS = ("rollback_plan", "kill_switch", "blast_radius")
PEOPLE = ("ana", "cass", "cleo", "remi", "vic")


@given(
    author=st.sampled_from(PEOPLE),
    wrote=st.dictionaries(st.sampled_from(FIELDS), st.sampled_from((*PEOPLE, "auto"))),
    given_by=st.lists(st.tuples(st.sampled_from(FIELDS), st.sampled_from(PEOPLE)), max_size=6),
    edited=st.booleans(),
)
def test_a_field_counts_as_reviewed_only_by_another_than_its_writers(author, wrote, given_by, edited):
    """Whatever reviews lie about: none counts by who wrote any of it, or of another value."""
    before = change(author=author, provenance={n: Provenance(by, at=TEN) for n, by in wrote.items()})
    reviews = [review(by, before, field) for field, by in given_by]
    after = replace(before, rollback_plan="another plan") if edited else before
    known = FieldFacts(policy(), asks(seats=SEATS, reviewed=FIELDS), (TARGET,))
    for seen in seen_fields(after, known, reviews):
        if seen.review is not None:
            assert seen.review.by not in {author, wrote.get(seen.field), "vic"} | authors(after)
            assert seen.review.value_digest == value_digest(after, seen.field)
        assert author not in seen.able
