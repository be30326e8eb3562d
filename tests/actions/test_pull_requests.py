"""Does what the git host says stand on the ticket, bind who signs, and refuse what is not of it?"""

from __future__ import annotations

import pytest
from tests.world import World, faults_of, no_of, pull_request

from leverframe.actions import ramps
from leverframe.nouns.changes import Change, State

URL = "https://git.acme.example/support-assistant/pull/1482"
LATER = "9d3e5a1c77"


@pytest.fixture
def change(world: World) -> Change:
    """Return a change with its evals, of whose pull request nothing is known."""
    world.adopt()
    filed = world.file()
    world.evals(filed)
    return filed


def unmet(world: World, change: Change) -> set[str]:
    return {verdict.gate for verdict in world.view(change).requirements if verdict.refuses}


def test_a_ticket_is_ready_when_its_pull_request_is_reviewed_and_its_checks_have_passed(world: World, change: Change):
    assert {"checks", "code_review"} <= unmet(world, change)
    assert world.change(change).state is State.ASSESS
    seen = world.pull_request(change)
    assert [(one.person, one.counts) for one in seen.reviewers] == [("cleo", True), ("cass", True), ("rita", True)]
    assert world.change(change).state is State.AUTHORIZE
    assert not {"checks", "code_review"} & unmet(world, change)
    entry = world.entries("pull_request.told")[0]
    assert entry.because == f"merged at {seen.read.told.commit[:7]}: 4 of 4 checks passed, 3 reviews"
    assert entry.facts["pull_request"]["commit"] == world.change(change).commit == seen.read.told.commit


def test_what_is_pushed_after_signing_voids_the_sign_offs_and_is_reviewed_again(world: World, change: Change):
    world.pull_request(change)
    world.sign_all(change)
    armed = world.change(change)
    seen = world.pull_request(change, commit=LATER)
    assert [one.because for one in seen.reviewers] == [
        f"{name} has read {armed.commit[:7]}; {LATER[:7]} was pushed since" for name in ("cleo", "cass", "rita")
    ]
    assert world.change(change).state is State.ASSESS
    void = [signed for signed in world.view(change).sign_offs if signed.voided_at]
    assert {signed.void_because for signed in void} == {f"{LATER[:7]} was pushed to its pull request"}
    assert world.entries("pull_request.told")[0].facts["differs"] == ["commit"]
    assert world.told("change.sign_offs_void")[0]["because"] == f"{LATER[:7]} was pushed to its pull request"


def test_a_review_more_of_the_same_commit_voids_nothing(world: World, change: Change):
    first = world.pull_request(change).read.told
    world.sign_all(change)
    again = [*pull_request(URL)["reviews"], {"login": "ana-acme", "opinion": "approved", "commit": first.commit}]
    assert len(world.pull_request(change, reviews=again).reviewers) == 4
    assert [signed for signed in world.view(change).sign_offs if signed.voided_at] == []


def test_the_same_told_twice_is_kept_once(world: World, change: Change):
    world.pull_request(change)
    world.pull_request(change)
    assert len(world.entries("pull_request.told")) == 1


def test_what_goes_wrong_after_a_change_was_armed_disarms_it(world: World):
    armed = world.armed()
    assert armed.state is State.SCHEDULED
    failed = [{**check, "state": "failed"} for check in pull_request(URL)["checks"]]
    world.pull_request(armed, checks=failed)
    assert world.change(armed).state is State.ASSESS
    assert "policy-lint failed on" in world.entries("change.disarmed")[0].because


def test_another_pull_request_than_the_tickets_is_refused(world: World, change: Change):
    faults = faults_of(lambda: world.pull_request(change, url="https://git.acme.example/other/pull/1"))
    assert faults == {"url": f"https://git.acme.example/other/pull/1 is not the pull request that {change.id} links"}
    assert world.entries("pull_request.told") == []


def test_a_ticket_without_a_link_says_how_to_link_one(world: World):
    world.adopt()
    filed = world.file(artefacts={})
    faults = faults_of(lambda: world.pull_request(filed, url=URL))
    assert faults == {"url": f"{filed.id} links no pull request"}


def test_who_wrote_the_change_does_not_say_who_reviewed_it_but_their_pipeline_does(world: World, change: Change):
    refused = no_of(lambda: world.pull_request(change, by=world.ana))
    assert refused["segregation"] == f"ana has written {change.id} and may not say who has reviewed it"
    assert world.pull_request(change, by=world.cleo).read.by == "cleo"


def test_a_token_without_the_scope_and_who_may_not_file_are_refused(world: World, change: Change):
    assert "may" in no_of(lambda: world.pull_request(change, by=world.token("ana", "change")))
    assert "may" in no_of(lambda: world.pull_request(change, by=world.vic))


def test_a_change_that_has_begun_takes_no_other_pull_request(world: World):
    running = world.ramping()
    assert "state" in no_of(lambda: world.pull_request(running, commit=LATER))


def test_a_ramp_is_refused_for_what_was_pushed_in_the_meantime(world: World):
    world.armed()
    change = world.change("CHG-2026-00001")
    world.pull_request(change, commit=LATER)
    world.at("Wed 10:00")
    assert {"code_review", "sign_offs"} <= set(no_of(lambda: ramps.start_ramp(world.house, world.remi, change.id)))
