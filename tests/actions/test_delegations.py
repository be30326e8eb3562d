"""May a delegate sign for a member: in that seat, in that stretch, once, and never what either of them wrote?"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.world import World

from leverframe.actions import delegations, showing, sign_offs
from leverframe.nouns.changes import State
from leverframe.nouns.verdicts import Conflict, Invalid, NotFound, Refused

SEAT = "platform_engineer"


def name_sol(world: World, *, days: float = 2, role: str = SEAT, by: str = "cass", name: str = "sol"):
    until = world.now + timedelta(days=days)
    return delegations.delegate(world.house, world.who(by), role, name, world.now, until, "at the dentist")


def sign_for(world: World, name: str, change, member: str = "cass", role: str = SEAT):
    digest = world.view(change).digest
    return sign_offs.sign(world.house, world.who(name), change.id, role, digest, "", member)


def seat(world: World, change, role: str = SEAT):
    return next((signed, open_) for name, _, signed, open_ in world.view(change).seats if name == role)


def test_a_delegate_signs_for_a_member_and_it_counts_once(world: World):
    change = world.ready()
    name_sol(world)
    signed = sign_for(world, "sol", change)
    assert (signed.person, signed.role, signed.on_behalf_of) == ("sol", SEAT, "cass")
    assert seat(world, change) == (("sol",), 0)
    with pytest.raises(Refused, match="sol has signed for cass"):
        world.sign("cass", change)
    entry = world.entries("change.signed")[0]
    assert (entry.actor, entry.role, entry.facts["on_behalf_of"]) == ("sol", SEAT, "cass")


def test_a_delegation_made_after_the_change_was_filed_holds_because_its_maker_could_sign(world: World):
    change = world.ready()
    world.clock.advance(timedelta(hours=1))
    name_sol(world)
    sign_for(world, "sol", change)
    assert seat(world, change)[1] == 0


@pytest.mark.parametrize(
    ("by", "because"),
    [("ana", "is the author"), ("cass", "cass is the author")],
    ids=["the delegate wrote it", "the member wrote it"],
)
def test_nobody_signs_what_they_or_their_member_wrote(world: World, by: str, because: str):
    policy = world.policy
    rule = replace(policy.cab, delegates={SEAT: frozenset({"ai-feature-on-call", "feature-team-support"})})
    people = dict(policy.catalog.people)
    people["ana"] = replace(people["ana"], groups=people["ana"].groups | {"ai-feature-on-call"})
    catalog = replace(policy.catalog, people=people)
    world.enforce(replace(policy, cab=rule, catalog=catalog, digest="sha256:wider"))
    change = world.ready(by=by)
    name_sol(world, name="ana" if by == "ana" else "sol")
    with pytest.raises(Refused, match=because):
        sign_for(world, "ana" if by == "ana" else "sol", change)


def test_before_and_after_its_stretch_and_once_revoked_it_opens_nothing(world: World):
    change = world.ready()
    tomorrow = world.now + timedelta(days=1)
    delegations.delegate(world.house, world.cass, SEAT, "sol", tomorrow, tomorrow + timedelta(hours=4), "away")
    with pytest.raises(Refused, match="cass has not named sol"):
        sign_for(world, "sol", change)
    world.clock.move_to(tomorrow + timedelta(hours=4))
    with pytest.raises(Refused, match="cass has not named sol"):
        sign_for(world, "sol", change)
    made = name_sol(world)
    delegations.revoke(world.house, world.cass, made.id, "back already")
    with pytest.raises(Refused, match="cass has not named sol"):
        sign_for(world, "sol", change)


def test_what_was_signed_stands_after_the_stretch_and_falls_when_it_is_revoked(world: World):
    change = world.ready()
    made = name_sol(world, days=1 / 24)
    sign_for(world, "sol", change)
    world.clock.advance(timedelta(hours=3))
    assert seat(world, change) == (("sol",), 0)
    delegations.revoke(world.house, world.cass, made.id, "not him")
    assert seat(world, change) == ((), 1)
    assert world.change(change).state is State.AUTHORIZE


def test_it_falls_when_the_member_or_the_delegate_loses_what_it_rests_on(world: World):
    """Who may sign is asked again at the moment of use, of both."""
    change = world.ready()
    name_sol(world)
    sign_for(world, "sol", change)
    policy = world.policy
    for name, group in (("cass", "cab-platform-engineers"), ("sol", "ai-feature-on-call")):
        people = dict(policy.catalog.people)
        assert group in people[name].groups
        people[name] = replace(people[name], groups=people[name].groups - {group})
        catalog = replace(policy.catalog, people=people)
        world.enforce(replace(policy, catalog=catalog, digest=f"sha256:without-{name}"))
        assert seat(world, change) == ((), 1), name
    world.enforce(replace(policy, digest="sha256:again"))
    assert seat(world, change) == (("sol",), 0)


def test_neither_of_the_two_fills_another_seat_of_the_same_change(world: World):
    change = world.ready()
    policy = world.policy
    people = dict(policy.catalog.people)
    people["sol"] = replace(people["sol"], groups=people["sol"].groups | {"cab-feature-engineers"})
    world.enforce(replace(policy, catalog=replace(policy.catalog, people=people), digest="sha256:both"))
    name_sol(world)
    sign_for(world, "sol", change)
    with pytest.raises(Refused, match="one person counts once"):
        world.sign("sol", change, "feature_engineer")


def test_one_gives_away_only_what_one_holds_to_whom_the_policy_allows(world: World):
    with pytest.raises(Refused, match="ana does not hold the role platform engineer"):
        name_sol(world, by="ana")
    with pytest.raises(Invalid, match="vic is in no group that may sit as platform engineer"):
        name_sol(world, name="vic")
    with pytest.raises(Invalid, match="nobody is their own delegate"):
        name_sol(world, name="cass")
    with pytest.raises(Invalid, match="release_manager is no seat of the CAB"):
        name_sol(world, by="remi", role="release_manager")
    until, token = world.now + timedelta(days=1), world.token("cass", "admin")
    with pytest.raises(Refused, match="a token names nobody"):
        delegations.delegate(world.house, token, SEAT, "sol", world.now, until, "away")


def test_all_that_is_wrong_with_a_delegation_is_told_at_once(world: World):
    yesterday = world.now - timedelta(days=1)
    with pytest.raises(Invalid) as caught:
        delegations.delegate(world.house, world.cass, SEAT, "vic", yesterday, yesterday, " ")
    assert [fault.place for fault in caught.value.faults] == ["delegate", "ends_at", "because"]


def test_a_delegate_does_not_pass_the_seat_on(world: World):
    name_sol(world)
    with pytest.raises(Refused, match="sol does not hold the role"):
        name_sol(world, by="sol", name="cass")


def test_who_made_it_who_has_it_and_an_administrator_end_it_and_nobody_else(world: World):
    made = name_sol(world)
    with pytest.raises(Refused, match="vic may not"):
        delegations.revoke(world.house, world.vic, made.id, "why him")
    delegations.revoke(world.house, world.sol, made.id, "I am away myself")
    with pytest.raises(Conflict, match="was revoked already"):
        delegations.revoke(world.house, world.cass, made.id, "again")
    delegations.revoke(world.house, world.adi, name_sol(world).id, "cass has left")
    with pytest.raises(NotFound):
        delegations.revoke(world.house, world.cass, "DLG-999", "none")


def test_both_are_told_and_the_log_says_who_gave_what_to_whom(world: World):
    made = name_sol(world)
    delegations.revoke(world.house, world.cass, made.id, "back already")
    assert [told["to"] for told in world.told("cab.delegated")] == [["sol"]]
    assert [told["to"] for told in world.told("cab.delegation_revoked")] == [["cass", "sol"]]
    entries = [e for act in ("cab.delegated", "cab.delegation_revoked") for e in world.entries(act)]
    assert [(e.actor, e.object, e.role) for e in entries] == [("cass", made.id, SEAT)] * 2


def test_a_delegate_is_offered_the_seat_on_the_changes_page_too_and_nobody_else_is(world: World):
    change = world.ready()
    name_sol(world)
    shown = {
        name: showing.show_change(world.house, world.who(name), change.id).cab for name in ("sol", "cass", "vic")
    }
    assert {name: [seating.words for seating in cab.sits_for] for name, cab in shown.items()} == {
        "sol": ["platform engineer for cass"],
        "cass": [],
        "vic": [],
    }
