"""Is a link on the ticket what its name says?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rules.tickets import WEDNESDAY, change, facts, policy

from leverframe.nouns.verdicts import Outcome, Verdict
from leverframe.rules.gates.artefacts import artefacts

PROMPTS = {"support@1": "sha256:1", "support@2": "sha256:2"}
GIT = "https://git.example/1"


def answer(**links: str) -> Verdict:
    return artefacts(change(artefacts=links), facts(policy=policy(prompts=PROMPTS)), WEDNESDAY)


TABLE = [
    ({"pull_request": GIT}, "met", "each link is what it says: pull request"),
    ({"pull_request": "http://git.local:8080/a?b#c"}, "met", ""),
    ({"pull_request": "git.example/1"}, "not_met", "git.example/1 is no pull request"),
    ({"pull_request": "https://"}, "not_met", "write pull_request as an address"),
    ({"pull_request": "https://git.example/1 and more"}, "not_met", "is no pull request"),
    ({"pull_request": "javascript://git.example/1"}, "not_met", "is no pull request"),
    ({"prompt_version": "support@2"}, "met", "prompt version"),
    ({"prompt_version": " support@2 "}, "met", "prompt version"),
    ({"prompt_version": "support@3"}, "not_met", "there is no prompt support@3"),
    ({"prompt_version": "support@1"}, "not_met", "the candidate does not run the prompt support@1"),
    ({"prompt_version": "support"}, "not_met", "a prompt of the policy, as name@version"),
    ({"prompt_version": "https://prompts.example/support/2"}, "not_met", "is no prompt version"),
    ({"model_card": "https://cards.example/gpt"}, "met", ""),
    ({"model_card": "registry:cards/gpt-4o"}, "met", ""),
    ({"model_card": "registry:"}, "not_met", "registry:card"),
    ({"model_card": "we have one"}, "not_met", "is no model card"),
    ({"ai_risk_review": "RISK-2231"}, "met", "AI Risk review"),
    ({"ai_risk_review": "https://risk.example/2231"}, "met", ""),
    ({"ai_risk_review": "done"}, "not_met", "the id of a ticket such as RISK-2231"),
    ({"runbook": "ask Sol"}, "met", "runbook"),
    ({}, "not_needed", "links nothing"),
    ({"pull_request": " "}, "not_needed", "links nothing"),
    (
        {"pull_request": GIT, "model_card": GIT},
        "not_met",
        "the pull request and the model card are the same link",
    ),
]


@pytest.mark.parametrize(("links", "outcome", "words"), TABLE, ids=lambda each: str(each)[:40])
def test_each_link_is_told_for_what_it_is(links: dict[str, str], outcome: str, words: str):
    told = answer(**links)
    assert told.outcome.value == outcome
    assert words in f"{told.because} {told.remedy}"


def test_all_that_is_wrong_is_told_at_once_with_what_would_mend_it():
    told = answer(pull_request="later", prompt_version="support@1", ai_risk_review="later")
    assert told.because == (
        "later is no pull request; later is no AI Risk review; "
        "the candidate does not run the prompt support@1; "
        "the pull request and the AI Risk review are the same link"
    )
    assert "link support@2, which the candidate names" in told.remedy
    assert told.who == "ana"


def test_a_candidate_without_a_prompt_has_no_prompt_version():
    """A change of a model alone that claims a prompt version claims something that does not move."""
    bare = change(artefacts={"prompt_version": "support@2"})
    bare = replace(bare, candidate={"support": replace(bare.candidate["support"], prompt="")})
    told = artefacts(bare, facts(policy=policy(prompts=PROMPTS)), WEDNESDAY)
    assert (told.because, told.remedy) == ("the candidate does not run the prompt support@2", "take the link out")


def test_a_policy_that_keeps_no_prompts_asks_the_candidate_alone():
    ticket = change(artefacts={"prompt_version": "support@2"})
    assert artefacts(ticket, facts(), WEDNESDAY).outcome is Outcome.MET


@given(
    st.dictionaries(
        st.sampled_from(["pull_request", "prompt_version", "model_card", "ai_risk_review", "x"]), st.text()
    )
)
def test_whatever_is_written_it_answers_with_a_way_on(links: dict[str, str]):
    told = answer(**links)
    assert bool(told.remedy) is (told.outcome is Outcome.NOT_MET)
    prompt = links.get("prompt_version", "").strip()
    if told.outcome is Outcome.MET and prompt:
        assert prompt == "support@2"
