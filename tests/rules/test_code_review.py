"""Do only the right reviews and checks of the right commit count?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rules.tickets import WEDNESDAY, asks, change, facts, policy

from leverframe.nouns.catalogs import Catalog
from leverframe.nouns.changes import Provenance
from leverframe.nouns.people import Person
from leverframe.nouns.policies import ReviewAsk
from leverframe.nouns.pull_requests import (
    Check,
    CheckState,
    CodeReview,
    Opinion,
    PullRequest,
    PullState,
    ReadPullRequest,
)
from leverframe.nouns.sign_offs import Seat
from leverframe.nouns.verdicts import Outcome, Verdict
from leverframe.rules.gates.checks import checks
from leverframe.rules.gates.code_review import code_review

URL, NEWEST, EARLIER = "https://git.example/1", "4f1c2ab90e", "0be77d1c33"
COMMITTEE = ReviewAsk(2, (Seat("prompt_reviewer", 1),))
PEOPLE = {
    name: Person(name, name.title(), frozenset(groups), git_login=f"{name}-git")
    for name, groups in {"ana": (), "cleo": ("committee",), "cass": (), "remi": ("committee",), "sam": ()}.items()
}
POLICY = replace(
    policy(), catalog=Catalog(people=PEOPLE), roles={"prompt_reviewer": frozenset({"committee"})}
)  # people who hold nothing may review; the committee is one group


def said(login: str, opinion: Opinion = Opinion.APPROVED, commit: str = NEWEST) -> CodeReview:
    return CodeReview(login, opinion, commit)


def told(*reviews: CodeReview, **parts: object) -> ReadPullRequest:
    known = {"url": URL, "commit": NEWEST, "state": PullState.MERGED, "author": "ana-git", "wrote": ("ana-git",)}
    pull = PullRequest(**{**known, "checks": (), "reviews": reviews, **parts})  # pyright: ignore[reportArgumentType]
    return ReadPullRequest(pull, WEDNESDAY, "pipeline")


def reviewed(read: ReadPullRequest | None, ask: ReviewAsk = COMMITTEE, **parts: object) -> Verdict:
    known = facts(policy=POLICY, asks=asks(code_reviews=ask), pull_request=read)
    return code_review(change(**parts), known, WEDNESDAY)


def checked(read: ReadPullRequest | None, *names: str) -> Verdict:
    return checks(change(), facts(policy=POLICY, asks=asks(checks=names), pull_request=read), WEDNESDAY)


CLEO, CASS, AGAINST = said("cleo-git"), said("cass-git"), Opinion.CHANGES_REQUESTED

REVIEWS = [
    ("two, one of the committee", (CLEO, CASS), "", ""),
    ("a login in capital letters", (said("CLEO-git"), CASS), "", ""),
    ("three", (CLEO, CASS, said("sam-git")), "", ""),
    ("one", (CLEO,), "1 of 2 code reviewers have approved it", "cass, remi, sam"),
    ("none", (), "none of them as prompt reviewer", "prompt reviewer: cleo, remi; one more: cass, cleo, remi, sam"),
    ("nobody of the committee", (CASS, said("sam-git")), "none of them as", "prompt reviewer: cleo, remi"),
    ("one, not of the committee", (CASS,), "1 of 2 code reviewers", "prompt reviewer: cleo, remi"),
    ("who wrote it", (CLEO, said("ana-git")), "ana has written some of it", "cass, remi, sam"),
    (
        "an earlier commit",
        (CLEO, said("cass-git", commit=EARLIER)),
        "cass has read 0be77d1; 4f1c2ab was",
        "cass, remi, sam",
    ),
    ("a stranger", (CLEO, said("zed-git")), "zed-git is nobody in the catalog", "cass, remi, sam"),
    ("one against", (CLEO, CASS, said("sam-git", AGAINST)), "sam asks for changes", "sam, who asks for changes"),
    ("a stranger against", (CLEO, CASS, said("zed-git", AGAINST)), "", ""),
    ("the writer against", (CLEO, CASS, said("ana-git", AGAINST)), "", ""),
]


@pytest.mark.parametrize(("reviews", "because", "who"), [row[1:] for row in REVIEWS], ids=[row[0] for row in REVIEWS])
def test_code_review(reviews: tuple[CodeReview, ...], because: str, who: str):
    verdict = reviewed(told(*reviews))
    assert verdict.outcome is (Outcome.NOT_MET if because else Outcome.MET), verdict
    assert because in verdict.because
    assert verdict.who == who


def test_who_approved_is_named_with_the_role_that_was_asked_for():
    assert reviewed(told(CLEO, CASS)).because == "4f1c2ab was approved by cleo (prompt reviewer), cass"


def test_who_edited_what_is_signed_reviews_nothing_of_it():
    edited = {"title": Provenance("ana"), "plan": Provenance("cass")}
    assert "cass has written some of it" in reviewed(told(CLEO, CASS), provenance=edited).because


def test_who_wrote_a_commit_of_it_reviews_nothing_of_it():
    assert "cass has written some of it" in reviewed(told(CLEO, CASS, wrote=("ana-git", "Cass-git"))).because


UNUSABLE = [
    (None, "nothing is known of its pull request", "leverframe evidence pull-request"),
    (told(CLEO, CASS, url="https://git.example/2"), "another pull request, https://git.example/2", "leverframe"),
    (told(CLEO, CASS, state=PullState.CLOSED), "closed without being merged", "open it again"),
]


@pytest.mark.parametrize(("read", "because", "remedy"), UNUSABLE)
def test_nothing_follows_from_what_is_not_of_this_changes_pull_request(read, because: str, remedy: str):
    for verdict in (reviewed(read), checked(read, "policy-lint")):
        assert verdict.refuses
        assert because in verdict.because
        assert remedy in verdict.remedy


def test_a_slash_at_the_end_of_a_link_is_no_other_pull_request():
    assert not reviewed(told(CLEO, CASS, url=f"{URL}/")).refuses


def test_what_the_policy_does_not_ask_for_is_not_needed():
    assert reviewed(None, ReviewAsk()).outcome is Outcome.NOT_NEEDED
    assert checked(None).outcome is Outcome.NOT_NEEDED
    alone = facts(policy=replace(POLICY, solo=True), asks=asks(code_reviews=COMMITTEE))
    assert code_review(change(), alone, WEDNESDAY).outcome is Outcome.NOT_NEEDED


CHECKS = [
    ((("policy-lint", "passed"),), ""),
    ((("policy-lint", "passed"), ("lint", "failed")), ""),  # nobody asks for lint
    ((("policy-lint", "failed"),), "policy-lint failed on 4f1c2ab"),
    ((("policy-lint", "running"),), "policy-lint still runs on 4f1c2ab"),
    ((("policy-lint", "skipped"),), "policy-lint was skipped on 4f1c2ab"),
    ((("lint", "passed"),), "policy-lint was not run on 4f1c2ab"),
    ((("policy-lint", "passed"), ("policy-lint", "failed")), "policy-lint failed on 4f1c2ab"),
]


@pytest.mark.parametrize(("given", "because"), CHECKS)
def test_checks(given: tuple[tuple[str, str], ...], because: str):
    ran = tuple(Check(name, CheckState(state)) for name, state in given)
    verdict = checked(told(checks=ran), "policy-lint")
    assert verdict.refuses == bool(because)
    assert because in verdict.because
    assert verdict.remedy or not because


def test_all_checks_that_are_missing_are_told_at_once():
    ran = (Check("policy-lint", CheckState.FAILED),)
    verdict = checked(told(checks=ran), "eval-smoke", "policy-lint")
    assert verdict.because == "eval-smoke was not run on 4f1c2ab; policy-lint failed on 4f1c2ab"
