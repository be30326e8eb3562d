"""How does a person say yes to a change?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import World, acme, no_of

from leverframe.actions import sign_offs
from leverframe.nouns.changes import State
from leverframe.nouns.people import Group, Person
from leverframe.nouns.verdicts import Conflict


def sign_as(world: World, actor, change, role: str):
    return sign_offs.sign(world.house, actor, change.id, role, world.view(change).digest)


def test_a_sign_off_binds_one_person_in_one_role_to_one_digest(world: World):
    change = world.ready()
    signed = world.sign("cass", change, comment="read it all")
    view = world.view(change)
    assert (signed.person, signed.role, signed.content_digest) == ("cass", "platform_engineer", view.digest)
    assert ("platform_engineer", 1, ("cass",), 0) in view.seats
    entry = world.entries("change.signed")[0]
    assert (entry.actor, entry.role, entry.because) == ("cass", "platform_engineer", "read it all")
    assert entry.decided_digest == view.digest


def test_a_stale_digest_is_a_conflict_that_says_what_changed(world: World):
    change = world.ready()
    read = world.view(change).digest
    form = world.form(rollback_plan="1. Abort. 2. Throw the switch.", artefacts={"pull_request": "https://other"})
    from leverframe.actions import changes

    after = changes.edit_change(world.house, world.ana, change.id, form, change.version)
    changes.edit_change(world.house, world.ana, change.id, replace(form, kill_switch="feature/x"), after.version)
    with pytest.raises(Conflict) as stale:
        sign_offs.sign(world.house, world.cass, change.id, "platform_engineer", read)
    assert set(stale.value.differs) == {"rollback_plan", "artefacts", "kill_switch"}
    assert "has changed since you opened it in" in stale.value.because
    assert world.view(change).sign_offs == ()


def test_evidence_that_comes_after_the_reading_makes_the_digest_stale(world: World):
    change = world.ready()
    read = world.view(change).digest
    world.evals(change, nonce="again")
    with pytest.raises(Conflict) as stale:
        sign_offs.sign(world.house, world.cass, change.id, "platform_engineer", read)
    assert stale.value.differs == ("evals",)


def test_a_digest_that_never_stood_is_a_conflict(world: World):
    change = world.ready()
    with pytest.raises(Conflict) as stale:
        sign_offs.sign(world.house, world.cass, change.id, "platform_engineer", "sha256:0000")
    assert stale.value.differs == ()


@pytest.mark.parametrize("name", ["support-prompt-v8", "underwriting-model"])
def test_an_author_never_signs_their_own_change_at_any_tier(world: World, name: str):
    """cleo may sit for the feature engineers: not on what she wrote."""
    if name not in world.running:
        world.adopt(world.form(name).target)
    change = world.file(name, by="cleo")
    world.proved(change)
    refused = no_of(lambda: sign_as(world, world.cleo, change, "feature_engineer"))
    assert refused == {"segregation": f"cleo is the author of {change.id}"}


def test_one_person_counts_once(world: World):
    change = world.ready()
    world.sign("cass", change)
    assert set(no_of(lambda: sign_as(world, world.cass, change, "platform_engineer"))) == {"once"}


def test_a_person_signs_in_a_role_that_they_hold_and_that_is_asked(world: World):
    change = world.ready()
    assert set(no_of(lambda: sign_as(world, world.vic, change, "platform_engineer"))) == {"role"}
    assert set(no_of(lambda: sign_as(world, world.rita, change, "ai_risk"))) == {"seat"}
    assert "seat" in no_of(lambda: sign_as(world, world.cass, change, "emperor"))


def test_tokens_never_sign(world: World):
    change = world.ready()
    token = world.token("cass", "change", "admin")
    assert no_of(lambda: sign_as(world, token, change, "platform_engineer")) == {"session": "a token never signs"}


def test_nobody_signs_what_is_not_ready_and_is_told_all_that_is_missing(world: World):
    world.adopt()
    change = world.file(rollback_plan="", kill_switch="feature/claims-summary")
    assert set(no_of(lambda: world.sign("cass", change))) == {
        "complete",
        "rollback_plan",
        "kill_switch",
        "checks",
        "code_review",
        "evals",
    }


def with_groups(world: World, name: str, *groups: str) -> None:
    """Put a policy into force in which one person belongs to other groups."""
    policy = world.policy
    people = dict(policy.catalog.people)
    known = people.get(name) or Person(name, name.title(), frozenset())
    people[name] = replace(known, groups=frozenset(groups))
    teams = {**policy.catalog.groups, **{g: Group(g, g) for g in groups}}
    catalog = replace(policy.catalog, people=people, groups=teams)
    world.enforce(replace(policy, catalog=catalog, digest=f"{policy.digest}+{name}"), acme()[1])


def test_who_joined_a_role_after_filing_may_not_sign_and_may_sign_what_is_filed_later(world: World):
    change = world.ready()
    world.clock.advance(timedelta(minutes=10))
    with_groups(world, "vic", "cab-platform-engineers")
    refused = no_of(lambda: sign_as(world, world.vic, change, "platform_engineer"))
    assert set(refused) == {"membership"}
    assert "after CHG-2026-00001 was filed" in refused["membership"]
    world.clock.advance(timedelta(minutes=10))
    later = world.ready("support-prompt-v9")
    assert sign_as(world, world.vic, later, "platform_engineer").person == "vic"


def test_a_role_that_was_lost_after_signing_does_not_count_at_the_start(world: World):
    change = world.armed()
    world.at("Wed 09:00")
    with_groups(world, "cass", "ai-platform")
    assert world.change(change).state is State.AUTHORIZE
    assert "platform engineer" in world.verdict(change, "sign_offs").because
    world.at("Wed 10:00")
    world.round()
    assert world.timeline(change) == ""
    assert world.acts(change.id)[-1] == "change.disarmed"


def test_a_sign_off_is_taken_back_with_a_reason_before_the_ramp_begins(world: World):
    change = world.armed()
    assert set(no_of(lambda: sign_offs.withdraw(world.house, world.vic, change.id, "no"))) == {"once"}
    sign_offs.withdraw(world.house, world.cleo, change.id, "I read the wrong diff")
    assert world.change(change).state is State.AUTHORIZE
    void = [s for s in world.view(change).sign_offs if s.voided_at]
    assert [(s.person, s.void_because) for s in void] == [("cleo", "taken back: I read the wrong diff")]
    assert world.sign("cleo", change).role == "feature_engineer"


def test_a_sign_off_is_not_taken_back_in_mid_ramp(world: World):
    change = world.ramping()
    assert set(no_of(lambda: sign_offs.withdraw(world.house, world.cleo, change.id, "too late"))) == {"state"}


def test_a_high_change_needs_ai_risk_as_well(world: World):
    change = world.ready("underwriting-model")
    assert [role for role, *_ in world.view(change).seats][-1] == "ai_risk"
    for name in ("cass", "cleo", "remi"):
        world.sign(name, change)
    assert "AI Risk" in world.verdict(change, "sign_offs").because
    world.sign("rita", change)
    assert world.verdict(change, "sign_offs").outcome == "met"
