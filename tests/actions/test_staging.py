"""How does a deployment to staging get onto a ticket, and what does a rollback there stop?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.world import World, faults_of, no_of

from leverframe.actions import changes, staging
from leverframe.nouns.changes import Change, State
from leverframe.nouns.staging import StagingState
from leverframe.nouns.verdicts import NotFound, Outcome

RUN = "https://ci.acme.example/runs/81"


@pytest.fixture
def change(world: World) -> Change:
    return world.ready()


def tell(world: World, change: Change, state: str, because: str = "the pipeline", url: str = RUN, by=None):
    return staging.record_staging(world.house, by or world.ana, change.id, state, because, url)


def test_a_deployment_is_kept_with_who_when_and_where_to_look(world: World, change: Change):
    row = tell(world, change, "deployed", by=world.token("ana", "evidence"))
    assert (row.state, row.by, row.at, row.url) == (StagingState.DEPLOYED, "ana", world.now, RUN)
    assert world.view(change).staging == (row,)
    answer = world.verdict(change, "staging")
    assert (answer.outcome, answer.because) == (
        Outcome.MET,
        "the candidate was deployed to staging Tue 12 May 2026 08:00 UTC by ana",
    )
    (entry,) = world.entries("staging.deployed")
    assert (entry.actor, entry.because, entry.facts) == ("token:ana", "the pipeline", {"url": RUN})
    assert entry.decided_digest == row.unit


def test_without_a_record_nothing_is_asked(world: World, change: Change):
    assert world.verdict(change, "staging").outcome is Outcome.NOT_NEEDED


def test_a_rollback_leaves_a_signed_change_unready_until_it_is_deployed_again(world: World, change: Change):
    world.sign_all(change)
    assert world.change(change).state is State.AUTHORIZE
    tell(world, change, "rolled-back", "groundedness fell")
    answer = world.verdict(change, "staging")
    assert answer.refuses
    assert answer.because.endswith("Tue 12 May 2026 08:00 UTC by ana: groundedness fell")
    assert (answer.remedy, answer.who) == (
        "mend the candidate, or deploy it to staging again and record that",
        "ana",
    )
    assert world.change(change).state is State.ASSESS
    assert world.entries("staging.rolled_back")[0].because == "groundedness fell"
    tell(world, change, "deployed")
    assert world.change(change).state is State.AUTHORIZE
    assert world.verdict(change, "sign_offs").outcome is Outcome.MET


def test_a_rollback_disarms_a_change_that_waits_for_its_window(world: World):
    change = world.armed()
    tell(world, change, "rolled-back", "groundedness fell")
    assert world.change(change).state is State.ASSESS
    world.at("Wed 10:00")
    world.round()
    assert world.view(change).ramp is None


def test_what_was_recorded_before_an_edit_is_of_an_earlier_candidate(world: World, change: Change):
    tell(world, change, "rolled-back", "groundedness fell")
    stands = world.change(change)
    other = replace(world.form().candidate, index="another index")
    changes.edit_change(world.house, world.ana, change.id, world.form(candidate=other), stands.version)
    (row,) = world.view(change).staging
    assert row.earlier
    answer = world.verdict(change, "staging")
    assert (answer.outcome, answer.because) == (
        Outcome.NOT_NEEDED,
        "what is recorded of staging is of an earlier candidate",
    )
    changes.edit_change(world.house, world.ana, change.id, world.form(), world.change(change).version)
    assert world.verdict(change, "staging").refuses


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_written(world: World, change: Change):
    assert faults_of(lambda: tell(world, change, "shipped", " ", "javascript:alert(1)")) == {
        "state": "shipped is not done on staging",
        "because": "a reason is missing",
        "url": "javascript:alert(1) is no web address",
    }
    assert world.view(change).staging == ()
    with pytest.raises(NotFound):
        staging.record_staging(world.house, world.ana, "CHG-2026-99999", "deployed", "the pipeline")


def test_who_may_not_file_or_has_a_token_of_another_scope_records_nothing(world: World, change: Change):
    assert "may" in no_of(lambda: tell(world, change, "deployed", by=world.vic))
    token = world.token("ana", "change")
    assert no_of(lambda: tell(world, change, "deployed", by=token)) == {"may": "this token may not post evidence"}


def test_once_the_ramp_has_begun_staging_says_nothing(world: World):
    change = world.ramping()
    assert no_of(lambda: tell(world, change, "rolled-back")) == {
        "state": f"{change.id} is in implement; staging says nothing of it any more"
    }
